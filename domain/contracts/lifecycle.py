"""The states of a contract and the moves between them; pure."""

from domain.errors import Refused

MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"pending_signature", "cancelled"}),
    "pending_signature": frozenset({"draft", "active", "cancelled"}),
    "active": frozenset({"pending_renewal", "suspended", "expired", "cancelled"}),
    "pending_renewal": frozenset({"active", "suspended", "expired", "cancelled"}),
    "suspended": frozenset({"active", "expired", "cancelled"}),
    "expired": frozenset(),
    "cancelled": frozenset(),
}
STATUSES = tuple(MOVES)
RUNNING = frozenset({"active", "pending_renewal"})
"""Work is owed and paid for."""


class ContractMoveRefused(Refused):
    def __init__(self, number: str, old: str, new: str) -> None:
        allowed = ", ".join(sorted(MOVES.get(old, ())))
        can = f"it can become {allowed}" if allowed else "it ends there"
        super().__init__(f"{number} is {old} and cannot become {new}; {can}.")


def require_move(number: str, old: str, new: str) -> None:
    """Raises ContractMoveRefused, also where the state stays the same."""
    if new not in MOVES:
        raise Refused(f"A contract's status is one of {', '.join(STATUSES)}, not “{new}”.")
    if new not in MOVES[old]:
        raise ContractMoveRefused(number, old, new)
