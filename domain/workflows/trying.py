"""What a rule would have done to the latest tickets; writes nothing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.tickets.lifecycle import FINISHED, MOVES
from domain.tickets.models import Ticket
from domain.types import utc_now
from domain.workflows import actions
from domain.workflows.conditions import matches
from domain.workflows.facts import TicketFacts
from domain.workflows.rules import RuleBody
from domain.workflows.webhooks import Webhooks

MOST_TRIED = 1000


@dataclass(frozen=True, slots=True)
class WouldChange:
    ticket_id: UUID
    number: str
    changes: tuple[str, ...]
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Tried:
    """Of `tickets` looked at, those that match."""

    tickets: int
    matched: tuple[WouldChange, ...]

    @property
    def open_changed(self) -> tuple[WouldChange, ...]:
        return tuple(one for one in self.matched if one.is_open and one.changes)


async def try_rule(session: AsyncSession, tenant_id: UUID, body: RuleBody, latest: int) -> Tried:
    """On the tickets as they are now; `latest`: how many, at most MOST_TRIED."""
    known = await TicketFacts(session, tenant_id).latest(min(latest, MOST_TRIED))
    webhooks = await Webhooks(session, tenant_id).names_on()
    now = utc_now()
    matched = tuple(
        WouldChange(
            one.ticket.id,
            one.ticket.number,
            would_change(one.ticket, body, webhooks),
            one.ticket.status not in FINISHED,
        )
        for one in known
        if matches(body.conditions, one.facts(now))
    )
    return Tried(len(known), matched)


def would_change(ticket: Ticket, body: RuleBody, webhooks: frozenset[str]) -> tuple[str, ...]:
    """`webhooks`: the names of those that are on."""
    said = (_said(ticket, action, webhooks) for action in body.actions)
    return tuple(words for words in said if words)


def _said(ticket: Ticket, action: Any, webhooks: frozenset[str]) -> str:
    match action:
        case actions.FollowUp():
            return "" if is_to_be_reminded(ticket) else f"a reminder in {spell(action.minutes)}"
        case actions.Webhook():
            if action.to not in webhooks:
                return f"refused: no webhook “{action.to}” is on"
            return f"the webhook “{action.to}” told"
        case actions.Notify():
            return "the assignee told" if action.whom == "assignee" else "staff told"
        case actions.Note():
            return "a note"
    return _set(ticket, action)


def _set(ticket: Ticket, action: Any) -> str:
    match action:
        case actions.SetStatus():
            if action.to != ticket.status and action.to not in MOVES[ticket.status]:
                return f"refused: {ticket.status} cannot become {action.to}"
            return _moved("status", ticket.status, action.to)
        case actions.Assign(to="round_robin"):
            return "assigned to the least loaded"
        case actions.Assign():
            return _moved("assignee_id", str(ticket.assignee_id or "nobody"), str(action.to))
        case actions.AddTags():
            new = [tag for tag in action.tags if tag not in ticket.tags]
            return f"tags: + {', '.join(new)}" if new else ""
        case actions.RemoveTags():
            gone = [tag for tag in action.tags if tag in ticket.tags]
            return f"tags: - {', '.join(gone)}" if gone else ""
    return _moved("priority", ticket.priority, action.to)


def is_to_be_reminded(ticket: Ticket) -> bool:
    """Somebody set a reminder that is still to come: no rule moves it."""
    return ticket.follow_up_at is not None and ticket.follow_up_told_at is None


def spell(minutes: int) -> str:
    """`2d`, `5h`, `90m`: as it is typed."""
    for unit, size in (("w", 10080), ("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def _moved(field: str, old: str, new: str) -> str:
    return "" if old == new else f"{field}: {old} → {new}"
