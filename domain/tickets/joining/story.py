"""All that was said about a ticket and those merged into it, in the order of time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, case, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Message
from domain.following import Since
from domain.tickets.joining.merging import Merges
from domain.tickets.models import Ticket, TicketComment


@dataclass(frozen=True, slots=True)
class Said:
    """`kind`: comment or message; `origin`: the number of the ticket it was said in."""

    id: UUID
    kind: str
    origin: str
    author: str
    visibility: str
    text: str
    at: datetime
    updated_at: datetime


class Story:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def of(
        self, ticket: Ticket, limit: int, after: UUID | None = None, since: Since | None = None
    ) -> list[Said]:
        """Ids count up with time, so they are the place. A comment that quotes a message of the
        same story is left out: the message says it."""
        merged = await Merges(self._session, self._tenant_id).merged_into(ticket.id)
        tickets = [ticket, *merged]
        numbers = {one.id: one.number for one in tickets}
        talks = {one.conversation_id: one.number for one in reversed(tickets)}
        talks.pop(None, None)
        both = union_all(self._comments(list(numbers), list(talks)), self._messages(list(talks)))
        found = both.subquery()
        query = select(found).order_by(found.c.id).limit(limit)
        if after is not None:
            query = query.where(found.c.id > after)
        if since:
            query = since.of(query, found.c.updated_at, found.c.id)
        return [
            Said(
                row.id,
                row.kind,
                numbers.get(row.whose) or talks.get(row.whose) or ticket.number,
                row.author,
                row.visibility,
                row.text,
                row.at,
                row.updated_at,
            )
            for row in await self._session.execute(query)
        ]

    def _comments(self, tickets: list[UUID], talks: list[Any]) -> Any:
        said = select(Message.id).where(Message.conversation_id.in_(talks))
        return select(
            TicketComment.id.label("id"),
            literal("comment").label("kind"),
            TicketComment.ticket_id.label("whose"),
            TicketComment.author.label("author"),
            TicketComment.visibility.label("visibility"),
            TicketComment.text.label("text"),
            TicketComment.created_at.label("at"),
            TicketComment.updated_at.label("updated_at"),
        ).where(
            TicketComment.tenant_id == self._tenant_id,
            TicketComment.ticket_id.in_(tickets),
            TicketComment.message_id.is_(None) | TicketComment.message_id.not_in(said),
        )

    def _messages(self, talks: list[Any]) -> Any:
        return select(
            Message.id,
            literal("message"),
            Message.conversation_id.cast(Uuid),
            Message.author,
            case((Message.direction == "note", "internal"), else_="public"),
            Message.text,
            Message.created_at,
            Message.updated_at,
        ).where(
            Message.tenant_id == self._tenant_id,
            Message.conversation_id.in_(talks),
            Message.deleted_at.is_(None),
        )
