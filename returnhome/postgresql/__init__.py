"""Django's PostgreSQL, which tells the database for whom each transaction is."""
