"""What the product stands on and what knows nothing of it."""
