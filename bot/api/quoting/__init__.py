"""A quote's documents, its PDF and its states over REST."""
