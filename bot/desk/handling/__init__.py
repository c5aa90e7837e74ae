"""What the desk does for each command, one file per noun."""
