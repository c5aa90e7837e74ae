"""Manners at the desk: who wants nothing automatic, and when nobody is there."""
