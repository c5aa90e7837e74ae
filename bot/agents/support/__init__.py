"""The support agent: a model with read-only tools proposes, code decides what may leave."""
