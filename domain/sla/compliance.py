"""How much of what was promised was kept: by policy, customer, staff member or period."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.models import Company, Person
from domain.errors import Refused
from domain.sla.models import SlaClock
from domain.staff.models import StaffMember
from domain.tickets.models import Ticket

GROUPS = ("policy", "customer", "staff", "day", "week", "month")
MOST = 1000


@dataclass(frozen=True, slots=True)
class Compliance:
    """Counts of tickets. What is neither kept nor missed is still running, or ended without."""

    group: str
    tickets: int
    first_response_kept: int
    first_response_missed: int
    resolution_kept: int
    resolution_missed: int

    @property
    def first_response_rate(self) -> float | None:
        """None where nothing is decided yet."""
        return _rate(self.first_response_kept, self.first_response_missed)

    @property
    def resolution_rate(self) -> float | None:
        return _rate(self.resolution_kept, self.resolution_missed)


def _rate(kept: int, missed: int) -> float | None:
    return round(kept / (kept + missed), 4) if kept + missed else None


async def compliance(
    session: AsyncSession,
    tenant_id: UUID,
    *,
    since: datetime,
    until: datetime,
    by: str = "policy",
) -> list[Compliance]:
    """Of tickets opened in the span, in one statement."""
    group = _group(by)
    query = (
        select(
            group.label("group"),
            func.count(),
            *(func.count().filter(one) for one in _outcomes()),
        )
        .join(Ticket, Ticket.id == SlaClock.ticket_id)
        .outerjoin(Company, Company.id == Ticket.company_id)
        .outerjoin(Person, Person.id == Ticket.person_id)
        .outerjoin(StaffMember, StaffMember.id == Ticket.assignee_id)
        .where(
            SlaClock.tenant_id == tenant_id,
            SlaClock.started_at >= since,
            SlaClock.started_at < until,
        )
        .group_by(group)
        .order_by(group)
        .limit(MOST)
    )
    return [Compliance(*row) for row in await session.execute(query)]


def _outcomes() -> list[ColumnElement[bool]]:
    """The same order as the fields: kept and missed, first response and resolution."""
    outcomes: list[ColumnElement[bool]] = []
    for met, due, breached in (
        (
            SlaClock.first_response_met,
            SlaClock.first_response_due,
            SlaClock.first_response_breached_at,
        ),
        (SlaClock.resolution_met, SlaClock.resolution_due, SlaClock.resolution_breached_at),
    ):
        is_missed = or_(breached.is_not(None), and_(met.is_not(None), met > due))
        outcomes += [
            and_(met.is_not(None), or_(due.is_(None), met <= due), breached.is_(None)),
            is_missed,
        ]
    return outcomes


def _group(by: str) -> ColumnElement[Any]:
    if by == "policy":
        return SlaClock.policy_name.expression
    if by == "customer":
        return func.coalesce(Company.name, func.nullif(Person.name, ""), "")
    if by == "staff":
        return func.coalesce(StaffMember.name, "")
    if by in ("day", "week", "month"):
        # Literals: as parameters they would be others in each clause, and group nothing.
        shown = {"day": "YYYY-MM-DD", "week": 'IYYY-"W"IW', "month": "YYYY-MM"}[by]
        return func.to_char(
            func.timezone(literal_column("'UTC'"), SlaClock.started_at),
            literal_column(f"'{shown}'"),
        )
    raise Refused(f"Compliance is shown by {', '.join(GROUPS)}, not by “{by}”.")
