"""Runs jobs: each is a hint to look at our own rows."""
