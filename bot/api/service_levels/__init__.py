"""Service levels over REST: what is promised, and what was kept."""
