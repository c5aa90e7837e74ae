"""One logged-in mailbox: what may be asked of it. Blocking: belongs into a thread."""

import imaplib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from channels.email.imap.refusals import LoginRefused
from channels.email.imap.wire import Wire
from channels.email.settings import EmailSettings
from channels.messages import Permanent

SEEN = rb"\Seen"
_SENT = rb"\sent"
# Exchange before 2013 and small servers flag nothing; these are what mail programs make.
_SENT_NAMES = ("Sent", "Sent Items", "Sent Messages", "Sent Mail", "INBOX.Sent", "INBOX/Sent")
_SHOWN_FOLDERS = 20


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder as it is now. `uidnext` 0: the server does not tell."""

    uidvalidity: int
    uidnext: int
    is_read_only: bool


@dataclass(frozen=True, slots=True)
class Sized:
    size: int
    received_at: datetime | None


class Mailbox:
    def __init__(self, settings: EmailSettings, secret: str) -> None:
        """Connects and logs in. `secret`: the password, or an access token for XOAUTH2.

        Raises LoginRefused, imaplib's errors and OSError.
        """
        self.wire = Wire(settings.imap)
        self.here: tuple[str, int] | None = None
        """The selected folder and its UIDVALIDITY."""
        try:
            self._log_in(settings, secret)
            self._introduce()
        except BaseException:
            self.wire.shut()
            raise

    def _log_in(self, settings: EmailSettings, secret: str) -> None:
        try:
            if settings.auth == "xoauth2":
                self.wire.oauth2_login(settings.login, secret)
            elif self._needs_sasl(settings.login + secret):
                self.wire.plain_login(settings.login, secret)
            else:
                self.wire.login(settings.login, secret)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise LoginRefused(str(error)) from error

    def _needs_sasl(self, words: str) -> bool:
        """LOGIN is for ASCII only, and some servers switch it off."""
        has_plain = self.wire.has_capability("AUTH=PLAIN")
        return has_plain and (not words.isascii() or self.wire.has_capability("LOGINDISABLED"))

    def _introduce(self) -> None:
        # Coremail (163.com and many more) lets nobody in who does not say who it is.
        if self.wire.has_capability("ID"):
            with suppress(imaplib.IMAP4.error):
                self.wire.id_({"name": "Frontdesk"})

    # --- folders ------------------------------------------------------------------------

    def folders(self) -> list[tuple[str, tuple[bytes, ...]]]:
        """Names and flags of the folders that hold mails."""
        listed = [
            (str(name), tuple(flag.lower() for flag in flags))
            for flags, _, name in self.wire.list_folders()
        ]
        return [(name, flags) for name, flags in listed if rb"\noselect" not in flags]

    def sent_folder(self, settings: EmailSettings) -> str:
        """The one that is set, else the one with the flag (RFC 6154), else by its name."""
        if settings.sent_folder:
            return settings.sent_folder
        listed = self.folders()
        if flagged := [name for name, flags in listed if _SENT in flags]:
            return flagged[0]
        names = [name for name, _ in listed]
        return next((name for name in _SENT_NAMES if name in names), "")

    def select(self, folder: str, *, to_change: bool = False) -> Selected:
        """Permanent where there is no such folder. Unless `to_change`, nothing is altered."""
        try:
            told = self.wire.select_folder(folder, readonly=not to_change)
        except imaplib.IMAP4.readonly:
            return self._told(self.wire.select_folder(folder, readonly=True), folder, True)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            names = [name for name, _ in self.folders()]
            if folder in names or folder.upper() == "INBOX":
                raise
            raise _no_folder(folder, names) from None
        return self._told(told, folder, not to_change)

    def _told(self, told: dict[bytes, Any], folder: str, is_read_only: bool) -> Selected:
        uidvalidity, uidnext = int(told.get(b"UIDVALIDITY", 1)), int(told.get(b"UIDNEXT", 0))
        self.here = (folder, uidvalidity)
        return Selected(uidvalidity, uidnext, is_read_only)

    # --- mails --------------------------------------------------------------------------

    def uids(self, above: int, until: int = 0, since: date | None = None) -> list[int]:
        """Ascending; `until` 0: to the last. `n:*` names the last mail even if it is below n."""
        asked: list[Any] = ["UID", f"{above + 1}:{until or '*'}"]
        if since:
            asked += ["SINCE", since]
        found = {int(uid) for uid in self.wire.search(asked)}
        return sorted(uid for uid in found if uid > above and (not until or uid <= until))

    def last_uid(self) -> int:
        """For servers that do not tell UIDNEXT."""
        return max(self.uids(0), default=0)

    def still_there(self, uids: Sequence[int]) -> set[int]:
        found = self.wire.search(["UID", ",".join(map(str, uids))])
        return {int(uid) for uid in found} & set(uids)

    def sizes(self, uids: Sequence[int]) -> dict[int, Sized]:
        """Of those that the server tells about."""
        told = self.wire.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        wanted = {uid: told[uid] for uid in uids if uid in told}
        return {
            uid: Sized(int(row.get(b"RFC822.SIZE") or 0), _moment(row.get(b"INTERNALDATE")))
            for uid, row in wanted.items()
        }

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole mails, which stay unseen. Without those that the server does not hand out."""
        return self._parts(uids, b"BODY[]")

    def headers(self, uid: int) -> bytes:
        """Empty if the server does not hand them out."""
        return self._parts([uid], b"BODY[HEADER]").get(uid, b"")

    def _parts(self, uids: Sequence[int], part: bytes) -> dict[int, bytes]:
        self.wire.allow()
        told = self.wire.fetch(uids, [part.replace(b"BODY[", b"BODY.PEEK[")])
        found = {uid: told[uid].get(part) for uid in uids if uid in told}
        return {uid: mail for uid, mail in found.items() if isinstance(mail, bytes) and mail}

    def mark_seen(self, uids: Iterable[int]) -> None:
        self.wire.add_flags(sorted(uids), [SEEN], silent=True)

    def leave(self) -> None:
        """Says goodbye where that is still possible."""
        with suppress(imaplib.IMAP4.error, OSError, ValueError):
            self.wire.logout()
        self.wire.shut()


def _no_folder(folder: str, names: Sequence[str]) -> Permanent:
    shown = ", ".join(f"“{name}”" for name in names[:_SHOWN_FOLDERS])
    return Permanent(
        f"The mailbox has no folder “{folder}”. There is {shown or 'none at all'}: set"
        " email_settings.folder or email_settings.sent_folder to one of them.",
        code="folder",
    )


def _moment(told: object) -> datetime | None:
    """What the server keeps as a mail's arrival."""
    if not isinstance(told, datetime):
        return None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
