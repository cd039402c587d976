"""A council's earlier records as they arrive in files: layouts, words, rows, and what is lost."""
