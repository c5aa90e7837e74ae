"""Commands about how messages reach customers."""
