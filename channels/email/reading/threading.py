"""What ties a mail to others, as its headers claim; nothing here is verified. Pure."""

import re
from collections.abc import Iterable
from hashlib import sha256

from channels.email.reading.mime.headers import Headers
from channels.email.reading.people import people
from channels.messages import ThreadHints

MAX_REFERENCES = 100
MAX_ID = 500

_BRACKETS = {ord("<"): None, ord(">"): None}
_ID = re.compile(r"<([^<>]{1,998})>")
_LOOSE_ID = re.compile(r"[^\s<>,;\"]{1,400}@[^\s<>,;\"]{1,400}")
_TOKEN = re.compile(r"(?:^|[+.])fd\.([a-z2-7]{42})(?=[.@]|$)")
_NUMBER = re.compile(r"(?<![\w-])(TKT-\d{6}-\d{5,8}|[QC]T-\d{8}-\d{4,8})(?![\w-])", re.I)
_ADDRESSED = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-forwarded-to")


def hints(headers: Headers, subject: str) -> ThreadHints:
    references = _references(headers)
    plus = (person.local for person in people(headers, *_ADDRESSED))
    return ThreadHints(
        message_id=message_id(headers),
        references=references,
        tokens=tokens([*references, *plus]),
        numbers=numbers(subject),
    )


def message_id(headers: Headers) -> str:
    """The mail's own id without angle brackets, empty where it has none."""
    return next(iter(ids(headers.get("message-id"))), "")


def root(found: ThreadHints) -> str:
    """The oldest id that the mail names, its own where it answers nothing."""
    return found.references[-1] if found.references else found.message_id


def conversation_hint(found: ThreadHints, external_id: str) -> str:
    return "mail:" + sha256((root(found) or external_id).encode()).hexdigest()[:40]


def normalised_id(told: str) -> str:
    """An id as we compare it: no brackets, no white space (a folded line breaks long ids)."""
    return "".join(told.translate(_BRACKETS).split()).strip("\"'")[:MAX_ID]


def ids(value: str) -> list[str]:
    """The ids of a field. Without brackets (old Exchange, Notes): what looks like one."""
    if not value:
        return []
    found = _ID.findall(value) or _LOOSE_ID.findall(value)
    if not found and " " not in value:
        found = [value]
    return [one for one in map(normalised_id, found) if one]


def tokens(texts: Iterable[str]) -> tuple[str, ...]:
    """Our signed tokens (`fd.` and 42 characters of base 32) in ids and plus-addresses."""
    lowered = (text.lower() for text in texts)
    found = (token for text in lowered if "fd." in text for token in _TOKEN.findall(text))
    return tuple(dict.fromkeys(found))


def is_ours(own_id: str) -> bool:
    """Whether an id has the form of those that we give to mails."""
    return own_id.startswith("fd.") and bool(tokens([own_id]))


def numbers(subject: str) -> tuple[str, ...]:
    """Numbers of tickets, quotes and contracts."""
    if "-" not in subject:
        return ()
    return tuple(dict.fromkeys(found.upper() for found in _NUMBER.findall(subject)))


def _references(headers: Headers) -> tuple[str, ...]:
    """Nearest first: In-Reply-To, then References from its end.

    Several In-Reply-To ids come from programs that list a whole thread there: only the last
    is the one answered when References do not tell. The own id is no reference.
    """
    answered = [one for value in headers.all("in-reply-to") for one in ids(value)]
    chain = [one for value in headers.all("references") for one in ids(value)]
    nearest = [*reversed(answered), *reversed(chain)]
    own = message_id(headers)
    distinct = [one for one in dict.fromkeys(nearest) if one != own]
    if len(distinct) <= MAX_REFERENCES:
        return tuple(distinct)
    # The root must stay the same for all mails of a long thread.
    return (*distinct[: MAX_REFERENCES - 1], distinct[-1])
