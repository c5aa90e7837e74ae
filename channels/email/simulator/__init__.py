"""A stand-in for a mail provider: IMAP, SMTP, a login service, and the people who write."""

from channels.email.simulator.faults import Fault
from channels.email.simulator.people import Person
from channels.email.simulator.server import MailSimulator, Where
from channels.email.simulator.world import MailAccount, Mailfolder, SentMail, StoredMail

__all__ = [
    "Fault",
    "MailAccount",
    "MailSimulator",
    "Mailfolder",
    "Person",
    "SentMail",
    "StoredMail",
    "Where",
]
