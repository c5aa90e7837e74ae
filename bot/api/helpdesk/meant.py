"""The ticket that a path or a body names, by number or id."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.rest import STORABLE
from domain.errors import NotFound
from domain.tickets.models import Ticket
from domain.tickets.service import Tickets

Reference = Annotated[
    str,
    Path(max_length=64, pattern=STORABLE, description="The ticket's number, TKT-…, or its id."),
]
Named = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=STORABLE)]
"""The same in a body."""


async def meant(session: AsyncSession, tenant_id: UUID, reference: str) -> Ticket:
    try:
        found = await session.get(Ticket, UUID(reference))
    except ValueError:
        return await Tickets(session, tenant_id).get(reference)
    if found is None:
        raise NotFound("ticket", reference)
    return found
