"""One customer under several records, over REST."""
