"""What a mail says: raw bytes to one event. Pure."""
