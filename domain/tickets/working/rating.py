"""What a customer thought of how a ticket went."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Refused
from domain.tickets.history import TicketHistory
from domain.tickets.models import Ticket

SCORES = range(1, 6)


async def rate(
    session: AsyncSession, tenant_id: UUID, ticket: Ticket, said: tuple[int, str, datetime]
) -> None:
    """`said`: score (1 to 5), comment, when. The last word counts. Raises Refused."""
    score, comment, at = said
    if score not in SCORES:
        raise Refused("Satisfaction is a number from 1 to 5.")
    told = ("satisfaction", ticket.satisfaction, score)
    ticket.satisfaction, ticket.satisfaction_comment, ticket.satisfaction_at = score, comment, at
    history = TicketHistory(session, tenant_id)
    history.changed(ticket, told, actor="customer", why=comment[:200], kind="ticket.rated")
    await session.flush()
