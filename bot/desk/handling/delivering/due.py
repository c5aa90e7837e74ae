"""Until when the customers of listed tickets have to be answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation
from domain.conversations.reaching.standing import promised
from domain.conversations.reaching.windows import closes_at, effective_deadline
from domain.tickets.listing import Listed


async def answers_due(
    session: AsyncSession, windows: Mapping[str, timedelta | None], rows: Sequence[Listed]
) -> dict[UUID, datetime]:
    """By ticket, where the customer has the last word; two statements for all.

    The earlier of what was promised and the end of the channel's window (`windows` by channel).
    """
    of = {row.ticket.conversation_id: row.ticket.id for row in rows if row.ticket.conversation_id}
    if not of:
        return {}
    waiting = await session.scalars(
        select(Conversation).where(Conversation.id.in_(of), Conversation.last_author == "customer")
    )
    found = list(waiting)
    due = await promised(session, [of[one.id] for one in found]) if found else {}
    told = {}
    for one in found:
        closes = closes_at(windows.get(one.channel), one.last_inbound_at)
        at = effective_deadline(due.get(of[one.id]), closes)
        if at is not None:
            told[of[one.id]] = at
    return told
