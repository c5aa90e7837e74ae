"""Where providers and staff channels deliver."""
