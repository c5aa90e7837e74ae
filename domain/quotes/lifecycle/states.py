"""The states of a quote's revision and the moves between them; pure.

draft → sent → viewed → accepted, rejected, expired; cancelled from each that is still open.
"""

from decimal import Decimal

from domain.errors import Refused

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


def require_move(number: str, old: str, new: str) -> None:
    """Raises UnknownState or ForbiddenMove."""
    if new not in MOVES:
        raise UnknownState(new)
    if new not in MOVES[old]:
        raise ForbiddenMove(number, old, new)


def _either(ways: tuple[str, ...]) -> str:
    return ways[0] if len(ways) == 1 else f"{', '.join(ways[:-1])} or {ways[-1]}"
