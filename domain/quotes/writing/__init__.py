"""The documents of a quote: written, edited, versioned, compared, and as the customer sees them."""
