"""What the mailbox told of a mail beside the mail: one line before its first. Pure."""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

MARK = b"X-Frontdesk-Envelope: "
MAX_LINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Envelope:
    """`account`: the hint of the channel account (its address). `received_at`: the server's.

    `own_addresses`: from which the company itself writes. `authserv_id`: the server whose
    Authentication-Results are believed.
    """

    account: str = ""
    folder: str = ""
    is_sent: bool = False
    uidvalidity: int = 0
    uid: int = 0
    received_at: datetime | None = None
    is_history: bool = False
    own_addresses: tuple[str, ...] = ()
    authserv_id: str = ""

    @property
    def ours(self) -> frozenset[str]:
        """Our own addresses, lower-case, that of the account among them."""
        named = (*self.own_addresses, self.account if "@" in self.account else "")
        return frozenset(address.strip().lower() for address in named if address.strip())

    def is_ours(self, address: str) -> bool:
        """With or without what follows a plus (`info+fd.TOKEN@acme.example`)."""
        local, _, domain = address.rpartition("@")
        return not self.ours.isdisjoint((address, f"{local.partition('+')[0]}@{domain}"))


def sealed(envelope: Envelope, raw: bytes) -> bytes:
    told = asdict(envelope)
    told["received_at"] = envelope.received_at.isoformat() if envelope.received_at else None
    line = base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode())
    return MARK + line + b"\r\n" + raw


def opened(body: bytes) -> tuple[Envelope, bytes]:
    """The envelope and the mail. Only the very first line counts, because anybody can write
    such a line into a mail; one that cannot be read stays what it was, a line of the mail."""
    if not body.startswith(MARK):
        return Envelope(), body
    end = body.find(b"\n", 0, MAX_LINE)
    if end < 0:
        return Envelope(), body
    envelope = _read(body[len(MARK) : end].strip())
    return (envelope, body[end + 1 :]) if envelope else (Envelope(), body)


def _read(line: bytes) -> Envelope | None:
    try:
        told = json.loads(base64.urlsafe_b64decode(line))
        if not isinstance(told, dict):
            return None
        return Envelope(
            account=str(told.get("account") or ""),
            folder=str(told.get("folder") or ""),
            is_sent=told.get("is_sent") is True,
            uidvalidity=int(told.get("uidvalidity") or 0),
            uid=int(told.get("uid") or 0),
            received_at=_moment(told.get("received_at")),
            is_history=told.get("is_history") is True,
            own_addresses=tuple(str(one) for one in told.get("own_addresses") or ()),
            authserv_id=str(told.get("authserv_id") or ""),
        )
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None


def _moment(told: object) -> datetime | None:
    if not isinstance(told, str):
        return None
    found = datetime.fromisoformat(told)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
