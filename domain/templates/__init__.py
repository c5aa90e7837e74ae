"""Message templates: words that a provider approves before they may be sent."""
