"""Slack: where staff work. Translates only; the business behind it lives elsewhere."""
