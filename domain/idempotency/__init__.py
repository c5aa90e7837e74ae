"""Unsafe requests that were answered once, and get the same answer when sent again."""
