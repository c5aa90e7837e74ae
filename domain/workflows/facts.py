"""What rules may know, read for many tickets at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.staff.models import StaffMember
from domain.tickets.lifecycle import FINISHED
from domain.tickets.models import Ticket, TicketChange
from domain.workflows.conditions import Facts
from domain.workflows.rules import Load


@dataclass(frozen=True, slots=True)
class Known:
    """`entered_at`: since when the ticket has its status."""

    ticket: Ticket
    entered_at: datetime

    def facts(self, now: datetime) -> Facts:
        ticket = self.ticket
        return Facts(
            status=ticket.status,
            priority=ticket.priority,
            type=ticket.type,
            source=ticket.source,
            subject=ticket.subject,
            description=ticket.description,
            assignee=str(ticket.assignee_id or ""),
            is_answered=ticket.first_response_at is not None,
            tags=tuple(ticket.tags),
            minutes_open=_minutes(ticket.created_at, now),
            minutes_since_update=_minutes(ticket.updated_at, now),
            minutes_in_status=_minutes(self.entered_at, now),
        )


class TicketFacts:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def of(self, ticket_id: UUID) -> Known | None:
        """Locked: rules of two jobs do not change one ticket at the same time."""
        query = select(Ticket).where(Ticket.id == ticket_id).with_for_update()
        query = query.execution_options(populate_existing=True)
        ticket = (await self._session.scalars(query)).one_or_none()
        return (await self._known([ticket]))[0] if ticket else None

    async def unfinished(self, after: UUID | None, limit: int) -> list[Known]:
        """By id, a page at a time: the rules of time look at each of them."""
        query = select(Ticket).where(
            Ticket.tenant_id == self._tenant_id, Ticket.status.not_in(FINISHED)
        )
        if after:
            query = query.where(Ticket.id > after)
        return await self._known(
            list(await self._session.scalars(query.order_by(Ticket.id).limit(limit)))
        )

    async def latest(self, limit: int) -> list[Known]:
        query = (
            select(Ticket)
            .where(Ticket.tenant_id == self._tenant_id)
            .order_by(Ticket.created_at.desc(), Ticket.id.desc())
            .limit(limit)
        )
        return await self._known(list(await self._session.scalars(query)))

    async def loads(self) -> list[Load]:
        """Every member who can take tickets, with what they have."""
        counted = (
            select(Ticket.assignee_id, func.count().label("count"))
            .where(Ticket.tenant_id == self._tenant_id, Ticket.status.not_in(FINISHED))
            .group_by(Ticket.assignee_id)
            .subquery()
        )
        # One step into the index for each member, however long the history has grown.
        given = (
            select(TicketChange.created_at.label("at"))
            .where(
                TicketChange.tenant_id == self._tenant_id,
                TicketChange.field == "assignee_id",
                TicketChange.new == cast(StaffMember.id, Text),
            )
            .order_by(TicketChange.created_at.desc())
            .limit(1)
            .correlate(StaffMember)
            .scalar_subquery()
        )
        query = (
            select(StaffMember.id, func.coalesce(counted.c.count, 0), given)
            .outerjoin(counted, counted.c.assignee_id == StaffMember.id)
            .where(
                StaffMember.tenant_id == self._tenant_id,
                StaffMember.deactivated_at.is_(None),
                StaffMember.role != "readonly",
            )
        )
        return [Load(*row) for row in await self._session.execute(query)]

    async def _known(self, tickets: Sequence[Ticket]) -> list[Known]:
        query = (
            select(TicketChange.ticket_id, func.max(TicketChange.created_at))
            .where(
                TicketChange.ticket_id.in_([ticket.id for ticket in tickets]),
                TicketChange.field == "status",
            )
            .group_by(TicketChange.ticket_id)
        )
        entered = {row[0]: row[1] for row in await self._session.execute(query)}
        return [Known(ticket, entered.get(ticket.id, ticket.created_at)) for ticket in tickets]


def _minutes(since: datetime, now: datetime) -> float:
    return (now - since).total_seconds() / 60
