"""Splits a ticket: chosen comments and messages become a new ticket, linked to the old one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Message
from domain.errors import NotFound, Refused
from domain.tickets.history import TicketHistory
from domain.tickets.joining.linking import TicketLinks
from domain.tickets.models import Ticket, TicketComment
from domain.tickets.service import NewComment, NewTicket, Tickets

MOST = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """`messages` stay in their conversation and are quoted; `comments` move."""

    subject: str
    comments: tuple[UUID, ...] = ()
    messages: tuple[UUID, ...] = ()


class Splits:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._tickets = Tickets(session, tenant_id)

    async def split(self, ticket: Ticket, chosen: Chosen, *, actor: str, why: str = "") -> Ticket:
        """Raises Refused where nothing was chosen, NotFound for what is not the ticket's."""
        if not chosen.comments and not chosen.messages:
            raise Refused("Choose at least one comment or message to split off.")
        if len(chosen.comments) + len(chosen.messages) > MOST:
            raise Refused(f"At most {MOST} comments and messages are split off at once.")
        comments = await self._comments(ticket, chosen.comments)
        messages = await self._messages(ticket, chosen.messages)
        words = [*(c.text for c in comments), *(m.text for m in messages)]
        new = await self._tickets.open(
            NewTicket(
                subject=chosen.subject or ticket.subject,
                description=words[0],
                priority=ticket.priority,
                type=ticket.type,
                person_id=ticket.person_id,
                company_id=ticket.company_id,
                conversation_id=ticket.conversation_id,
                source=ticket.source,
            ),
            actor=actor,
        )
        for comment in comments:
            comment.ticket_id = new.id
        for message in messages:
            await self._tickets.comment(new, _quoted(message))
        await self._told(ticket, new, actor, why)
        return new

    async def _told(self, ticket: Ticket, new: Ticket, actor: str, why: str) -> None:
        history = TicketHistory(self._session, self._tenant_id)
        told = ("split", None, new.number)
        history.changed(ticket, told, actor=actor, why=why, kind="ticket.split")
        told = ("split", None, f"from {ticket.number}")
        history.changed(new, told, actor=actor, why=why, kind="ticket.split")
        await TicketLinks(self._session, self._tenant_id).add(new, ticket, "related", actor=actor)
        await self._session.flush()

    async def _comments(self, ticket: Ticket, ids: Sequence[UUID]) -> list[TicketComment]:
        query = select(TicketComment).where(
            TicketComment.id.in_(ids), TicketComment.ticket_id == ticket.id
        )
        found = list(await self._session.scalars(query.order_by(TicketComment.created_at)))
        _require_all(ids, {row.id for row in found}, "comment")
        return found

    async def _messages(self, ticket: Ticket, ids: Sequence[UUID]) -> list[Message]:
        query = select(Message).where(
            Message.id.in_(ids), Message.conversation_id == ticket.conversation_id
        )
        found = list(await self._session.scalars(query.order_by(Message.sequence)))
        _require_all(ids, {row.id for row in found}, "message")
        return found


def _require_all(ids: Sequence[UUID], found: set[UUID], noun: str) -> None:
    for one in ids:
        if one not in found:
            raise NotFound(noun, one)


def _quoted(message: Message) -> NewComment:
    """As public as it was: a note stays internal."""
    return NewComment(
        text=message.text,
        author=message.author,
        visibility="internal" if message.direction == "note" else "public",
        staff_id=message.staff_id,
        message_id=message.id,
    )
