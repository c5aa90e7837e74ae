"""What was promised to customers about time, at the desk."""
