"""What happens to one message, from the provider's bytes to the answer's receipt."""
