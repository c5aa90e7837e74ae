"""Tickets: what a customer needs done, until it is done."""
