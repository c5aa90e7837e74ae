"""Who speaks: people met for the first time, known from elsewhere, merged with others."""
