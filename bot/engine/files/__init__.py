"""Reads what customers attach, before a turn thinks about it."""
