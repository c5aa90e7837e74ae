"""What a simulated mail server holds: accounts, their folders, the mails in them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal


@dataclass(slots=True, eq=False)
class StoredMail:
    """`flags` as IMAP writes them (`\\Seen`)."""

    uid: int
    raw: bytes
    received_at: datetime
    flags: set[str] = field(default_factory=set)
    defect: Literal["", "body", "all"] = ""
    """What breaks the connection whenever it is to be handed out."""

    @property
    def message(self) -> EmailMessage:
        return parsed(self.raw)


@dataclass(slots=True)
class Mailfolder:
    name: str
    flags: tuple[str, ...] = ()
    uidvalidity: int = 1000
    uidnext: int = 1
    mails: list[StoredMail] = field(default_factory=list)
    watchers: list[Callable[[], None]] = field(default_factory=list)

    def add(self, raw: bytes, at: datetime | None = None, flags: Iterable[str] = ()) -> StoredMail:
        mail = StoredMail(self.uidnext, raw, at or datetime.now(UTC), set(flags))
        self.uidnext += 1
        self.mails.append(mail)
        self._tell()
        return mail

    def remove(self, uids: Iterable[int]) -> None:
        gone = set(uids)
        self.mails = [mail for mail in self.mails if mail.uid not in gone]
        self._tell()

    def renumber(self) -> None:
        """As after a restored backup: the same mails under other numbers."""
        self.uidvalidity += 1
        self.mails = [
            StoredMail(uid, m.raw, m.received_at, set(m.flags), m.defect)
            for uid, m in enumerate(self.mails, start=1)
        ]
        self.uidnext = len(self.mails) + 1

    @property
    def texts(self) -> list[str]:
        """The words of every mail, in order."""
        return [words(mail.message) for mail in self.mails]

    def _tell(self) -> None:
        for watcher in list(self.watchers):
            watcher()


@dataclass(slots=True)
class MailAccount:
    """`keeps_sent`: what goes out by SMTP shows in the Sent folder, as at Gmail."""

    address: str
    password: str
    keeps_sent: bool = False
    folders: dict[str, Mailfolder] = field(default_factory=dict)

    @property
    def inbox(self) -> Mailfolder:
        return self.folders["INBOX"]

    @property
    def sent(self) -> Mailfolder:
        return next(folder for folder in self.folders.values() if "\\Sent" in folder.flags)

    def folder(self, name: str) -> Mailfolder | None:
        return self.folders.get("INBOX" if name.upper() == "INBOX" else name)


@dataclass(frozen=True, slots=True)
class SentMail:
    """What left by SMTP for somewhere else."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return parsed(self.raw)

    @property
    def text(self) -> str:
        return words(self.message)


def account(address: str, password: str, *, keeps_sent: bool = False) -> MailAccount:
    folders = (
        Mailfolder("INBOX"),
        Mailfolder("Gesendet & mehr", ("\\Sent",)),  # found by its flag, not by its name
        Mailfolder("Drafts", ("\\Drafts",)),
        Mailfolder("Trash", ("\\Trash",)),
    )
    return MailAccount(address, password, keeps_sent, {f.name: f for f in folders})


def parsed(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def words(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    return str(body.get_content()).replace("\r\n", "\n").strip() if body else ""
