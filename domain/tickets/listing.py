"""Tickets as a desk lists them: open ones, whose, how many, and what became of them today."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Message
from domain.customers.models import Company, Person
from domain.errors import NotFound, Refused
from domain.following import Since
from domain.search.documents import HeldBy, tagged
from domain.tickets.lifecycle import FINISHED, STATUSES
from domain.tickets.models import Ticket

UNFINISHED = tuple(status for status in STATUSES if status not in FINISHED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What all must be true of a ticket; empty: any. `statuses` empty: those not finished.

    `words` and `tags` are looked up in the full-text index, also in comments and messages.
    """

    statuses: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    assignee_id: UUID | None = None
    is_unassigned: bool = False
    opened_since: datetime | None = None
    opened_before: datetime | None = None
    any_status: bool = False
    team_id: UUID | None = None
    person_id: UUID | None = None
    company_id: UUID | None = None
    conversation_id: UUID | None = None
    channels: tuple[str, ...] = ()
    words: str = ""
    with_snoozed: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    ticket: Ticket
    customer: str


class TicketList:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def find(self, wanted: Wanted, limit: int) -> list[Listed]:
        """The most urgent first, of those the oldest."""
        query = (
            select(Ticket, func.coalesce(func.nullif(Person.name, ""), Company.name, ""))
            .outerjoin(Person, Person.id == Ticket.person_id)
            .outerjoin(Company, Company.id == Ticket.company_id)
            .where(*self._conditions(wanted), *await self._held(wanted))
            .order_by(_urgency(), Ticket.created_at)
            .limit(limit)
        )
        return [Listed(ticket, name) for ticket, name in await self._session.execute(query)]

    async def count(self, wanted: Wanted) -> int:
        query = select(func.count()).select_from(Ticket)
        query = query.where(*self._conditions(wanted), *await self._held(wanted))
        return await self._session.scalar(query) or 0

    async def ending_in(self, number: int) -> Ticket:
        """The ticket of that running number; the newest series wins. Raises NotFound."""
        padded = f"%-{number:05d}"
        query = select(Ticket).where(
            Ticket.tenant_id == self._tenant_id, Ticket.number.like(padded)
        )
        found = (await self._session.scalars(query.order_by(Ticket.number.desc()).limit(1))).first()
        if found is None:
            raise NotFound("ticket", number)
        return found

    async def of_conversation(self, conversation_id: UUID) -> Ticket | None:
        """The latest one opened in it, those not finished first."""
        query = (
            select(Ticket)
            .where(Ticket.tenant_id == self._tenant_id, Ticket.conversation_id == conversation_id)
            .order_by(Ticket.status.in_(FINISHED), Ticket.created_at.desc())
            .limit(1)
        )
        return (await self._session.scalars(query)).one_or_none()

    async def last_words(self, limit: int) -> list[tuple[Ticket, str]]:
        """Tickets not finished, each with what its customer wrote last (or opened it with)."""
        latest = (
            select(Message.text)
            .where(Message.conversation_id == Ticket.conversation_id, Message.direction == "in")
            .order_by(Message.sequence.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = (
            select(Ticket, func.coalesce(latest, Ticket.description))
            .where(*self._conditions(Wanted()))
            .order_by(Ticket.created_at)
            .limit(limit)
        )
        return [(ticket, words or "") for ticket, words in await self._session.execute(query)]

    async def since(self, column: str, day: datetime) -> int:
        """How many were opened (`created_at`), resolved (`resolved_at`) or closed since then."""
        if column not in ("created_at", "resolved_at", "closed_at"):
            raise Refused(f"Tickets are not counted by “{column}”.")
        query: Select[Any] = select(func.count()).select_from(Ticket)
        query = query.where(Ticket.tenant_id == self._tenant_id, getattr(Ticket, column) >= day)
        return await self._session.scalar(query) or 0

    async def page(
        self,
        wanted: Wanted,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        since: Since | None = None,
    ) -> list[Ticket]:
        """Newest first, from after `before` on."""
        query = select(Ticket).where(*self._conditions(wanted), *await self._held(wanted))
        if before:
            query = query.where(tuple_(Ticket.created_at, Ticket.id) < before)
        query = query.order_by(Ticket.created_at.desc(), Ticket.id.desc()).limit(limit)
        if since:
            query = since.of(query, Ticket.updated_at, Ticket.id)
        return list(await self._session.scalars(query))

    async def _held(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        if not wanted.words.strip():
            return []
        return [Ticket.id.in_(await HeldBy(self._session).tickets(wanted.words))]

    def _conditions(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = [Ticket.tenant_id == self._tenant_id]
        if wanted.statuses:
            conditions.append(Ticket.status.in_(wanted.statuses))
        elif not wanted.any_status:
            conditions.append(Ticket.status.in_(UNFINISHED))
        for column, values in (
            (Ticket.priority, wanted.priorities),
            (Ticket.type, wanted.types),
            (Ticket.source, wanted.channels),
        ):
            if values:
                conditions.append(column.in_(values))
        for owner, value in (
            (Ticket.assignee_id, wanted.assignee_id),
            (Ticket.team_id, wanted.team_id),
            (Ticket.person_id, wanted.person_id),
            (Ticket.company_id, wanted.company_id),
            (Ticket.conversation_id, wanted.conversation_id),
        ):
            if value is not None:
                conditions.append(owner == value)
        if wanted.tags:
            conditions.append(or_(*(Ticket.tags.contains([tag]) for tag in wanted.tags)))
            conditions.append(Ticket.id.in_(tagged(wanted.tags)))
        return [*conditions, *_times(wanted)]


def _times(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.is_unassigned:
        conditions.append(Ticket.assignee_id.is_(None))
    if not wanted.with_snoozed:
        conditions.append(Ticket.snoozed_until.is_(None))
    if wanted.opened_since:
        conditions.append(Ticket.created_at >= wanted.opened_since)
    if wanted.opened_before:
        conditions.append(Ticket.created_at <= wanted.opened_before)
    return conditions


def _urgency() -> ColumnElement[int]:
    ranks = {"urgent": 0, "high": 1, "medium": 2, "low": 3}
    return case(ranks, value=Ticket.priority, else_=4)
