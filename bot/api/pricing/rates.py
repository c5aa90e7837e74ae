"""Day rates and labour norms: what work costs the customer."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bot.api.catalogue import Amount
from bot.api.pricing.suppliers import given
from bot.api.rest import Body, Line, Name, Shown, UpdatedSince, rest_router
from bot.dependencies import AdminCaller, Reader, ReadTransaction, Transaction
from domain.audit.service import note
from domain.catalogue.keeping.rates import DayRates, Norms
from domain.following import Since

router = rest_router("/pricing-config", "catalogue")

People = Annotated[int, Field(ge=1, le=1000)]
DayHours = Annotated[Decimal, Field(gt=0, le=24, decimal_places=2)]
Factor = Annotated[Decimal, Field(ge=1, le=10, decimal_places=2)]
Hours = Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=4)]
Code = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w. -]+$")]


class NewDayRate(Body):
    """A sell price of a day's work of so many people; exactly one is the default."""

    name: Name
    price: Amount
    people: People = 2
    hours_per_day: DayHours = Decimal(8)
    overtime_factor: Factor = Decimal("1.5")
    is_default: bool = False


class DayRateChange(Body):
    """Absent fields stay; `is_default: true` takes it from the other."""

    name: Name | None = None
    price: Amount | None = None
    people: People | None = None
    hours_per_day: DayHours | None = None
    overtime_factor: Factor | None = None
    is_default: bool | None = None


class DayRateOut(Shown):
    id: UUID
    name: str
    people: int
    price: Decimal
    hours_per_day: Decimal
    overtime_factor: Decimal
    is_default: bool
    updated_at: datetime


class NewNorm(Body):
    """`applies_to`: words of products' names and categories, separated by `|`; empty: once a job
    that has any other norm's work."""

    code: Code
    applies_to: Line = ""
    per_unit_hours: Hours = Decimal(0)
    fixed_hours: Hours = Decimal(0)
    description: Line = ""


class NormChange(Body):
    applies_to: Line | None = None
    per_unit_hours: Hours | None = None
    fixed_hours: Hours | None = None
    description: Line | None = None


class NormOut(Shown):
    id: UUID
    code: str
    applies_to: str
    per_unit_hours: Decimal
    fixed_hours: Decimal
    description: str
    updated_at: datetime


@router.get("/day-rates")
async def list_day_rates(
    caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> list[DayRateOut]:
    """The default first."""
    since = Since(updated_since) if updated_since else None
    rows = await DayRates(session, caller.tenant_id).all(since)
    return [DayRateOut.model_validate(row) for row in rows]


@router.post("/day-rates", status_code=201)
async def add_day_rate(new: NewDayRate, caller: AdminCaller, session: Transaction) -> DayRateOut:
    made = await DayRates(session, caller.tenant_id).add(new.model_dump(), actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "day_rate.added", made.name)
    return DayRateOut.model_validate(made)


@router.get("/day-rates/{rate_id}")
async def show_day_rate(rate_id: UUID, caller: Reader, session: ReadTransaction) -> DayRateOut:
    return DayRateOut.model_validate(await DayRates(session, caller.tenant_id).get(rate_id))


@router.patch("/day-rates/{rate_id}")
async def change_day_rate(
    rate_id: UUID, change: DayRateChange, caller: AdminCaller, session: Transaction
) -> DayRateOut:
    rates = DayRates(session, caller.tenant_id)
    await rates.get(rate_id)
    told = given(change, frozenset())
    found = await rates.change(rate_id, told, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "day_rate.changed", found.name, fields=[*told])
    return DayRateOut.model_validate(found)


@router.delete("/day-rates/{rate_id}", status_code=204)
async def remove_day_rate(rate_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    """The default one stays until another one is the default."""
    rates = DayRates(session, caller.tenant_id)
    name = (await rates.get(rate_id)).name
    await rates.remove(rate_id)
    note(session, caller.tenant_id, caller.actor, "day_rate.removed", name)


@router.get("/norms")
async def list_norms(
    caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> list[NormOut]:
    since = Since(updated_since) if updated_since else None
    rows = await Norms(session, caller.tenant_id).all(since)
    return [NormOut.model_validate(row) for row in rows]


@router.post("/norms", status_code=201)
async def add_norm(new: NewNorm, caller: AdminCaller, session: Transaction) -> NormOut:
    made = await Norms(session, caller.tenant_id).add(new.model_dump())
    await session.flush()
    note(session, caller.tenant_id, caller.actor, "norm.added", made.code)
    return NormOut.model_validate(made)


@router.get("/norms/{norm_id}")
async def show_norm(norm_id: UUID, caller: Reader, session: ReadTransaction) -> NormOut:
    return NormOut.model_validate(await Norms(session, caller.tenant_id).get(norm_id))


@router.patch("/norms/{norm_id}")
async def change_norm(
    norm_id: UUID, change: NormChange, caller: AdminCaller, session: Transaction
) -> NormOut:
    norms = Norms(session, caller.tenant_id)
    await norms.get(norm_id)
    told = given(change, frozenset())
    found = await norms.change(norm_id, told, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "norm.changed", found.code, fields=[*told])
    return NormOut.model_validate(found)


@router.delete("/norms/{norm_id}", status_code=204)
async def remove_norm(norm_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    norms = Norms(session, caller.tenant_id)
    code = (await norms.get(norm_id)).code
    await norms.remove(norm_id)
    note(session, caller.tenant_id, caller.actor, "norm.removed", code)
