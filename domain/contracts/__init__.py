"""Contracts: what was agreed, for how long, what it brings in, and when it is to be renewed."""
