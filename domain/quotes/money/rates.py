"""A tenant's dated exchange rates: kept, changed, and the one that holds on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit.service import note as audit
from domain.errors import Conflict, NotFound, Refused
from domain.following import Since
from domain.quotes.models import ExchangeRate
from domain.quotes.money.exchange import Exchange
from domain.types import new_id

HIGHEST = Decimal(10_000_000)


@dataclass(frozen=True, slots=True)
class NewRate:
    source: str
    target: str
    rate: Decimal
    valid_from: date
    note: str = ""


class ExchangeRates:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, new: NewRate, *, actor: str) -> ExchangeRate:
        """Raises Refused, and Conflict where the pair has a rate of that day."""
        if new.source == new.target:
            raise Refused("A rate is between two currencies, like GBP and EUR.")
        _require_rate(new.rate)
        same = select(ExchangeRate.id).where(
            ExchangeRate.from_currency == new.source,
            ExchangeRate.to_currency == new.target,
            ExchangeRate.valid_from == new.valid_from,
        )
        if await self._session.scalar(same):
            raise Conflict(
                f"{new.source} to {new.target} has a rate of {new.valid_from.isoformat()} already: "
                "change that one."
            )
        row = ExchangeRate(
            id=new_id(),
            tenant_id=self._tenant_id,
            from_currency=new.source,
            to_currency=new.target,
            rate=new.rate,
            valid_from=new.valid_from,
            note=new.note,
        )
        self._session.add(row)
        self._audit("exchange_rate.added", row, actor)
        await self._session.flush()
        return row

    async def change(self, rate_id: UUID, fields: Mapping[str, Any], *, actor: str) -> ExchangeRate:
        """`rate` and `note`; quotes keep the rate they were made with."""
        row = await self.get(rate_id)
        if "rate" in fields:
            _require_rate(fields["rate"])
        for name, value in fields.items():
            setattr(row, name, value)
        self._audit("exchange_rate.changed", row, actor)
        await self._session.flush()
        return row

    async def remove(self, rate_id: UUID, *, actor: str) -> None:
        row = await self.get(rate_id)
        self._audit("exchange_rate.removed", row, actor)
        await self._session.delete(row)
        await self._session.flush()

    async def get(self, rate_id: UUID) -> ExchangeRate:
        row = await self._session.get(ExchangeRate, rate_id)
        if row is None:
            raise NotFound("exchange rate", rate_id)
        return row

    async def page(
        self, limit: int, after: UUID | None = None, since: Since | None = None
    ) -> list[ExchangeRate]:
        """Newest first."""
        query = select(ExchangeRate).order_by(ExchangeRate.id.desc()).limit(limit)
        if after:
            query = query.where(tuple_(ExchangeRate.id) < (after,))
        if since:
            query = since.of(query, ExchangeRate.updated_at, ExchangeRate.id)
        return list(await self._session.scalars(query))

    async def on(self, source: str, target: str, day: date) -> Exchange | None:
        """The latest that held on the day; nothing is worked out from the other direction."""
        query = (
            select(ExchangeRate)
            .where(
                ExchangeRate.from_currency == source,
                ExchangeRate.to_currency == target,
                ExchangeRate.valid_from <= day,
            )
            .order_by(ExchangeRate.valid_from.desc())
            .limit(1)
        )
        row = (await self._session.scalars(query)).one_or_none()
        return Exchange(source, target, row.rate, row.valid_from) if row else None

    def _audit(self, what: str, row: ExchangeRate, actor: str) -> None:
        subject = f"{row.from_currency} to {row.to_currency}"
        told = {"rate": str(row.rate), "valid_from": row.valid_from.isoformat()}
        audit(self._session, self._tenant_id, actor, what, subject, **told)


def _require_rate(rate: Decimal) -> None:
    if not 0 < rate <= HIGHEST:
        raise Refused("A rate is a number above 0, like 1.17.")
