"""How good the answers are: measured, replayed, reported."""
