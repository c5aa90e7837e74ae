"""Searches tickets and messages, latest first: every word must appear, in any order or part."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    literal,
    null,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Message
from domain.errors import Refused
from domain.tickets.models import Ticket

KINDS = ("ticket", "message")
MOST_WORDS = 8
PATIENCE = "5s"


@dataclass(frozen=True, slots=True)
class Hit:
    """`kind`: ticket or message. `number`: the ticket's."""

    kind: str
    id: UUID
    conversation_id: UUID | None
    number: str | None
    title: str
    text: str
    at: datetime


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
    ) -> list[Hit]:
        """Gives up after some seconds rather than hold the database. Raises Refused."""
        wanted = words.split()
        if not wanted or len(wanted) > MOST_WORDS:
            raise Refused(f"Search for one to {MOST_WORDS} words.")
        queries: dict[str, Any] = {"ticket": self._tickets, "message": self._messages}
        found = union_all(*(queries[kind](wanted) for kind in kinds)).subquery()
        query = select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(limit)
        if before:
            query = query.where(tuple_(found.c.at, found.c.id) < before)
        await self._session.execute(text(f"set local statement_timeout = '{PATIENCE}'"))
        rows = await self._session.execute(query)
        return [Hit(*row) for row in rows]

    def _tickets(self, words: list[str]) -> Select[*tuple[Any, ...]]:
        whole = Ticket.number + " " + Ticket.subject + " " + Ticket.description
        return select(
            literal("ticket").label("kind"),
            Ticket.id.label("id"),
            Ticket.conversation_id.label("conversation_id"),
            Ticket.number.label("number"),
            Ticket.subject.label("title"),
            Ticket.description.label("text"),
            Ticket.created_at.label("at"),
        ).where(Ticket.tenant_id == self._tenant_id, _holds(whole, words))

    def _messages(self, words: list[str]) -> Select[*tuple[Any, ...]]:
        whole = Message.subject + " " + Message.text
        return select(
            literal("message").label("kind"),
            Message.id.label("id"),
            Message.conversation_id.label("conversation_id"),
            null().label("number"),
            Message.subject.label("title"),
            Message.text.label("text"),
            Message.created_at.label("at"),
        ).where(
            Message.tenant_id == self._tenant_id,
            Message.deleted_at.is_(None),
            _holds(whole, words),
        )


def _holds(whole: ColumnElement[str], words: list[str]) -> ColumnElement[bool]:
    return and_(*(whole.icontains(word, autoescape=True) for word in words))
