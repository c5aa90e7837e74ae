"""REST of tickets in depth."""
