"""What goods and work cost: suppliers, price lists, rates, norms, bundles, synonyms, drift."""
