"""Workflow rules and outgoing webhooks: what a tenant wants done by itself."""
