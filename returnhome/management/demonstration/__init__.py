"""The demonstration's invented councils, children and stories, the same but for today's date."""
