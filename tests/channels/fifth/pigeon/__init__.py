"""A channel in one folder, found by the registry like any other: letters by pigeon."""
