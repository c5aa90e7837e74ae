"""The catalogue at the desk."""
