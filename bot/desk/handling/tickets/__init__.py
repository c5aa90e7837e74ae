"""Tickets in depth at the desk: joining, waiting, macros, views, teams, many at once."""
