"""Which mails of a folder to fetch, how many at once, and which of them are history. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from channels.email.imap.cursor import Place
from channels.email.imap.mailbox import Sized

# How far a mail server's clock may be off.
SKEW = timedelta(hours=1)
_DAY = timedelta(days=1)
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Folder:
    """`since`: how far back a first look goes; None: not at all."""

    name: str
    is_sent: bool = False
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one page: mails and bytes. `mail`: what is larger is not downloaded."""

    mails: int = 50
    size: int = 8 * _MEGABYTE
    mail: int = 40 * _MEGABYTE
    sizes_at_once: int = 200


def batches(
    uids: Sequence[int], sizes: Mapping[int, Sized], limits: Limits
) -> Iterator[Sequence[int]]:
    """In order; what is too large, and what nobody knows the size of, is alone."""
    batch: list[int] = []
    total = 0
    for uid in uids:
        size = sizes[uid].size if uid in sizes else limits.mail + 1
        is_full = total + size > limits.size or len(batch) >= limits.mails
        if batch and (is_full or size > limits.mail):
            yield batch
            batch, total = [], 0
        batch.append(uid)
        # Nothing fits beside one that is alone.
        total += size if size <= limits.mail else limits.size + 1
    if batch:
        yield batch


def search_since(place: Place) -> date | None:
    """From which day on mails of before the first look are asked for; None: none of them.

    IMAP's SINCE knows days only, in the server's time zone.
    """
    if place.since or not place.is_renumbered:
        return place.since
    return (place.started - SKEW - _DAY).date()


def is_wanted(place: Place, uid: int, sized: Sized | None) -> bool:
    """SINCE asks for a day too many, where the server has numbered its mails anew."""
    if uid > place.newest or place.since or not place.is_renumbered:
        return True
    return not sized or not sized.received_at or sized.received_at >= place.started - SKEW


def is_history(place: Place, uid: int, received_at: datetime | None) -> bool:
    """Whether a mail is older than the first look at its folder.

    One that came since may be old all the same: somebody moved it here. There the clocks'
    difference is allowed for, because what counts as history is never answered.
    """
    if uid > place.newest:
        return received_at is not None and received_at < place.started - SKEW
    if place.is_renumbered:
        return received_at is not None and received_at < place.started
    return True
