"""A supplier's price lists: looked at, kept for a while, imported just as they were seen."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.importing.comparing import Comparison, HeldPrice, Known, Terms
from domain.catalogue.importing.writing import Order, write
from domain.catalogue.layout import Layout
from domain.catalogue.models import (
    PriceListLayout,
    PriceListRecord,
    ProductRecord,
    Supplier,
    SupplierPriceRecord,
)
from domain.catalogue.reading import FIELDS
from domain.catalogue.service import revision
from domain.contracts.calendar import today
from domain.errors import Conflict, NotFound
from domain.following import Since
from domain.tenants.service import Tenants
from domain.types import new_id, utc_now


class Outdated(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "The catalogue or the list changed since this preview: look at the list again, then "
            "import what you see."
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """A file with the layout it was read by. `starts`: from when its prices hold; None: today.

    `ends_gone`: what the list leaves out is no longer to be had.
    """

    filename: str
    content: bytes
    layout: Layout
    starts: date | None = None
    ends_gone: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The catalogue as a list is compared with it."""

    known: tuple[Known, ...]
    terms: Terms
    revision: int


class PriceLists:
    """Of one supplier."""

    def __init__(self, session: AsyncSession, supplier: Supplier) -> None:
        self._session = session
        self._tenant_id = supplier.tenant_id
        self._supplier = supplier

    # --- layouts ---

    async def layout(self) -> Layout | None:
        """As it was last confirmed."""
        row = await self._layout_row()
        return Layout.of_json(row.layout) if row else None

    async def _layout_row(self) -> PriceListLayout | None:
        query = select(PriceListLayout).where(PriceListLayout.supplier_id == self._supplier.id)
        return (await self._session.scalars(query)).one_or_none()

    async def remember(self, layout: Layout, *, actor: str) -> None:
        row = await self._layout_row()
        if row is None:
            row = PriceListLayout(
                id=new_id(), tenant_id=self._tenant_id, supplier_id=self._supplier.id
            )
            self._session.add(row)
        row.layout, row.confirmed_by = layout.as_json(), actor
        await self._session.flush()

    async def forget(self) -> None:
        row = await self._layout_row()
        if row is not None:
            await self._session.delete(row)

    # --- lists ---

    async def standing(self, fields: Iterable[str], day: date | None = None) -> Standing:
        """`day`: on which the list was looked at; None: today."""
        settings = await Tenants(self._session, self._tenant_id).settings()
        on = day or await today(self._session, self._tenant_id)
        terms = Terms(
            self._supplier.name,
            self._supplier.is_own_products,
            settings.currency,
            frozenset(fields),
            on,
        )
        prices = await self._prices(on)
        columns = (getattr(ProductRecord, n) for n in ("id", "code", "retired_at", *FIELDS))
        rows = await self._session.execute(select(*columns).order_by(ProductRecord.code))
        known = tuple(_known(row, prices.get(row.id), self._supplier.name) for row in rows)
        return Standing(known, terms, await revision(self._session, self._tenant_id))

    async def _prices(self, on: date) -> dict[UUID, HeldPrice]:
        """Of each product the price in force, else the one that comes next."""
        price = SupplierPriceRecord
        query = select(
            price.product_id, price.id, price.cost, price.valid_from, price.valid_until
        ).where(price.supplier_id == self._supplier.id)
        held: dict[UUID, HeldPrice] = {}
        for product_id, price_id, cost, starts, ends in await self._session.execute(query):
            one = HeldPrice(price_id, cost, starts, ends)
            if one.valid_until is not None and one.valid_until < on:
                continue
            best = held.get(product_id)
            if best is None or _start(best) < _start(one):
                held[product_id] = one
        return held

    async def keep(
        self, seen: Seen, standing: Standing, comparison: Comparison, *, actor: str
    ) -> PriceListRecord:
        """A preview; an older one of this supplier that was not imported is of no use any more."""
        await self._session.execute(
            update(PriceListRecord)
            .where(PriceListRecord.supplier_id == self._supplier.id)
            .where(PriceListRecord.content.is_not(None))
            .values(content=None)
        )
        counts = comparison.counts()
        record = PriceListRecord(
            id=new_id(),
            tenant_id=self._tenant_id,
            supplier_id=self._supplier.id,
            filename=seen.filename[:200],
            digest=digest(seen, comparison),
            layout=seen.layout.as_json(),
            ends_gone=seen.ends_gone,
            catalogue_revision=standing.revision,
            found=counts
            | {"day": standing.terms.day.isoformat()}
            | {"starts": seen.starts.isoformat() if seen.starts else ""},
            content=seen.content,
            actor=actor,
        )
        self._session.add(record)
        await self._session.flush()
        return record

    async def get(self, list_id: UUID, *, for_change: bool = False) -> PriceListRecord:
        record = await self._session.get(PriceListRecord, list_id, with_for_update=for_change)
        if record is None or record.supplier_id != self._supplier.id:
            raise NotFound("price list", list_id)
        return record

    async def page(
        self,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        since: Since | None = None,
    ) -> list[PriceListRecord]:
        """The latest first."""
        query = (
            select(PriceListRecord)
            .where(PriceListRecord.supplier_id == self._supplier.id)
            .order_by(PriceListRecord.created_at.desc(), PriceListRecord.id.desc())
            .limit(limit)
        )
        if since:
            query = since.of(query, PriceListRecord.updated_at, PriceListRecord.id)
        if before:
            place = tuple_(PriceListRecord.created_at, PriceListRecord.id)
            query = query.where(place < before)
        return list(await self._session.scalars(query))

    async def import_(
        self, record: PriceListRecord, standing: Standing, comparison: Comparison, *, actor: str
    ) -> int:
        """Writes what was previewed, in one revision, and remembers how it was read.

        The number of products that sell at another price now. Raises Outdated.
        """
        seen = seen_of(record)
        if seen is None or digest(seen, comparison) != record.digest:
            raise Outdated
        order = Order(standing.terms, seen.starts or standing.terms.day, seen.ends_gone)
        written = await write(self._session, self._supplier, comparison, order, actor=actor)
        if written.revision != record.catalogue_revision + 1:
            raise Outdated
        record.imported_at, record.imported_revision = utc_now(), written.revision
        record.content = None
        record.found = record.found | {"price_changes": written.price_changes}
        await self.remember(seen.layout, actor=actor)
        return written.price_changes


def seen_of(record: PriceListRecord) -> Seen | None:
    """None: its file is not kept any more."""
    if record.content is None:
        return None
    starts = record.found.get("starts")
    return Seen(
        record.filename,
        record.content,
        Layout.of_json(record.layout),
        date.fromisoformat(starts) if starts else None,
        record.ends_gone,
    )


def digest(seen: Seen, comparison: Comparison) -> str:
    """Of the file, how it is read, and what comes of it."""
    layout = json.dumps(seen.layout.as_json(), sort_keys=True)
    told = hashlib.sha256(seen.content)
    told.update(f"{layout}\n{seen.ends_gone}\n{seen.starts}\n{comparison.digest()}".encode())
    return told.hexdigest()


def _start(price: HeldPrice) -> date:
    return price.valid_from or date.min


def _known(row: Any, price: HeldPrice | None, supplier: str) -> Known:
    return Known(
        id=row.id,
        code=row.code,
        part_number=row.part_number,
        name=row.name,
        currency=row.currency,
        values={name: getattr(row, name) for name in FIELDS},
        is_retired=row.retired_at is not None,
        is_theirs=row.supplier == supplier or price is not None,
        price=price,
    )
