"""The people of a tenant who answer customers."""
