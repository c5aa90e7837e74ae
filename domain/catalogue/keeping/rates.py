"""Day rates, exactly one of them the default, and the norms they price."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.history import PriceWatch
from domain.catalogue.models import BundlePart, DayRate, NormRecord
from domain.catalogue.service import next_revision
from domain.errors import Conflict, NotFound, Refused
from domain.following import Since
from domain.types import new_id


class DayRates:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self, since: Since | None = None) -> list[DayRate]:
        query = select(DayRate).order_by(DayRate.is_default.desc(), DayRate.name)
        if since:
            query = since.of(query, DayRate.updated_at, DayRate.id)
        return list(await self._session.scalars(query))

    async def get(self, rate_id: UUID) -> DayRate:
        rate = await self._session.get(DayRate, rate_id)
        if rate is None:
            raise NotFound("day rate", rate_id)
        return rate

    async def add(self, values: dict[str, Any], *, actor: str) -> DayRate:
        """The first one is the default whatever is said."""
        await self._require_unused(values["name"])
        present = await self.all()
        is_default = values.pop("is_default", False) or not any(r.is_default for r in present)
        watch = await watched_work(self._session, self._tenant_id)
        if is_default:
            await self._no_default()
        rate = DayRate(id=new_id(), tenant_id=self._tenant_id, is_default=is_default, **values)
        self._session.add(rate)
        await watch.after(await next_revision(self._session, self._tenant_id), actor)
        return rate

    async def change(self, rate_id: UUID, values: dict[str, Any], *, actor: str) -> DayRate:
        rate = await self.get(rate_id)
        if rate.is_default and values.get("is_default") is False:
            raise Refused("One rate is the default: make another one the default instead.")
        if (name := values.get("name", rate.name)) != rate.name:
            await self._require_unused(name)
        watch = await watched_work(self._session, self._tenant_id)
        if values.get("is_default"):
            await self._no_default()
        for field, value in values.items():
            setattr(rate, field, value)
        await watch.after(await next_revision(self._session, self._tenant_id), actor)
        await self._session.refresh(rate)
        return rate

    async def remove(self, rate_id: UUID) -> None:
        rate = await self.get(rate_id)
        if rate.is_default:
            raise Refused("This rate is the default: make another one the default first.")
        await self._session.delete(rate)
        await next_revision(self._session, self._tenant_id)

    async def _no_default(self) -> None:
        """Before another becomes it: the table allows one at a time."""
        query = update(DayRate).where(DayRate.is_default).values(is_default=False)
        await self._session.execute(query)

    async def _require_unused(self, name: str) -> None:
        if await self._session.scalar(select(DayRate.id).where(DayRate.name == name)):
            raise Conflict(f"There is a day rate “{name}” already.")


class Norms:
    """Codes are the norms' names: lines of quotes are found by them."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self, since: Since | None = None) -> list[NormRecord]:
        query = select(NormRecord).order_by(NormRecord.code)
        if since:
            query = since.of(query, NormRecord.updated_at, NormRecord.id)
        return list(await self._session.scalars(query))

    async def get(self, norm_id: UUID) -> NormRecord:
        norm = await self._session.get(NormRecord, norm_id)
        if norm is None:
            raise NotFound("norm", norm_id)
        return norm

    async def coded(self, code: str) -> NormRecord:
        query = select(NormRecord).where(NormRecord.code == code)
        norm = (await self._session.scalars(query)).one_or_none()
        if norm is None:
            raise NotFound("norm", code[:100])
        return norm

    async def add(self, values: dict[str, Any]) -> NormRecord:
        if await self._session.scalar(
            select(NormRecord.id).where(NormRecord.code == values["code"])
        ):
            raise Conflict(f"There is a norm “{values['code']}” already: change it.")
        norm = NormRecord(id=new_id(), tenant_id=self._tenant_id, **values)
        _require_hours(norm)
        self._session.add(norm)
        await next_revision(self._session, self._tenant_id)
        return norm

    async def change(self, norm_id: UUID, values: dict[str, Any], *, actor: str) -> NormRecord:
        norm = await self.get(norm_id)
        watch = await watched_work(self._session, self._tenant_id)
        for field, value in values.items():
            setattr(norm, field, value)
        _require_hours(norm)
        await watch.after(await next_revision(self._session, self._tenant_id), actor)
        await self._session.refresh(norm)
        return norm

    async def remove(self, norm_id: UUID) -> None:
        norm = await self.get(norm_id)
        query = select(BundlePart.id).where(BundlePart.norm == norm.code).limit(1)
        if await self._session.scalar(query):
            raise Conflict(f"The norm “{norm.code}” is part of a bundle: take it out there first.")
        await self._session.delete(norm)
        await next_revision(self._session, self._tenant_id)


def _require_hours(norm: NormRecord) -> None:
    if (norm.per_unit_hours or Decimal(0)) + (norm.fixed_hours or Decimal(0)) <= 0:
        raise Refused("A norm needs hours: per unit, once per job, or both.")


async def watched_work(session: AsyncSession, tenant_id: UUID) -> PriceWatch:
    """Bundles with labour change their price with rates and norms."""
    query = select(BundlePart.bundle_id).where(BundlePart.part_id.is_(None)).distinct()
    watch = PriceWatch(session, tenant_id)
    await watch.before(set(await session.scalars(query)))
    return watch
