"""What a rule would have done to the latest tickets; writes nothing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.tickets.lifecycle import MOVES
from domain.tickets.models import Ticket
from domain.types import utc_now
from domain.workflows import rules
from domain.workflows.conditions import matches
from domain.workflows.facts import TicketFacts

MOST_TRIED = 1000


@dataclass(frozen=True, slots=True)
class WouldChange:
    ticket_id: UUID
    number: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    tickets: int
    matched: tuple[WouldChange, ...]


async def try_rule(
    session: AsyncSession, tenant_id: UUID, body: rules.RuleBody, latest: int
) -> Tried:
    """On the tickets as they are now; `latest`: how many, at most MOST_TRIED."""
    known = await TicketFacts(session, tenant_id).latest(min(latest, MOST_TRIED))
    now = utc_now()
    matched = tuple(
        WouldChange(one.ticket.id, one.ticket.number, would_change(one.ticket, body))
        for one in known
        if matches(body.conditions, one.facts(now))
    )
    return Tried(len(known), matched)


def would_change(ticket: Ticket, body: rules.RuleBody) -> tuple[str, ...]:
    said = (_said(ticket, action) for action in body.actions)
    return tuple(words for words in said if words)


def _said(ticket: Ticket, action: Any) -> str:
    if isinstance(action, rules.SetPriority):
        return _moved("priority", ticket.priority, action.to)
    if isinstance(action, rules.SetStatus):
        if action.to != ticket.status and action.to not in MOVES[ticket.status]:
            return f"refused: {ticket.status} cannot become {action.to}"
        return _moved("status", ticket.status, action.to)
    if isinstance(action, rules.Assign):
        if action.to == "round_robin":
            return "assigned to the least loaded"
        return _moved("assignee_id", str(ticket.assignee_id or "nobody"), str(action.to))
    if isinstance(action, rules.AddTags):
        new = [tag for tag in action.tags if tag not in ticket.tags]
        return f"tags: + {', '.join(new)}" if new else ""
    return "a note" if isinstance(action, rules.Note) else "staff told"


def _moved(field: str, old: str, new: str) -> str:
    return "" if old == new else f"{field}: {old} → {new}"
