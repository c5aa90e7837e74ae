"""A tenant's policies with their calendars, as the pure parts know them; read at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.sla.models import BusinessCalendar, SlaPolicy
from domain.sla.policies import (
    About,
    Asked,
    Policy,
    StoredCalendar,
    choose,
    fallback,
    read_targets,
)
from domain.tenants.service import Tenants
from domain.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class PolicyBook:
    policies: Sequence[Policy]
    default: Policy

    def choose(self, ticket: Ticket, own: UUID | None, contract: UUID | None) -> Policy:
        about = About(
            ticket.type,
            str(ticket.company_id) if ticket.company_id else "",
            ticket.source,
            frozenset(ticket.tags),
        )
        return choose(about, self.policies, self.default, own=own, contract=contract)

    def of(self, policy_id: UUID | None) -> Policy:
        found = (one for one in self.policies if one.id == policy_id)
        return next(found, self.default) if policy_id else self.default


async def read_book(session: AsyncSession, tenant_id: UUID) -> PolicyBook:
    """Those switched on, in their order."""
    query = (
        select(SlaPolicy, BusinessCalendar)
        .join(BusinessCalendar, BusinessCalendar.id == SlaPolicy.calendar_id)
        .where(SlaPolicy.tenant_id == tenant_id, SlaPolicy.is_on)
        .order_by(SlaPolicy.position, SlaPolicy.id)
    )
    rows = await session.execute(query)
    sla = (await Tenants(session, tenant_id).settings()).sla
    return PolicyBook(
        [_policy(policy, calendar) for policy, calendar in rows],
        fallback(sla.first_response_hours, sla.resolution_hours),
    )


def stored(calendar: BusinessCalendar) -> StoredCalendar:
    return StoredCalendar(
        calendar.zone, calendar.week, calendar.country, calendar.region, calendar.closed
    )


def _policy(row: SlaPolicy, calendar: BusinessCalendar) -> Policy:
    return Policy(
        name=row.name,
        calendar=stored(calendar).read(),
        targets=read_targets(row.targets),
        id=row.id,
        asked=Asked.read(row.conditions),
        warning=row.warning_percent / 100,
        critical=row.critical_percent / 100,
    )
