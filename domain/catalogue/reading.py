"""A tenant's catalogue read as one frozen revision, or the part of it that some products need."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.models import (
    BundlePart,
    DayRate,
    NormRecord,
    ProductRecord,
    Supplier,
    SupplierPriceRecord,
    SynonymRecord,
)
from domain.catalogue.product import (
    BundleShown,
    Catalogue,
    Norm,
    Part,
    Product,
    Rates,
    SupplierPrice,
)
from domain.tenants.models import Tenant
from domain.tenants.settings import TenantSettings
from domain.tenants.taxes import rates_of

FIELDS = (
    "name",
    "description",
    "category",
    "unit",
    "cost_price",
    "base_price",
    "floor_price",
    "pack_size",
    "supplier",
    "part_number",
    "is_service",
    "tax_rate",
    "currency",
)


def among(column: Any, ids: Iterable[UUID]) -> ColumnElement[bool]:
    """Is one of these, however many: as one array and not as a parameter each."""
    return cast(ColumnElement[bool], column == any_(literal([*ids], ARRAY(Uuid()))))


DEEPEST = 5
"""Bundles within bundles, at most."""

_COLUMNS = (
    ProductRecord.id,
    ProductRecord.code,
    ProductRecord.bundle_shown,
    ProductRecord.retired_at,
    *(getattr(ProductRecord, name) for name in FIELDS),
)


async def load(session: AsyncSession, tenant_id: UUID) -> Catalogue:
    """The whole catalogue as pure code prices with it."""
    tenant = await session.get_one(Tenant, tenant_id)
    settings = TenantSettings.model_validate(tenant.settings)
    norms, rates = await work(session, settings)
    read = await _read(session, norms, rates, None)
    rows = await session.execute(select(SynonymRecord.phrase, ProductRecord.code)
        .join(ProductRecord, ProductRecord.id == SynonymRecord.product_id)
        .where(ProductRecord.retired_at.is_(None)).order_by(SynonymRecord.phrase))  # fmt: skip
    return Catalogue(
        products=tuple(sorted(read.values(), key=lambda product: product.code)),
        norms=tuple(norms.values()),
        rates=rates,
        synonyms=tuple((phrase, code) for phrase, code in rows),
        currency=settings.currency,
        revision=tenant.catalogue_revision,
    )


async def products(
    session: AsyncSession, tenant_id: UUID, ids: Collection[UUID]
) -> dict[UUID, Product]:
    """Those, as they are priced; those no longer sold are left out."""
    tenant = await session.get_one(Tenant, tenant_id)
    norms, rates = await work(session, TenantSettings.model_validate(tenant.settings))
    wanted = set(ids)
    read = await _read(session, norms, rates, wanted | await _within(session, wanted))
    return {product_id: product for product_id, product in read.items() if product_id in wanted}


async def holding(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """The bundles that any of these are in, at any depth."""
    found: set[UUID] = set()
    asked = set(ids)
    while asked:
        rows = await session.scalars(
            select(BundlePart.bundle_id).where(among(BundlePart.part_id, asked)).distinct()
        )
        asked = set(rows) - found
        found |= asked
    return found


async def _within(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """All products in these bundles, at any depth."""
    found: set[UUID] = set()
    asked = set(ids)
    while asked:
        query = select(BundlePart.part_id).where(among(BundlePart.bundle_id, asked)).distinct()
        asked = {one for one in await session.scalars(query) if one} - found
        found |= asked
    return found


async def work(session: AsyncSession, settings: TenantSettings) -> tuple[dict[str, Norm], Rates]:
    """The norms by code, and the rates in force."""
    norms = await session.scalars(select(NormRecord).order_by(NormRecord.code))
    query = select(DayRate).order_by(DayRate.is_default.desc(), DayRate.name).limit(1)
    rates = _rates((await session.scalars(query)).first(), settings)
    return {record.code: norm_of(record) for record in norms}, rates


async def _read(
    session: AsyncSession, norms: dict[str, Norm], rates: Rates, ids: set[UUID] | None
) -> dict[UUID, Product]:
    query = select(*_COLUMNS).where(ProductRecord.retired_at.is_(None))
    prices = await _supplier_prices(session, ids)
    parts = await _parts(session, ids)
    if ids is not None:
        query = query.where(among(ProductRecord.id, ids))
    plain = {row.id: _product(row, prices.get(row.id, ())) for row in await session.execute(query)}
    return {
        product_id: _whole(product_id, plain, parts, (norms, rates))
        if product_id in parts
        else product
        for product_id, product in plain.items()
    }


def _whole(
    product_id: UUID,
    plain: dict[UUID, Product],
    parts: dict[UUID, list[BundlePart]],
    by: tuple[dict[str, Norm], Rates],
    depth: int = 0,
) -> Product:
    """With its parts. One that is no longer sold, or unknown, leaves the bundle without a price."""
    norms, rates = by
    held = []
    for row in parts.get(product_id, ()) if depth <= DEEPEST else ():
        if row.part_id is None:
            norm = norms.get(row.norm)
            held.append(Part(row.quantity, norm=norm, rates=rates) if norm else _gone(row.quantity))
        elif row.part_id in plain:
            inner = _whole(row.part_id, plain, parts, by, depth + 1)
            held.append(Part(row.quantity, inner, rates=rates))
        else:
            held.append(_gone(row.quantity))
    product = plain[product_id]
    return replace(product, parts=tuple(held)) if held else product


def _gone(quantity: Decimal) -> Part:
    return Part(quantity, Product("", "a part that is no longer sold"))


async def _parts(session: AsyncSession, ids: set[UUID] | None) -> dict[UUID, list[BundlePart]]:
    query = select(BundlePart).order_by(BundlePart.bundle_id, BundlePart.position)
    if ids is not None:
        query = query.where(among(BundlePart.bundle_id, ids))
    parts: dict[UUID, list[BundlePart]] = defaultdict(list)
    for row in await session.scalars(query):
        parts[row.bundle_id].append(row)
    return dict(parts)


async def _supplier_prices(
    session: AsyncSession, ids: set[UUID] | None
) -> dict[UUID, tuple[SupplierPrice, ...]]:
    query = select(
        SupplierPriceRecord.product_id,
        Supplier.name,
        SupplierPriceRecord.cost,
        SupplierPriceRecord.valid_from,
        SupplierPriceRecord.valid_until,
        SupplierPriceRecord.is_verified,
    ).join(Supplier, Supplier.id == SupplierPriceRecord.supplier_id)
    if ids is not None:
        query = query.where(among(SupplierPriceRecord.product_id, ids))
    prices: dict[UUID, list[SupplierPrice]] = defaultdict(list)
    for product_id, name, own, starts, ends, is_verified in await session.execute(query):
        prices[product_id].append(SupplierPrice(name, own, starts, ends, is_verified))
    return {product_id: tuple(found) for product_id, found in prices.items()}


def _product(record: Any, prices: Iterable[SupplierPrice]) -> Product:
    values = {name: getattr(record, name) for name in FIELDS}
    return Product(
        code=record.code,
        supplier_prices=tuple(prices),
        bundle_shown=BundleShown(record.bundle_shown),
        **values,
    )


def norm_of(record: NormRecord) -> Norm:
    return Norm(
        record.code,
        record.applies_to,
        record.per_unit_hours,
        record.fixed_hours,
        record.description,
    )


def _rates(record: DayRate | None, settings: TenantSettings) -> Rates:
    tax_rate = rates_of(settings).standard
    if record is None:
        return Rates(currency=settings.currency, tax_rate=tax_rate)
    return Rates(
        day_rate=record.price,
        hours_per_day=record.hours_per_day,
        overtime_factor=record.overtime_factor,
        tax_rate=tax_rate,
        currency=settings.currency,
    )
