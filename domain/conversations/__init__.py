"""The ledger of what came in, conversations, messages and turns."""
