"""What it adds up to: reads casework, changes nothing."""
