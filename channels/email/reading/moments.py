"""When a mail was sent: its Date where it can be, else when it arrived. Pure but for the clock."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from channels.email.reading.envelope import Envelope
from channels.email.reading.mime.headers import Headers

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""Clocks of senders go wrong by hours (a time zone), hardly by more."""

_COMMENT = re.compile(r"\([^()]*\)")


def sent_at(headers: Headers, envelope: Envelope, now: datetime) -> datetime:
    """Date; absent or absurd: when our server, or the last one on the way, took it; else now."""
    latest = (envelope.received_at or now) + AHEAD
    written = moment(headers.get("date"))
    if written and EARLIEST <= written <= latest:
        return written
    if envelope.received_at:
        return envelope.received_at.astimezone(UTC)
    passed = moment(headers.get("received").rpartition(";")[2])
    return passed if passed and EARLIEST <= passed <= latest else now


def moment(value: str) -> datetime | None:
    """A date of RFC 5322 or near it, None where it is none."""
    value = _COMMENT.sub(" ", value[:200]).strip()
    if not value:
        return None
    try:
        told = parsedate_tz(value)
        if told is None:
            found = datetime.fromisoformat(value)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        zone = timedelta(seconds=told[9] or 0)
        return datetime(*told[:5], min(told[5], 59), tzinfo=UTC) - zone
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
