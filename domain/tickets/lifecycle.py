"""The states of a ticket and the moves between them; pure."""

from datetime import datetime, timedelta

from domain.errors import Refused

STATUSES = ("open", "in_progress", "waiting_customer", "resolved", "closed", "cancelled")
PRIORITIES = ("low", "medium", "high", "urgent")
TYPES = ("support", "bug", "feature_request", "billing", "technical", "general")
FINISHED = frozenset({"resolved", "closed", "cancelled"})

MOVES: dict[str, frozenset[str]] = {
    "open": frozenset({"in_progress", "waiting_customer", "resolved", "closed", "cancelled"}),
    "in_progress": frozenset({"open", "waiting_customer", "resolved", "closed", "cancelled"}),
    "waiting_customer": frozenset({"open", "in_progress", "resolved", "closed", "cancelled"}),
    "resolved": frozenset({"open", "closed"}),
    "closed": frozenset({"open"}),
    "cancelled": frozenset({"open"}),
}


class TicketMoveRefused(Refused):
    def __init__(self, number: str, old: str, new: str) -> None:
        allowed = ", ".join(sorted(MOVES.get(old, ()))) or "nothing"
        super().__init__(f"{number} is {old} and cannot become {new}; it can become {allowed}.")


class UnknownValue(Refused):
    def __init__(self, field: str, value: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"A ticket's {field} is one of {', '.join(allowed)}, not “{value}”.")


def require_move(number: str, old: str, new: str) -> None:
    require("status", new, STATUSES)
    if new != old and new not in MOVES[old]:
        raise TicketMoveRefused(number, old, new)


def require(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UnknownValue(field, value, allowed)


def reopens(status: str, finished_at: datetime | None, now: datetime, grace: timedelta) -> bool:
    """Whether a customer's reply reopens the ticket; after the grace period a new one follows."""
    if status not in FINISHED:
        return True
    return status != "cancelled" and finished_at is not None and now - finished_at <= grace
