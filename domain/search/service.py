"""Searches tickets, comments and messages, latest first."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Message
from domain.following import Since
from domain.search.documents import KINDS, HeldBy
from domain.tickets.models import Ticket, TicketComment

PATIENCE = "5s"


@dataclass(frozen=True, slots=True)
class Hit:
    """`kind`: ticket, comment or message. `number`: the ticket's."""

    kind: str
    id: UUID
    conversation_id: UUID | None
    number: str | None
    title: str
    text: str
    at: datetime
    updated_at: datetime


class Search:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def find(
        self,
        words: str,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        kinds: tuple[str, ...] = KINDS,
        since: Since | None = None,
    ) -> list[Hit]:
        """Gives up after some seconds rather than hold the database. Raises Refused."""
        await self._session.execute(text(f"set local statement_timeout = '{PATIENCE}'"))
        held = HeldBy(self._session)
        query = await held.query(words, kinds)
        if query is None:
            return []
        if since:
            rows = await held.changed(query, kinds, limit, since)
        else:
            rows = await held.latest(query, kinds, limit, before)
        told = await self._told({kind: [r.id for r in rows if r.kind == kind] for kind in kinds})
        hits = [told[row.id] for row in rows if row.id in told]
        if not since:
            return hits
        changed = {row.id: row.at for row in rows}
        return [replace(hit, updated_at=changed[hit.id]) for hit in hits]

    async def _told(self, ids: dict[str, list[UUID]]) -> dict[UUID, Hit]:
        """One statement for each kind there is."""
        queries: dict[str, Any] = {
            "ticket": select(
                Ticket.id,
                Ticket.conversation_id,
                Ticket.number,
                Ticket.subject,
                Ticket.description,
                Ticket.created_at,
                Ticket.updated_at,
            ).where(Ticket.tenant_id == self._tenant_id, Ticket.id.in_(ids.get("ticket", []))),
            "comment": select(
                TicketComment.id,
                Ticket.conversation_id,
                Ticket.number,
                Ticket.subject,
                TicketComment.text,
                TicketComment.created_at,
                TicketComment.updated_at,
            )
            .join(Ticket, Ticket.id == TicketComment.ticket_id)
            .where(
                TicketComment.tenant_id == self._tenant_id,
                TicketComment.id.in_(ids.get("comment", [])),
            ),
            "message": select(
                Message.id,
                Message.conversation_id,
                text("null"),
                Message.subject,
                Message.text,
                Message.created_at,
                Message.updated_at,
            ).where(Message.tenant_id == self._tenant_id, Message.id.in_(ids.get("message", []))),
        }
        return {
            row[0]: Hit(kind, *row)
            for kind, found in ids.items()
            if found
            for row in await self._session.execute(queries[kind])
        }
