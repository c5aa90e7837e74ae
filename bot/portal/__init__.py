"""The customers' pages: a quote to read, ask about and accept, a contract to sign; no account."""
