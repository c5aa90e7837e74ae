"""Reads of several tickets at once: what was said in them and what changed."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.tickets.models import TicketChange, TicketComment


class TicketReader:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def comments(self, ticket_ids: list[UUID]) -> list[TicketComment]:
        """Oldest first."""
        query = select(TicketComment).where(TicketComment.ticket_id.in_(ticket_ids))
        return list(await self._session.scalars(query.order_by(TicketComment.created_at)))

    async def changes(self, ticket_ids: list[UUID]) -> list[TicketChange]:
        """Oldest first."""
        query = select(TicketChange).where(TicketChange.ticket_id.in_(ticket_ids))
        return list(await self._session.scalars(query.order_by(TicketChange.created_at)))
