"""The ledger of promises: made in a message, reminded of before they are due, kept or broken."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Message
from domain.errors import NotFound, Refused
from domain.following import Since
from domain.staff.notices import NewNotice, Notices
from domain.tickets.history import TicketHistory
from domain.tickets.models import NumberSeries, Ticket, TicketPromise
from domain.tickets.promises import Promise
from domain.tickets.working.waiting import REMINDERS
from domain.types import new_id, utc_now

BEFORE = timedelta(hours=4)
"""Staff are reminded so long before a promise is due, or at once where it is due sooner."""
ENDS = ("kept", "withdrawn")


class PromiseLedger:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._history = TicketHistory(session, tenant_id)

    async def add(
        self, ticket: Ticket, promise: Promise, *, actor: str, message: Message | None = None
    ) -> TicketPromise | None:
        """None: the message's promise is in the ledger already."""
        if message is not None and await self._is_known(message.id, promise.due_at):
            return None
        staff_id = message.staff_id if message else _staff_of(actor)
        row = TicketPromise(
            id=new_id(),
            tenant_id=self._tenant_id,
            number=await self._next_number(),
            ticket_id=ticket.id,
            message_id=message.id if message else None,
            staff_id=staff_id,
            text=promise.text,
            made_by=actor,
            due_at=promise.due_at,
            due_day=promise.due_day,
        )
        self._session.add(row)
        told = ("promise", None, f"{promise.text} (by {promise.due_day})")
        self._history.changed(ticket, told, actor=actor, why="", kind="ticket.promised")
        await self._session.flush()
        return row

    async def numbered(self, number: int) -> TicketPromise:
        query = select(TicketPromise).where(
            TicketPromise.tenant_id == self._tenant_id, TicketPromise.number == number
        )
        row = (await self._session.scalars(query.with_for_update())).one_or_none()
        if row is None:
            raise NotFound("promise", number)
        return row

    async def get(self, promise_id: UUID) -> TicketPromise:
        row = await self._session.get(TicketPromise, promise_id, with_for_update=True)
        if row is None:
            raise NotFound("promise", promise_id)
        return row

    async def end(self, row: TicketPromise, state: str, *, actor: str) -> TicketPromise:
        """`state`: kept or withdrawn. A broken one may still be kept, late."""
        if state not in ENDS:
            raise Refused(f"A promise ends as {' or '.join(ENDS)}.")
        if row.state in ENDS:
            raise Refused(f"Promise {row.number} is {row.state} already.")
        ticket = await self._session.get_one(Ticket, row.ticket_id)
        told = ("promise", row.state, f"{state}: {row.text}")
        row.state, row.ended_at, row.ended_by = state, utc_now(), actor
        self._history.changed(ticket, told, actor=actor, why="", kind=f"ticket.promise_{state}")
        await self._session.flush()
        return row

    async def of(self, ticket_id: UUID) -> list[TicketPromise]:
        query = select(TicketPromise).where(TicketPromise.ticket_id == ticket_id)
        return list(await self._session.scalars(query.order_by(TicketPromise.due_at)))

    async def page(
        self,
        limit: int,
        after: UUID | None = None,
        state: str | None = None,
        since: Since | None = None,
    ) -> list[TicketPromise]:
        query = select(TicketPromise).where(TicketPromise.tenant_id == self._tenant_id)
        if after:
            query = query.where(TicketPromise.id > after)
        if state:
            query = query.where(TicketPromise.state == state)
        query = query.order_by(TicketPromise.id).limit(limit)
        if since:
            query = since.of(query, TicketPromise.updated_at, TicketPromise.id)
        return list(await self._session.scalars(query))

    async def due(
        self,
        limit: int,
        staff_id: UUID | None = None,
        customer_id: UUID | None = None,
    ) -> list[tuple[TicketPromise, Ticket]]:
        """Open and broken ones, the soonest first; `staff_id`: of whom, and of nobody's.

        `customer_id`: to a company or a person.
        """
        query = (
            select(TicketPromise, Ticket)
            .join(Ticket, Ticket.id == TicketPromise.ticket_id)
            .where(
                TicketPromise.tenant_id == self._tenant_id,
                TicketPromise.state.in_(("open", "broken")),
            )
            .order_by(TicketPromise.due_at, TicketPromise.id)
            .limit(limit)
        )
        if staff_id is not None:
            query = query.where(
                TicketPromise.staff_id.is_(None) | (TicketPromise.staff_id == staff_id)
            )
        if customer_id is not None:
            query = query.where(
                (Ticket.company_id == customer_id) | (Ticket.person_id == customer_id)
            )
        return [(promise, ticket) for promise, ticket in await self._session.execute(query)]

    async def come_due(self, now: datetime) -> int:
        """Reminds of what is due soon and tells what was broken, each once."""
        notices = Notices(self._session, self._tenant_id)
        told = 0
        for row, ticket in await self._taken("reminded_at", now + BEFORE, now):
            if row.due_at > now:
                told += await notices.add(_notice(row, ticket, "remind", "is due soon"))
        for row, ticket in await self._taken("broken_at", now, now):
            row.state = "broken"
            change = ("promise", "open", f"broken: {row.text}")
            kind = "ticket.promise_broken"
            self._history.changed(ticket, change, actor="system", why="", kind=kind)
            told += await notices.add(_notice(row, ticket, "broken", "was not kept"))
        await self._session.flush()
        return told

    async def _taken(
        self, mark: str, before: datetime, now: datetime
    ) -> list[tuple[TicketPromise, Ticket]]:
        """Marked in the statement that finds them: two that run share them out."""
        rows = await self._session.scalars(
            update(TicketPromise)
            .where(
                TicketPromise.tenant_id == self._tenant_id,
                TicketPromise.state == "open",
                getattr(TicketPromise, mark).is_(None),
                TicketPromise.due_at <= before,
            )
            .values({mark: now})
            .returning(TicketPromise)
        )
        taken = list(rows)
        if not taken:
            return []
        ids = {row.ticket_id for row in taken}
        found = await self._session.scalars(select(Ticket).where(Ticket.id.in_(ids)))
        tickets = {ticket.id: ticket for ticket in found}
        return [(row, tickets[row.ticket_id]) for row in taken]

    async def _is_known(self, message_id: UUID, due_at: datetime) -> bool:
        query = select(TicketPromise.id).where(
            TicketPromise.message_id == message_id, TicketPromise.due_at == due_at
        )
        return await self._session.scalar(query) is not None

    async def _next_number(self) -> int:
        """Under a row lock, as all numbers."""
        statement = (
            insert(NumberSeries)
            .values(id=new_id(), tenant_id=self._tenant_id, series="PR", period="", last=1)
            .on_conflict_do_update(
                index_elements=["tenant_id", "series", "period"],
                set_={"last": NumberSeries.last + 1},
            )
            .returning(NumberSeries.last)
        )
        return (await self._session.execute(statement)).scalar_one()


def _notice(row: TicketPromise, ticket: Ticket, about: str, what: str) -> NewNotice:
    return NewNotice(
        REMINDERS,
        f"promise:{about}:{row.id}",
        f"{ticket.number} · promise {row.number} {what}: “{row.text[:160]}”",
        f"ticket {ticket.number}",
        row.staff_id or ticket.assignee_id,
    )


def _staff_of(actor: str) -> UUID | None:
    kind, _, value = actor.partition(":")
    return UUID(value) if kind == "staff" else None
