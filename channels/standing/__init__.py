"""What a channel's stand-in on this machine is made of: deeds of customers, faults, the wire."""
