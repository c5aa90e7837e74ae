"""A mailbox by IMAP: what is new, what was taken, and waiting for more."""

from channels.email.imap.fetching import acknowledge, fetch_new
from channels.email.imap.idling import wait
from channels.email.imap.visit import Visit

__all__ = ["Visit", "acknowledge", "fetch_new", "wait"]
