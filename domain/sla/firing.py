"""Fires what is due, once each: the row that says so is written in the transaction that fires."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Message
from domain.events import Happened, record
from domain.sla.keeping import Clocks, fired
from domain.sla.models import SlaAlert, SlaClock
from domain.sla.timing import BREACHED, Firing
from domain.tickets.lifecycle import PRIORITIES
from domain.tickets.models import Ticket, TicketChange
from domain.tickets.service import Tickets
from domain.types import new_id

BATCH = 200
ACTOR = "system"
SERVICE_LEVEL = "service_level"
"""The field under which a ticket's history tells of a warning or a breach."""
Ripe = tuple[SlaClock, Firing]


class Watch:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._clocks = Clocks(session, tenant_id)

    async def fire(self, now: datetime, limit: int = BATCH) -> int:
        """How many clocks were looked at; when it is the limit, there may be more."""
        due = await self._due(now, limit)
        kept = await self._clocks.keep(list(due), now)
        ripe = [
            (clock, firing)
            for clock, made in kept.values()
            for firing in made.firings
            if firing.at <= now and (firing.target, firing.level) not in fired(clock)
        ]
        news = await self._alert(ripe, now)
        late: dict[UUID, SlaClock] = {}
        for clock, firing in ripe:
            setattr(clock, f"{firing.target}_{firing.level}_at", now)
            if (clock.ticket_id, firing.target, firing.level) in news:
                self._tell(due[clock.ticket_id], clock, firing, now)
            if firing.level == BREACHED and clock.escalated_at is None:
                late[clock.ticket_id] = clock
        for clock, made in kept.values():
            clock.next_at = made.next(fired(clock))
        for ticket_id, clock in late.items():
            await self._escalate(due[ticket_id], clock, now)
        await self._clocks.keep(list(late), now)
        return len(due)

    async def notice_answers(self, now: datetime, limit: int = BATCH) -> int:
        """Clocks whose customer was written to since they were looked at."""
        # When it reached us counts: a mail sent from Outlook may be found long after it was sent.
        written = select(Message.id).where(
            Message.conversation_id == Ticket.conversation_id,
            Message.direction == "out",
            func.greatest(Message.created_at, Message.state_at) > SlaClock.updated_at,
        )
        query = (
            select(SlaClock.ticket_id)
            .join(Ticket, Ticket.id == SlaClock.ticket_id)
            .where(
                SlaClock.tenant_id == self._tenant_id,
                SlaClock.stopped_at.is_(None),
                SlaClock.first_response_met.is_(None),
                written.exists(),
            )
            .limit(limit)
            .with_for_update(of=SlaClock, skip_locked=True)
        )
        found = list(await self._session.scalars(query))
        await self._clocks.keep(found, now)
        return len(found)

    async def note_answers(self, limit: int = BATCH) -> int:
        """Writes what the clocks found to the tickets: nothing else sets `first_response_at`.

        A time that a ticket was brought in with stays until there is an answer of ours. Waits for
        nobody: what is locked is for the next time.
        """
        query = (
            select(Ticket, SlaClock)
            .join(SlaClock, SlaClock.ticket_id == Ticket.id)
            .where(
                SlaClock.tenant_id == self._tenant_id,
                SlaClock.first_response_met.is_distinct_from(SlaClock.first_response_noted),
            )
            .limit(limit)
            .with_for_update(of=[Ticket, SlaClock], skip_locked=True)
        )
        rows = (await self._session.execute(query.execution_options(populate_existing=True))).all()
        for ticket, clock in rows:
            ticket.first_response_at = clock.first_response_noted = clock.first_response_met
        await self._session.flush()
        return len(rows)

    async def _due(self, now: datetime, limit: int) -> dict[UUID, Ticket]:
        """Locked with their tickets, without ever waiting: what another job has is not for us."""
        query = (
            select(Ticket)
            .join(SlaClock, SlaClock.ticket_id == Ticket.id)
            .where(SlaClock.tenant_id == self._tenant_id, SlaClock.next_at <= now)
            .order_by(SlaClock.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = await self._session.scalars(query.execution_options(populate_existing=True))
        return {ticket.id: ticket for ticket in rows}

    async def _alert(self, ripe: Sequence[Ripe], now: datetime) -> set[tuple[UUID, str, str]]:
        """Those that are new: the unique key is what makes each fire once."""
        if not ripe:
            return set()
        rows = [
            {
                "id": new_id(),
                "tenant_id": self._tenant_id,
                "ticket_id": clock.ticket_id,
                "target": firing.target,
                "level": firing.level,
                "due_at": firing.due,
                "created_at": now,
            }
            for clock, firing in ripe
        ]
        statement = insert(SlaAlert).values(rows).on_conflict_do_nothing()
        added = await self._session.execute(
            statement.returning(SlaAlert.ticket_id, SlaAlert.target, SlaAlert.level)
        )
        return {(row.ticket_id, row.target, row.level) for row in added}

    def _tell(self, ticket: Ticket, clock: SlaClock, firing: Firing, now: datetime) -> None:
        """An event, and a line in the ticket's history: so it stands in the thread too."""
        self._session.add(
            TicketChange(
                id=new_id(),
                tenant_id=self._tenant_id,
                ticket_id=ticket.id,
                field=SERVICE_LEVEL,
                new=f"{firing.target}_{firing.level}",
                actor=ACTOR,
                why=f"due {firing.due:%d %b %H:%M} UTC",
                created_at=now,
            )
        )
        payload = {
            "number": ticket.number,
            "target": firing.target,
            "due": firing.due.isoformat(),
            "policy": clock.policy_name,
        }
        self._happened(f"sla.{firing.level}", ticket, payload)

    async def _escalate(self, ticket: Ticket, clock: SlaClock, now: datetime) -> None:
        """One step up, once in a ticket's life; of an urgent one staff are only told."""
        clock.escalated_at = now
        step = min(PRIORITIES.index(ticket.priority) + 1, len(PRIORITIES) - 1)
        raised = PRIORITIES[step]
        if raised != ticket.priority:
            tickets = Tickets(self._session, self._tenant_id)
            why = "The time promised has passed."
            await tickets.change(ticket.number, {"priority": raised}, actor=ACTOR, why=why)
        self._happened("sla.escalated", ticket, {"number": ticket.number, "priority": raised})

    def _happened(self, kind: str, ticket: Ticket, payload: dict[str, str]) -> None:
        record(self._session, self._tenant_id, Happened(kind, ticket.id, payload, ACTOR))
