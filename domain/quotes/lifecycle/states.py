"""The states of a quote's revision and the moves between them; pure.

draft → sent → viewed → accepted, rejected, expired; cancelled from each that is still open.
A revision that is open becomes superseded when the next one is sent, by that alone.
"""

from datetime import date
from decimal import Decimal

from domain.errors import Conflict, Refused

MOVES: dict[str, tuple[str, ...]] = {
    "draft": ("sent", "cancelled"),
    "sent": ("viewed", "accepted", "rejected", "expired", "cancelled"),
    "viewed": ("accepted", "rejected", "expired", "cancelled"),
    "accepted": ("cancelled",),
    "rejected": (),
    "expired": (),
    "cancelled": (),
}
STATES = tuple(MOVES)
OPEN = ("sent", "viewed")
"""A revision that can still be accepted."""
SUPERSEDED = "superseded"


class UnknownState(Refused):
    def __init__(self, status: str) -> None:
        super().__init__(f"There is no status “{status[:40]}”: it is one of {', '.join(STATES)}.")


class ForbiddenMove(Refused):
    def __init__(self, number: str, old: str, new: str) -> None:
        ways = MOVES[old]
        rest = f"it can become {_either(ways)}" if ways else "that is where it ends"
        super().__init__(f"{number} is {old} and cannot become {new}: {rest}.")


class NeedsApproval(Refused):
    def __init__(self, number: str, total: Decimal, currency: str) -> None:
        super().__init__(
            f"{number} is {total} {currency} and not approved yet: let somebody approve it whose "
            "limit is high enough (`/desk quote approve`), then send it."
        )


class QuoteExpired(Refused):
    def __init__(self, number: str, valid_until: date | None) -> None:
        until = f" on {valid_until:%d.%m.%Y}" if valid_until else ""
        super().__init__(
            f"{number} ended{until} and can no longer be accepted: ask for a new version of it."
        )


class RevisionSuperseded(Refused):
    def __init__(self, number: str, revision: int, newest: int) -> None:
        super().__init__(
            f"Revision {revision} of {number} was replaced by revision {newest}: look at that one."
        )


class RevisionCancelled(Refused):
    def __init__(self, number: str, revision: int) -> None:
        super().__init__(
            f"Revision {revision} of {number} was withdrawn and can no longer be accepted: ask for "
            "a new one."
        )


class AlreadyAccepted(Conflict):
    def __init__(self, number: str, revision: int) -> None:
        super().__init__(
            f"{number} was accepted already, as revision {revision}: nothing more is to be done."
        )


class NotRevisable(Refused):
    """Why no further revision can be made of it, and what can be done instead."""

    def __init__(self, number: str, status: str) -> None:
        super().__init__(f"{number} is {status}: {_INSTEAD[status]}")


_INSTEAD = {
    "draft": "change the draft itself, nothing was sent of it yet.",
    "accepted": "what was accepted stays as it is. Duplicate it to make a new quote, or change "
    "the contract.",
    "cancelled": "that is where it ends. Duplicate it to make a new quote.",
}


def require_move(number: str, old: str, new: str) -> None:
    """Raises UnknownState or ForbiddenMove."""
    if new not in MOVES:
        raise UnknownState(new)
    if new not in MOVES[old]:
        raise ForbiddenMove(number, old, new)


def _either(ways: tuple[str, ...]) -> str:
    return ways[0] if len(ways) == 1 else f"{', '.join(ways[:-1])} or {ways[-1]}"
