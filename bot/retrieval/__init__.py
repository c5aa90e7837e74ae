"""Finds passages and products: in-process indexes keyed by tenant and revision."""
