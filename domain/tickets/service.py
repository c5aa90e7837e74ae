"""Opens tickets, changes them, and keeps the history of who changed what and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.following import Since
from domain.numbers import next_number
from domain.tickets import lifecycle
from domain.tickets.history import TicketHistory
from domain.tickets.models import Ticket, TicketChange, TicketComment
from domain.types import new_id, utc_now


@dataclass(frozen=True, slots=True)
class NewTicket:
    subject: str
    description: str = ""
    priority: str = "medium"
    type: str = "support"
    tags: tuple[str, ...] = ()
    person_id: UUID | None = None
    company_id: UUID | None = None
    conversation_id: UUID | None = None
    follows_id: UUID | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class NewComment:
    """`visibility`: internal, system or public. `id`: where the caller knows the comment by one."""

    text: str
    author: str = "bot"
    visibility: str = "internal"
    staff_id: UUID | None = None
    message_id: UUID | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CustomerReply:
    """What a customer's words did: the ticket they landed in, which may be a new, linked one."""

    ticket: Ticket
    is_reopened: bool = False
    is_follow_up: bool = False


class Tickets:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._history = TicketHistory(session, tenant_id)

    async def open(self, new: NewTicket, *, actor: str = "bot") -> Ticket:
        lifecycle.require("priority", new.priority, lifecycle.PRIORITIES)
        lifecycle.require("type", new.type, lifecycle.TYPES)
        now = utc_now()
        ticket = Ticket(
            id=new_id(),
            tenant_id=self._tenant_id,
            number=await next_number(self._session, self._tenant_id, "TKT", now),
            subject=new.subject.strip()[:200] or "(no subject)",
            description=new.description,
            priority=new.priority,
            type=new.type,
            tags=list(new.tags),
            person_id=new.person_id,
            company_id=new.company_id,
            conversation_id=new.conversation_id,
            follows_id=new.follows_id,
            source=new.source,
            status="open",
        )
        self._session.add(ticket)
        await self._session.flush()
        self._history.happened("ticket.opened", ticket, {"source": new.source}, actor)
        return ticket

    async def get(self, number: str, *, for_change: bool = False) -> Ticket:
        query = select(Ticket).where(Ticket.number == number.strip().upper())
        if for_change:
            query = query.with_for_update()
        ticket = (await self._session.scalars(query)).one_or_none()
        if ticket is None:
            raise NotFound("ticket", number)
        return ticket

    async def with_id(self, ticket_id: UUID) -> Ticket:
        ticket = await self._session.get(Ticket, ticket_id)
        if ticket is None:
            raise NotFound("ticket", ticket_id)
        return ticket

    async def comment(self, ticket: Ticket, new: NewComment) -> TicketComment:
        comment = TicketComment(
            id=new.id or new_id(),
            tenant_id=self._tenant_id,
            ticket_id=ticket.id,
            text=new.text,
            author=new.author,
            visibility=new.visibility,
            staff_id=new.staff_id,
            message_id=new.message_id,
        )
        ticket.updated_at = utc_now()
        self._session.add(comment)
        actor = f"staff:{new.staff_id}" if new.staff_id else new.author
        payload = {"comment_id": str(comment.id), "visibility": new.visibility}
        self._history.happened("ticket.commented", ticket, payload, actor)
        await self._session.flush()
        return comment

    async def change(self, number: str, changes: dict[str, Any], *, actor: str, why: str) -> Ticket:
        """`changes`: status, priority, type, subject, tags, assignee_id or team_id."""
        ticket = await self.get(number, for_change=True)
        for field, value in changes.items():
            self._set(ticket, field, value, actor, why)
        await self._session.flush()
        return ticket

    async def customer_replied(
        self, number: str, comment: NewComment, *, now: datetime, grace: timedelta
    ) -> CustomerReply:
        """Adds the words; reopens what was resolved, or opens a linked ticket after the grace.

        What is said to a merged ticket goes to the one it was merged into.
        """
        ticket = await self.goes_on_as(await self.get(number, for_change=True))
        if ticket.snoozed_until is not None:
            self._wake(ticket)
        if lifecycle.reopens(ticket.status, ticket.closed_at or ticket.resolved_at, now, grace):
            was_finished = ticket.status in lifecycle.FINISHED
            if was_finished or ticket.status == "waiting_customer":
                self._set(ticket, "status", "open", "customer", "The customer replied.")
            await self.comment(ticket, comment)
            self._history.happened("ticket.customer_replied", ticket, {}, "customer")
            return CustomerReply(ticket, is_reopened=was_finished)
        follow_up = await self.open(
            NewTicket(
                subject=ticket.subject,
                description=comment.text,
                priority=ticket.priority,
                type=ticket.type,
                person_id=ticket.person_id,
                company_id=ticket.company_id,
                conversation_id=ticket.conversation_id,
                follows_id=ticket.id,
                source=ticket.source,
            ),
            actor="customer",
        )
        return CustomerReply(follow_up, is_follow_up=True)

    async def goes_on_as(self, ticket: Ticket) -> Ticket:
        """Itself, or the ticket it was merged into, however often; locked."""
        seen = {ticket.id}
        while ticket.merged_into_id is not None and ticket.merged_into_id not in seen:
            seen.add(ticket.merged_into_id)
            ticket = await self._session.get_one(
                Ticket, ticket.merged_into_id, with_for_update=True
            )
        return ticket

    def _wake(self, ticket: Ticket) -> None:
        told = ("snoozed_until", f"{ticket.snoozed_until:%Y-%m-%d %H:%M}", None)
        ticket.snoozed_at = ticket.snoozed_until = None
        why = "The customer replied."
        self._history.changed(ticket, told, actor="customer", why=why, kind="ticket.woke")

    async def reopened_lately(self, ticket: Ticket) -> int:
        """How often the customer has reopened it within an hour."""
        query = select(func.count()).where(
            TicketChange.ticket_id == ticket.id,
            TicketChange.field == "status",
            TicketChange.old.in_(lifecycle.FINISHED),
            TicketChange.actor == "customer",
            TicketChange.created_at > utc_now() - timedelta(hours=1),
        )
        return await self._session.scalar(query) or 0

    async def of_person(self, person_id: UUID, limit: int = 10) -> list[Ticket]:
        """Open and recent ones, newest first."""
        query = select(Ticket).where(Ticket.person_id == person_id)
        return list(
            await self._session.scalars(query.order_by(Ticket.created_at.desc()).limit(limit))
        )

    async def comments(
        self,
        ticket_id: UUID,
        limit: int = 10_000,
        after: UUID | None = None,
        since: Since | None = None,
    ) -> list[TicketComment]:
        """Oldest first. One that a split moved here has changed by that."""
        query = select(TicketComment).where(TicketComment.ticket_id == ticket_id)
        query = query.order_by(TicketComment.id).limit(limit)
        if after:
            query = query.where(TicketComment.id > after)
        if since:
            query = since.of(query, TicketComment.updated_at, TicketComment.id)
        return list(await self._session.scalars(query))

    async def history(
        self,
        ticket_id: UUID,
        limit: int = 10_000,
        after: UUID | None = None,
        since: Since | None = None,
    ) -> list[TicketChange]:
        """Oldest first; a line of it never changes."""
        query = select(TicketChange).where(TicketChange.ticket_id == ticket_id)
        query = query.order_by(TicketChange.id).limit(limit)
        if after:
            query = query.where(TicketChange.id > after)
        if since:
            query = since.of(query, TicketChange.created_at, TicketChange.id)
        return list(await self._session.scalars(query))

    def _set(self, ticket: Ticket, field: str, value: Any, actor: str, why: str) -> None:
        old = getattr(ticket, field)
        if old == value:
            return
        if field == "status":
            if ticket.merged_into_id is not None:
                raise Refused(f"{ticket.number} was merged into another ticket: undo that first.")
            lifecycle.require_move(ticket.number, ticket.status, value)
            self._stamp(ticket, value)
        elif field == "priority":
            lifecycle.require(field, value, lifecycle.PRIORITIES)
        elif field == "type":
            lifecycle.require(field, value, lifecycle.TYPES)
        setattr(ticket, field, value)
        self._history.changed(ticket, (field, old, value), actor=actor, why=why)

    def _stamp(self, ticket: Ticket, status: str) -> None:
        now = utc_now()
        ticket.resolved_at = now if status == "resolved" else ticket.resolved_at
        ticket.closed_at = now if status in ("closed", "cancelled") else None
        if status not in lifecycle.FINISHED:
            ticket.resolved_at = None
