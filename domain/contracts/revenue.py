"""What the running contracts bring in, and what of it is about to end."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.contracts.lifecycle import RUNNING
from domain.contracts.models import Contract


@dataclass(frozen=True, slots=True)
class Revenue:
    """Of one currency, net. `ending`: the annual value of what ends within the days asked for."""

    currency: str
    contracts: int
    annual: Decimal
    ending_contracts: int
    ending: Decimal

    @property
    def monthly(self) -> Decimal:
        return (self.annual / 12).quantize(Decimal("0.01"))


async def revenue(
    session: AsyncSession, tenant_id: UUID, today: date, days: int
) -> tuple[Revenue, ...]:
    ends = (Contract.ends_on <= today + timedelta(days=days)) | Contract.cancels_on.is_not(None)
    query = (
        select(
            Contract.currency,
            func.count(),
            func.sum(Contract.annual_value),
            func.count(case((ends, 1))),
            func.coalesce(func.sum(case((ends, Contract.annual_value))), 0),
        )
        .where(Contract.tenant_id == tenant_id, Contract.status.in_(RUNNING))
        .group_by(Contract.currency)
        .order_by(Contract.currency)
    )
    return tuple(Revenue(*row) for row in await session.execute(query))
