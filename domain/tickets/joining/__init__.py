"""Several tickets that belong together: links, merges, splits."""
