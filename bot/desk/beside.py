"""What hangs on a ticket besides its history, each a line for its card."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.tenants.service import Tenants
from domain.tickets.joining.linking import TicketLinks
from domain.tickets.models import Team, Ticket
from domain.tickets.working.articles import TicketArticles
from domain.tickets.working.clock import zone
from domain.tickets.working.ledger import PromiseLedger

MOST_ARTICLES = 3


async def ticket_facts(session: AsyncSession, tenant_id: UUID, row: Ticket) -> tuple[str, ...]:
    team = await session.get(Team, row.team_id) if row.team_id else None
    into = await session.get(Ticket, row.merged_into_id) if row.merged_into_id else None
    links = await TicketLinks(session, tenant_id).of(row.id)
    promised = await PromiseLedger(session, tenant_id).of(row.id)
    articles = await TicketArticles(session, tenant_id).of(row.id)
    facts = [f"Team: {team.name}"] if team else []
    facts += [f"Merged into {into.number}"] if into else []
    facts += _waits(row, zone((await Tenants(session, tenant_id).settings()).time_zone))
    facts += [f"{one.kind.capitalize()} {one.ticket.number}" for one in links]
    facts += [
        f"Promise {one.number} ({one.state}), by {one.due_day:%a %d %b}: {one.text}"
        for one in promised
        if one.state in ("open", "broken")
    ]
    facts += [
        f"Article ({one.kind}, {one.relevance} %): {one.title}" for one in articles[:MOST_ARTICLES]
    ]
    return tuple(facts)


def _waits(row: Ticket, where: ZoneInfo) -> Iterator[str]:
    """Times as staff give them: by the company's clock."""
    if row.snoozed_until:
        yield f"Snoozed until {_at(row.snoozed_until, where)}"
    if row.next_action:
        due = f" (by {_at(row.next_action_due, where)})" if row.next_action_due else ""
        yield f"Next: {row.next_action}{due}"
    if row.follow_up_at and row.follow_up_told_at is None:
        yield f"Reminder {_at(row.follow_up_at, where)}: {row.follow_up_note or 'follow up'}"
    if row.satisfaction:
        yield f"Satisfaction: {row.satisfaction} of 5 {row.satisfaction_comment}".strip()


def _at(time: datetime, where: ZoneInfo) -> str:
    local = time.astimezone(where)
    return f"{local:%a %d %b %H:%M} {local.tzname()}"
