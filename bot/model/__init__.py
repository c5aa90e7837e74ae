"""How we talk to models, and what a turn is made of."""
