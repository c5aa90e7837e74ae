"""Notices that a customer names a number of somebody else: a hint for staff alone."""

import re
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.turns import TurnContext
from domain.customers.joining.links import CustomerLinks, NewLink

MOST = 3
_NUMBER = re.compile(r"\b(?:TKT|QT|CT)-\d{6,8}-\d{3,6}\b", re.IGNORECASE)
_OWNERS = text("""
    select t.number, t.person_id from tickets t where t.number = any(:numbers)
    union all
    select q.number, q.person_id from quotes q where q.number = any(:numbers)
    union all
    select c.number, c.person_id from contracts c where c.number = any(:numbers)
""")


async def note_numbers(session: AsyncSession, tenant_id: UUID, context: TurnContext) -> None:
    """Weak: numbers can be guessed. What the customer is told does not depend on it."""
    if not context.customer.is_proven:
        return
    own = {ticket.number for ticket in context.tickets} | {quote.number for quote in context.quotes}
    named = dict.fromkeys(number.upper() for number in _NUMBER.findall(context.text))
    numbers = [number for number in named if number not in own][:MOST]
    if not numbers:
        return
    links = CustomerLinks(session, tenant_id)
    for row in await session.execute(_OWNERS, {"numbers": numbers}):
        if row.person_id is not None and row.person_id != context.customer.person_id:
            link = NewLink(
                context.customer.person_id,
                row.person_id,
                "order_number",
                f"Named {row.number}, which is the other's.",
            )
            await links.suggest(link)
