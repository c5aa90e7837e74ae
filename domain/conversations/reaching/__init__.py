"""How a message of ours reaches the customer when its own channel does not take it."""
