"""Clocks as a desk reads them: of some tickets, and those at risk."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.models import Company, Person
from domain.sla.keeping import Clocks
from domain.sla.models import SlaClock
from domain.sla.policybook import read_book
from domain.sla.risk import AT_RISK, risk
from domain.sla.timing import FIRST_RESPONSE, RESOLUTION, share_used
from domain.tickets.models import Ticket

WAITING = "waiting_customer"
CANDIDATES = 200
"""How many of the next due are weighed to find those most at risk."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A ticket with its times. `share`: of the target that runs out first; `score` 0 to 100."""

    ticket: Ticket
    customer: str
    clock: SlaClock
    share: float
    score: int

    @property
    def due(self) -> datetime | None:
        """What comes next of what was promised."""
        if self.clock.first_response_met is None and self.clock.first_response_due:
            return self.clock.first_response_due
        return self.clock.resolution_due


def outcome(clock: SlaClock, target: str, *, is_paused: bool = False) -> str:
    """Of a target: kept, late, ended (the ticket is over, without it), paused or running."""
    met = getattr(clock, f"{target}_met")
    due = getattr(clock, f"{target}_due")
    if getattr(clock, f"{target}_breached_at") is not None:
        return "late"
    if met is not None:
        return "late" if due is not None and met > due else "kept"
    if clock.stopped_at is not None:
        return "ended"
    return "paused" if is_paused else "running"


class ClockReader:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def of(self, ticket_ids: Collection[UUID]) -> dict[UUID, SlaClock]:
        query = select(SlaClock).where(SlaClock.ticket_id.in_(ticket_ids))
        return {clock.ticket_id: clock for clock in await self._session.scalars(query)}

    async def timed(self, ticket: Ticket, now: datetime) -> Timed | None:
        """None before its clock was made, a moment after it was opened."""
        clock = (await self.of([ticket.id])).get(ticket.id)
        return (await self._weighed([(ticket, "", clock)], now))[0] if clock else None

    async def at_risk(self, now: datetime, limit: int) -> list[Timed]:
        """The riskiest first: late, or with three quarters of a target's time gone."""
        next_due = case(
            (SlaClock.first_response_met.is_(None), SlaClock.first_response_due),
            else_=SlaClock.resolution_due,
        )
        is_late = or_(
            and_(SlaClock.first_response_met.is_(None), SlaClock.first_response_due <= now),
            SlaClock.resolution_due <= now,
        )
        query = (
            select(Ticket, func.coalesce(func.nullif(Person.name, ""), Company.name, ""), SlaClock)
            .join(SlaClock, SlaClock.ticket_id == Ticket.id)
            .outerjoin(Person, Person.id == Ticket.person_id)
            .outerjoin(Company, Company.id == Ticket.company_id)
            .where(
                SlaClock.tenant_id == self._tenant_id,
                SlaClock.stopped_at.is_(None),
                Ticket.status != WAITING,
                or_(is_late, SlaClock.next_at.is_not(None)),
            )
            .order_by(next_due)
            .limit(CANDIDATES)
        )
        rows = [(row[0], row[1], row[2]) for row in await self._session.execute(query)]
        weighed = await self._weighed(rows, now)
        risky = [one for one in weighed if one.share >= AT_RISK]
        return sorted(risky, key=lambda one: (-one.score, -one.share))[:limit]

    async def _weighed(
        self, rows: list[tuple[Ticket, str, SlaClock]], now: datetime
    ) -> list[Timed]:
        histories = await Clocks(self._session, self._tenant_id).histories([r[0] for r in rows])
        book = await read_book(self._session, self._tenant_id)
        weighed = []
        for ticket, customer, clock in rows:
            history, policy = histories[ticket.id], book.of(clock.policy_id)
            until = clock.stopped_at or now
            shares = [share_used(history, policy, RESOLUTION, until)]
            if history.answered_at is None:
                shares.append(share_used(history, policy, FIRST_RESPONSE, until))
            silence = now - ticket.updated_at
            is_paused = ticket.status == WAITING or clock.stopped_at is not None
            score = risk(max(shares), ticket.priority, silence, is_paused)
            weighed.append(Timed(ticket, customer, clock, max(shares), score))
        return weighed
