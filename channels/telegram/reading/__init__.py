"""Updates of the Bot API as the words that all channels share. Pure."""
