"""How staff ask for something: their rights, the commands, and reading both from words."""
