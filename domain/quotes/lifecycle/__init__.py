"""What becomes of a quote's revision: its states, its moves, the paper that was sent."""
