"""The running product: where channels and domain meet."""
