"""What of a mail its author wrote new: quotes, history and signatures found and left out. Pure."""
