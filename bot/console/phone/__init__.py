"""The left side of the simulator page: a customer's phone on any channel that can be played."""
