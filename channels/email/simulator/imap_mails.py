"""SEARCH, FETCH and STORE on a folder. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from channels.email.simulator.imap_syntax import (
    Argument,
    internal_date,
    literal,
    numbers,
)
from channels.email.simulator.world import StoredMail


def search(mails: Sequence[StoredMail], criteria: Sequence[Argument]) -> list[StoredMail]:
    """ALL, SINCE, BEFORE, SEEN, UNSEEN, UID and sequence sets; ValueError for others."""
    found = list(mails)
    words = iter(criteria)
    for word in words:
        name = str(word).upper()
        if name in {"SINCE", "BEFORE"}:
            found = _by_day(found, name, str(next(words)))
        elif name == "UID":
            wanted = numbers(str(next(words)), [mail.uid for mail in mails])
            found = [mail for mail in found if mail.uid in wanted]
        elif name in {"SEEN", "UNSEEN"}:
            found = [m for m in found if ("\\Seen" in m.flags) == (name == "SEEN")]
        elif name[:1].isdigit() or name[:1] == "*":
            places = numbers(name, range(1, len(mails) + 1))
            found = [mail for mail in found if mails.index(mail) + 1 in places]
        elif name != "ALL":
            raise ValueError(f"unknown criterion {name}")
    return found


def _by_day(mails: Sequence[StoredMail], name: str, told: str) -> list[StoredMail]:
    day = datetime.strptime(told, "%d-%b-%Y").date()  # noqa: DTZ007 - a day has no time zone
    is_since = name == "SINCE"
    return [mail for mail in mails if (mail.received_at.date() >= day) == is_since]


def fetched(mail: StoredMail, items: Sequence[Argument]) -> bytes:
    """What stands between the brackets of a FETCH response."""
    wanted = [str(item).upper() for item in items]
    return b" ".join(part for item in wanted for part in _item(mail, item))


def _item(mail: StoredMail, item: str) -> Iterator[bytes]:
    if item == "UID":
        yield b"UID %d" % mail.uid
    elif item == "FLAGS":
        yield b"FLAGS (%s)" % flags(mail)
    elif item == "RFC822.SIZE":
        yield b"RFC822.SIZE %d" % len(mail.raw)
    elif item == "INTERNALDATE":
        yield b"INTERNALDATE " + internal_date(mail.received_at)
    elif item in {"BODY.PEEK[]", "BODY[]"}:
        yield b"BODY[] " + literal(mail.raw)
    elif item in {"BODY.PEEK[HEADER]", "BODY[HEADER]"}:
        yield b"BODY[HEADER] " + literal(_headers(mail.raw))
    else:
        raise ValueError(f"unknown item {item}")


def marks_as_seen(items: Sequence[Argument]) -> bool:
    return any(str(item).upper().startswith("BODY[") for item in items)


def store(mail: StoredMail, how: str, told: Sequence[Argument]) -> None:
    """`+FLAGS`, `-FLAGS` or `FLAGS`, `.SILENT` or not."""
    given = {_spelled(str(flag)) for flag in told}
    if how.startswith("+"):
        mail.flags |= given
    elif how.startswith("-"):
        mail.flags -= given
    else:
        mail.flags = given


def flags(mail: StoredMail) -> bytes:
    return " ".join(sorted(mail.flags)).encode()


def _spelled(flag: str) -> str:
    return "\\" + flag[1:].capitalize() if flag.startswith("\\") else flag


def _headers(raw: bytes) -> bytes:
    head, separator, _ = raw.partition(b"\r\n\r\n")
    return head + separator
