"""Understands a request for a quote without a model: the words, the numbers, the products."""
