"""What nobody answered in the mail of the last days, and what the answer would be."""
