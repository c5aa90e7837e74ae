"""Delivery: what is known, the plan, and the sending."""
