"""Tenants, their settings, channel accounts and keys; the directory that finds them."""
