"""Workflow rules and webhooks over REST."""
