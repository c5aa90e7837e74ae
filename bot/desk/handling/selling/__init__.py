"""What staff do with a quote besides writing it: terms, hand-over, orders, figures."""
