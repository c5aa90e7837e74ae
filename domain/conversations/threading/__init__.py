"""Which conversation a message belongs to, where threads are found by headers (mail)."""
