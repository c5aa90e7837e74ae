"""Staff channels connected to the desk: what staff do there, and what they are shown."""
