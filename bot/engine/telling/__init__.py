"""What the engine passes on to the staff."""
