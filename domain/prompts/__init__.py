"""A tenant's own versions of the shipped prompts."""
