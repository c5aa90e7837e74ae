"""Conversation manners: what a customer's few words mean, and when the company says something."""
