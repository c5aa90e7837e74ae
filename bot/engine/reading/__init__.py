"""What agents read of the database, behind the protocols they know."""
