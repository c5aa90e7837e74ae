"""How messages reach customers: templates, reactions, and what became of each message."""
