"""The catalogue at the desk: price lists, drift, synonyms, proposals."""
