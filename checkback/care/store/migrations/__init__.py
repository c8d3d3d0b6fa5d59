"""The one history of the database's shape; each step runs on SQLite and on PostgreSQL."""
