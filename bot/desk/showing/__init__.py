"""What the desk shows, as cards that any skin draws."""
