"""Alembic's migrations: every one reversible, and safe to run again."""
