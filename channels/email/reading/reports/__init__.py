"""Reports of mail servers on mails that were sent before. Pure."""
