"""What products cost and sell for over time: noted with every revision that changes it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue import reading
from domain.catalogue.models import PriceChange
from domain.catalogue.product import Product
from domain.contracts.calendar import today
from domain.events import Happened, record
from domain.following import Since
from domain.quotes.pricing import cost, sell
from domain.types import new_id, utc_now

PRICE_CHANGED = "catalogue.price_changed"
TOLD = 50


@dataclass(frozen=True, slots=True)
class Priced:
    """What a unit costs us and sells for on a day; None: no source says."""

    code: str
    currency: str
    cost: Decimal | None
    sell: Decimal | None
    source: str

    @classmethod
    def of(cls, product: Product, day: date) -> "Priced":
        own, price = cost(product, day), sell(product, day)
        return cls(
            product.code,
            product.currency,
            own.money.amount if own else None,
            price.money.amount if price else None,
            price.source.value if price else "",
        )


class PriceWatch:
    """Looks at prices before a change of the catalogue and after it, bundles included.

    Used in the caller's transaction: `before`, the change, `after`.
    """

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._before: dict[UUID, Priced] = {}
        self._watched: set[UUID] = set()

    async def before(self, ids: Collection[UUID]) -> None:
        self._watched = {*ids} | await reading.holding(self._session, ids)
        self._before = await self._priced(self._watched)

    async def after(self, revision: int, actor: str, added: Iterable[UUID] = ()) -> int:
        """Notes what changed; the number of products whose price is another one now."""
        await self._session.flush()
        fresh = {*added}
        now = await self._priced(self._watched | fresh)
        rows = [
            _row(self._tenant_id, product_id, (self._before.get(product_id), priced))
            | {"revision": revision, "actor": actor}
            for product_id, priced in now.items()
            if _differs(self._before.get(product_id), priced)
        ]
        if rows:
            await self._session.execute(insert(PriceChange), rows)
        changed = [
            (self._before[product_id], now[product_id])
            for product_id in now
            if product_id in self._before and self._before[product_id].sell != now[product_id].sell
        ]
        if changed:
            self._tell(revision, actor, changed)
        return len(changed)

    async def _priced(self, ids: Collection[UUID]) -> dict[UUID, Priced]:
        if not ids:
            return {}
        day = await today(self._session, self._tenant_id)
        found = await reading.products(self._session, self._tenant_id, ids)
        return {product_id: Priced.of(product, day) for product_id, product in found.items()}

    def _tell(self, revision: int, actor: str, changed: list[tuple[Priced, Priced]]) -> None:
        told = [
            {"code": now.code, "old": _text(old.sell), "new": _text(now.sell)}
            for old, now in changed[:TOLD]
        ]
        payload = {
            "revision": revision,
            "changed": len(changed),
            "currency": changed[0][1].currency,
            "products": told,
        }
        happened = Happened(PRICE_CHANGED, self._tenant_id, payload, actor)
        record(self._session, self._tenant_id, happened)


def _row(tenant_id: UUID, product_id: UUID, prices: tuple[Priced | None, Priced]) -> dict[str, Any]:
    old, new = prices
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "created_at": utc_now(),
        "product_id": product_id,
        "cost_before": old.cost if old else None,
        "cost_after": new.cost,
        "sell_before": old.sell if old else None,
        "sell_after": new.sell,
        "source": new.source,
        "currency": new.currency,
    }


def _differs(old: Priced | None, new: Priced) -> bool:
    if old is None:
        return new.cost is not None or new.sell is not None
    return (old.cost, old.sell) != (new.cost, new.sell)


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"


async def page(
    session: AsyncSession,
    product_id: UUID,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
    since: Since | None = None,
) -> list[PriceChange]:
    """A product's changes of price, the latest first."""
    query = (
        select(PriceChange)
        .where(PriceChange.product_id == product_id)
        .order_by(PriceChange.created_at.desc(), PriceChange.id.desc())
        .limit(limit)
    )
    if since:
        query = since.of(query, PriceChange.created_at, PriceChange.id)
    if before:
        query = query.where(tuple_(PriceChange.created_at, PriceChange.id) < before)
    return list(await session.scalars(query))
