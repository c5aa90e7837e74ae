"""The business. PostgreSQL is its only I/O."""
