"""Adds up what models cost, and says what is left of a day's budget."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.types import new_id
from domain.usage.models import UsageDay


@dataclass(frozen=True, slots=True)
class Used:
    """One turn's use of one model; `cost` in US dollars."""

    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost: Decimal


async def add(session: AsyncSession, tenant_id: UUID, day: date, used: Used) -> None:
    statement = insert(UsageDay).values(
        id=new_id(),
        tenant_id=tenant_id,
        day=day,
        model=used.model,
        turns=1,
        calls=used.calls,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cost=used.cost,
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "day", "model"],
            set_={
                "turns": UsageDay.turns + 1,
                "calls": UsageDay.calls + used.calls,
                "input_tokens": UsageDay.input_tokens + used.input_tokens,
                "output_tokens": UsageDay.output_tokens + used.output_tokens,
                "cost": UsageDay.cost + used.cost,
            },
        )
    )


async def spent(session: AsyncSession, day: date) -> Decimal:
    """US dollars the tenant's models cost that day."""
    total = await session.scalar(
        select(func.coalesce(func.sum(UsageDay.cost), 0)).where(UsageDay.day == day)
    )
    return Decimal(total or 0)
