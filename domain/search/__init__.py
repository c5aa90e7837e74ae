"""Finds tickets and messages by the words in them."""
