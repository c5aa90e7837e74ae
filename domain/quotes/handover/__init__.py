"""What an accepted quote becomes elsewhere: an invoice in the books, orders to suppliers."""
