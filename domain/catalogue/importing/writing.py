"""Writes a compared price list: products, dated prices, one revision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.history import PriceWatch
from domain.catalogue.importing.comparing import Comparison, Kind, Step, Terms
from domain.catalogue.models import ProductRecord, Supplier, SupplierPriceRecord
from domain.catalogue.reading import FIELDS, among
from domain.catalogue.service import next_revision
from domain.types import new_id, utc_now

_ABOUT_PRICE = {"valid_from", "valid_until", "back on sale"}


@dataclass(frozen=True, slots=True)
class Order:
    """`starts`: from when prices without a day of their own hold. `ends_gone`: what the list
    leaves out ends."""

    terms: Terms
    starts: date
    ends_gone: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    revision: int
    price_changes: int


@dataclass(slots=True)
class _Batch:
    """Rows gathered to be written at once."""

    products: list[dict[str, Any]]
    product_changes: list[dict[str, Any]]
    prices: list[dict[str, Any]]
    price_changes: list[dict[str, Any]]
    price_ends: list[dict[str, Any]]
    void: list[UUID]


async def write(
    session: AsyncSession,
    supplier: Supplier,
    comparison: Comparison,
    order: Order,
    *,
    actor: str,
) -> Written:
    """The revision is taken first: whoever changes the catalogue meanwhile waits."""
    revision = await next_revision(session, supplier.tenant_id)
    touched = [step.product_id for step in comparison.steps if step.product_id]
    watch = PriceWatch(session, supplier.tenant_id)
    await watch.before(touched)
    batch = _Batch([], [], [], [], [], [])
    writer = _Writer(supplier, order, revision, batch)
    for step in comparison.steps:
        if step.kind is not Kind.GONE:
            writer.take(step)
        elif order.ends_gone:
            writer.end(step)
    await _store(session, batch)
    added = [row["id"] for row in batch.products]
    return Written(revision, await watch.after(revision, actor, added))


class _Writer:
    def __init__(self, supplier: Supplier, order: Order, revision: int, batch: _Batch) -> None:
        self._supplier = supplier
        self._terms = order.terms
        self._starts = order.starts
        self._revision = revision
        self._batch = batch
        self._now = utc_now()

    def take(self, step: Step) -> None:
        product_id = step.product_id or self._add(step)
        if step.product_id:
            self._change(step)
        if not self._terms.is_own:
            self._price(step, product_id)

    def end(self, step: Step) -> None:
        """Our own goods are no longer sold; a supplier's price ends with yesterday."""
        if self._terms.is_own:
            ended = {"id": step.product_id, "retired_at": self._now}
            self._batch.product_changes.append(ended | {"revision": self._revision})
        elif step.price is not None:
            self._end_price(step.price.id, step.price.valid_from, self._terms.day)

    def _end_price(self, price_id: UUID, begun: date | None, next_day: date) -> None:
        if begun is not None and begun >= next_day:
            self._batch.void.append(price_id)
            return
        ended = {"id": price_id, "valid_until": next_day - timedelta(days=1)}
        self._batch.price_ends.append(ended | {"revision": self._revision})

    def _add(self, step: Step) -> UUID:
        assert step.row is not None
        product, product_id = step.row.product, new_id()
        values = {name: getattr(product, name) for name in FIELDS}
        values["supplier"] = self._supplier.name
        if not self._terms.is_own:
            values["cost_price"] = None
        self._batch.products.append(
            values
            | {"id": product_id, "tenant_id": self._supplier.tenant_id, "code": product.code}
            | {"revision": self._revision, "created_at": self._now, "updated_at": self._now}
        )
        return product_id

    def _change(self, step: Step) -> None:
        assert step.row is not None
        product = step.row.product
        fields = set(step.also) - _ABOUT_PRICE
        if self._terms.is_own:
            fields.add("base_price" if "base_price" in self._terms.fields else "cost_price")
        if not fields and "back on sale" not in step.also:
            return
        same = {"id": step.product_id, "retired_at": None, "revision": self._revision}
        self._batch.product_changes.append(
            {name: getattr(product, name) for name in sorted(fields)} | same
        )

    def _price(self, step: Step, product_id: UUID) -> None:
        """The price before it ends the day before; one that begins no earlier is replaced.

        A price without a date never ends by itself: it stays behind the dated ones.
        """
        assert step.row is not None
        if step.new is None:
            return
        starts = step.row.valid_from or self._starts
        values = {
            "cost": step.new,
            "valid_from": starts,
            "valid_until": step.row.valid_until,
            "is_verified": self._supplier.is_verified,
            "revision": self._revision,
        }
        held = step.price
        if held is not None and held.valid_from is not None and held.valid_from >= starts:
            self._batch.price_changes.append(values | {"id": held.id})
            return
        if held is not None and held.valid_from is not None:
            self._end_price(held.id, held.valid_from, starts)
        self._batch.prices.append(
            values
            | {"id": new_id(), "tenant_id": self._supplier.tenant_id, "created_at": self._now}
            | {"supplier_id": self._supplier.id, "product_id": product_id}
        )


async def _store(session: AsyncSession, batch: _Batch) -> None:
    if batch.products:
        await session.execute(insert(ProductRecord), batch.products)
    if batch.prices:
        await session.execute(insert(SupplierPriceRecord), batch.prices)
    for rows in _alike(batch.product_changes):
        await session.execute(update(ProductRecord), rows)
    for rows in (batch.price_changes, batch.price_ends):
        if rows:
            await session.execute(update(SupplierPriceRecord), rows)
    if batch.void:
        gone = among(SupplierPriceRecord.id, batch.void)
        await session.execute(delete(SupplierPriceRecord).where(gone))


def _alike(changes: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Grouped by the columns they name."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for change in changes:
        groups.setdefault(tuple(change), []).append(change)
    return list(groups.values())
