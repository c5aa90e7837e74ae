"""What customers do on the pages of their quotes and contracts, and what follows from it."""
