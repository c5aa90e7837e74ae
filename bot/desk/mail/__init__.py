"""Mailboxes as operators and staff handle them."""
