"""The shipped prompts: one file, one prompt."""
