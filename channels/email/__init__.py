"""Email: mailboxes read by IMAP, answers sent by SMTP."""
