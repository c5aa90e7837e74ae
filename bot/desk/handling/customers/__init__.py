"""Customers at the desk: found and shown, linked, merged and taken apart."""
