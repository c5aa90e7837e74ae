"""Quotes and contracts on their way: sent, answered by a button, ended by the calendar."""
