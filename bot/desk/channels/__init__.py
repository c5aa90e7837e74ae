"""What operators do with channel accounts."""
