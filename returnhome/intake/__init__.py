"""What arrives as a file: layouts, parsing, rows in and reasons out."""
