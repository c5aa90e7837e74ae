"""What staff do to quotes at the desk beyond drafting them: approve, revise, copy."""
