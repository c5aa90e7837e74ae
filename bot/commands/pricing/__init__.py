"""Commands about what goods and work cost."""
