"""What the company sells and at what price: products, price lists, units."""
