"""Templates and reactions at the desk."""
