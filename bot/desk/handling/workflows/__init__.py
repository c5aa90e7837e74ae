"""Workflow rules at the desk: looked at, tried, written in words or in a window."""
