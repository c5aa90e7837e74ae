"""Keeps each ticket's clock in step with its history: worked out anew, so it may be done twice."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.contracts.support import policies_of_companies
from domain.errors import NotFound
from domain.sla.answers import first_answers
from domain.sla.clock import Pause
from domain.sla.models import SlaClock, SlaPolicy
from domain.sla.policies import Policy
from domain.sla.policybook import PolicyBook, read_book
from domain.sla.timing import (
    FIRST_RESPONSE,
    LEVELS,
    RESOLUTION,
    TARGETS,
    History,
    Step,
    Times,
    times,
)
from domain.tickets.lifecycle import FINISHED
from domain.tickets.models import Ticket, TicketChange
from domain.types import new_id


class Clocks:
    """A handful of statements for any number of tickets."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def keep(
        self, ticket_ids: Collection[UUID], now: datetime
    ) -> dict[UUID, tuple[SlaClock, Times]]:
        """By ticket; the clocks stay locked until the transaction ends. No ticket is locked here:
        what reacts to events goes on to threads, whose notes wait for tickets."""
        if not ticket_ids:
            return {}
        await self._session.flush()
        tickets = await self._tickets(ticket_ids)
        clocks = await self._clocks(tickets)
        histories = await self.histories(tickets)
        contracts = await contract_policies(self._session, tickets)
        book = await read_book(self._session, self._tenant_id)
        kept = {}
        for ticket in tickets:
            clock, history = clocks[ticket.id], histories[ticket.id]
            policy = book.choose(ticket, clock.own_policy_id, contracts.get(ticket.id))
            made = times(history, policy)
            _write(clock, history, policy, made, now)
            kept[ticket.id] = clock, made
        await self._session.flush()
        return kept

    async def choose_policy(self, ticket: Ticket, policy_id: UUID | None, now: datetime) -> None:
        """For this ticket alone; None: as the rules say. Raises NotFound."""
        if policy_id and await self._session.get(SlaPolicy, policy_id) is None:
            raise NotFound("SLA policy", policy_id)
        clocks = await self._clocks([ticket])
        clocks[ticket.id].own_policy_id = policy_id
        await self.keep([ticket.id], now)

    async def policies_changed(self, now: datetime) -> None:
        """Every running clock is looked at again by the next `sla` job, a batch at a time."""
        await self._session.execute(
            update(SlaClock)
            .where(SlaClock.tenant_id == self._tenant_id, SlaClock.stopped_at.is_(None))
            .values(next_at=now)
        )

    async def histories(self, tickets: Collection[Ticket]) -> dict[UUID, History]:
        ids = [ticket.id for ticket in tickets]
        query = (
            select(TicketChange)
            .where(TicketChange.ticket_id.in_(ids), TicketChange.field == "status")
            .order_by(TicketChange.ticket_id, TicketChange.created_at, TicketChange.id)
        )
        changes = {
            ticket_id: list(made)
            for ticket_id, made in groupby(
                await self._session.scalars(query), lambda one: one.ticket_id
            )
        }
        answers = await first_answers(self._session, ids)
        return {
            ticket.id: History(
                _steps(ticket, changes.get(ticket.id, ())), ticket.priority, answers.get(ticket.id)
            )
            for ticket in tickets
        }

    async def _tickets(self, ids: Collection[UUID]) -> list[Ticket]:
        query = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)
        # What another transaction did meanwhile counts, not what this session read before.
        rows = await self._session.scalars(query.execution_options(populate_existing=True))
        return list(rows)

    async def _clocks(self, tickets: Collection[Ticket]) -> dict[UUID, SlaClock]:
        """Made where there is none; locked in one order, so that two never wait for each other."""
        if not tickets:
            return {}
        rows = [
            {
                "id": new_id(),
                "tenant_id": self._tenant_id,
                "ticket_id": ticket.id,
                "started_at": ticket.created_at,
            }
            for ticket in sorted(tickets, key=lambda one: one.id)
        ]
        await self._session.execute(
            insert(SlaClock).on_conflict_do_nothing(index_elements=["tenant_id", "ticket_id"]), rows
        )
        query = (
            select(SlaClock)
            .where(SlaClock.ticket_id.in_([ticket.id for ticket in tickets]))
            .order_by(SlaClock.ticket_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return {clock.ticket_id: clock for clock in await self._session.scalars(query)}


async def contract_policies(
    session: AsyncSession, tickets: Collection[Ticket]
) -> Mapping[UUID, UUID]:
    """Policy by ticket, from the running contract of its customer's company."""
    companies = {ticket.company_id for ticket in tickets if ticket.company_id}
    policies = await policies_of_companies(session, companies)
    return {
        ticket.id: policies[ticket.company_id]
        for ticket in tickets
        if ticket.company_id and ticket.company_id in policies
    }


def _steps(ticket: Ticket, changes: Iterable[TicketChange]) -> list[Step]:
    """A ticket that was brought in from elsewhere has a status without a history of it."""
    made = [Step(change.created_at, change.new) for change in changes]
    steps = [Step(ticket.created_at, "open"), *made]
    if steps[-1].status != ticket.status:
        finished = ticket.resolved_at or ticket.closed_at
        since = finished if ticket.status in FINISHED and finished else ticket.updated_at
        steps.append(Step(max(since, steps[-1].at), ticket.status))
    return steps


def fired(clock: SlaClock) -> set[tuple[str, str]]:
    return {
        (target, level)
        for target in TARGETS
        for level in LEVELS
        if getattr(clock, f"{target}_{level}_at") is not None
    }


def _write(clock: SlaClock, history: History, policy: Policy, made: Times, now: datetime) -> None:
    clock.policy_id, clock.policy_name = policy.id, policy.name
    clock.started_at, clock.stopped_at = history.started_at, history.finished_at
    clock.paused = [_shown(pause) for pause in made.pauses]
    clock.first_response_due = made.first_response_due
    clock.resolution_due = made.resolution_due
    clock.first_response_met = history.answered_at
    clock.resolution_met = None if history.is_cancelled else history.finished_at
    clock.next_at = made.next(fired(clock))
    clock.updated_at = now


def _shown(pause: Pause) -> list[str | None]:
    return [pause.since.isoformat(), pause.until.isoformat() if pause.until else None]


__all__ = ["FIRST_RESPONSE", "RESOLUTION", "Clocks", "PolicyBook", "contract_policies", "fired"]
