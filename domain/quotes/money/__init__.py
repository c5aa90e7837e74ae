"""How a quote is taxed and in which currency it is: treatments, VAT numbers, dated rates."""
