"""What was agreed with customers, at the desk."""
