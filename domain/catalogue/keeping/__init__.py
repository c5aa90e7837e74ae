"""What staff keep in order: suppliers and their prices, rates, norms, bundles, synonyms."""
