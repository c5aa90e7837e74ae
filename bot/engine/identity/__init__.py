"""Who a customer is across channels: addresses they name, codes that prove them, what follows."""
