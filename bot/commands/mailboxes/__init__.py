"""Commands about mailboxes: fetch, import, quarantine, lookback."""
