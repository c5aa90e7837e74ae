"""Quotes and contracts on their way to the customer: by which thread, in which words."""
