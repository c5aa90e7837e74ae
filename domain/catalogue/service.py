"""A tenant's catalogue: imported, changed, and read as one frozen revision."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.models import (
    DayRate,
    NormRecord,
    ProductRecord,
    Supplier,
    SupplierPriceRecord,
)
from domain.catalogue.product import Catalogue, Norm, Product, Rates, SupplierPrice
from domain.errors import NotFound
from domain.following import Since
from domain.tenants.models import Tenant
from domain.tenants.settings import TenantSettings
from domain.tenants.taxes import rates_of
from domain.types import new_id, utc_now

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


@dataclass(frozen=True, slots=True)
class CatalogueImported:
    added: int
    changed: int
    unchanged: int


class Products:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def import_all(self, products: Sequence[Product]) -> CatalogueImported:
        """Adds or changes by code, all or nothing; a product left out of the list stays."""
        query = select(ProductRecord).where(ProductRecord.code.in_([p.code for p in products]))
        known = {record.code: record for record in await self._session.scalars(query)}
        revision = await self._next_revision()
        await self._require_suppliers({p.supplier for p in products if p.supplier})
        added = changed = 0
        for product in products:
            record = known.get(product.code)
            if record is None:
                record = ProductRecord(
                    id=new_id(), tenant_id=self._tenant_id, code=product.code, revision=revision
                )
                self._session.add(record)
                added += 1
            elif record.retired_at is None and all(
                getattr(record, name) == getattr(product, name) for name in FIELDS
            ):
                continue
            else:
                changed += 1
            for name in FIELDS:
                setattr(record, name, getattr(product, name))
            record.revision, record.retired_at = revision, None
        await self._session.flush()
        return CatalogueImported(added, changed, len(products) - added - changed)

    async def change(self, code: str, changes: dict[str, Any]) -> ProductRecord:
        """`changes` by field name, as in FIELDS."""
        record = await self.get(code)
        for name, value in changes.items():
            setattr(record, name, value)
        record.revision = await self._next_revision()
        await self._session.flush()
        return record

    async def retire(self, code: str) -> None:
        record = await self.get(code)
        record.retired_at = utc_now()
        record.revision = await self._next_revision()

    async def get(self, code: str) -> ProductRecord:
        query = select(ProductRecord).where(ProductRecord.code == code)
        record = (await self._session.scalars(query)).one_or_none()
        if record is None:
            raise NotFound("product", code)
        return record

    async def page(
        self,
        limit: int,
        after: str = "",
        words: str = "",
        category: str | None = None,
        since: Since | None = None,
    ) -> list[ProductRecord]:
        """By code. `since`: those no longer sold too."""
        query = select(ProductRecord).order_by(ProductRecord.code).limit(limit)
        if since:
            query = since.of(query, ProductRecord.updated_at, ProductRecord.id)
        else:
            query = query.where(ProductRecord.code > after, ProductRecord.retired_at.is_(None))
        for word in words.split()[:8]:
            pattern = f"%{word.replace('%', '').replace('_', '')}%"
            query = query.where(
                or_(
                    ProductRecord.code.ilike(pattern),
                    ProductRecord.name.ilike(pattern),
                    ProductRecord.part_number.ilike(pattern),
                    ProductRecord.description.ilike(pattern),
                )
            )
        if category:
            query = query.where(ProductRecord.category == category)
        return list(await self._session.scalars(query))

    async def _require_suppliers(self, names: set[str]) -> None:
        if names:
            rows = [
                {
                    "id": new_id(),
                    "tenant_id": self._tenant_id,
                    "name": name,
                    "email": "",
                    "phone": "",
                    "is_own_products": False,
                    "is_verified": False,
                    "created_at": utc_now(),
                }
                for name in sorted(names)
            ]
            await self._session.execute(insert(Supplier).values(rows).on_conflict_do_nothing())

    async def _next_revision(self) -> int:
        return await next_revision(self._session, self._tenant_id)


async def next_revision(session: AsyncSession, tenant_id: UUID) -> int:
    statement = (
        update(Tenant)
        .where(Tenant.id == tenant_id)
        .values(catalogue_revision=Tenant.catalogue_revision + 1)
        .returning(Tenant.catalogue_revision)
    )
    return (await session.execute(statement)).scalar_one()


async def revision(session: AsyncSession, tenant_id: UUID) -> int:
    found = await session.scalar(select(Tenant.catalogue_revision).where(Tenant.id == tenant_id))
    return found or 0


async def load(session: AsyncSession, tenant_id: UUID) -> Catalogue:
    """The whole catalogue as pure code prices with it."""
    tenant = await session.get_one(Tenant, tenant_id)
    settings = TenantSettings.model_validate(tenant.settings)
    records = await session.scalars(
        select(ProductRecord).where(ProductRecord.retired_at.is_(None)).order_by(ProductRecord.code)
    )
    prices = await _supplier_prices(session)
    norms = await session.scalars(select(NormRecord).order_by(NormRecord.code))
    rates = await session.scalars(select(DayRate).order_by(DayRate.is_default.desc(), DayRate.name))
    return Catalogue(
        products=tuple(_product(record, prices.get(record.id, ())) for record in records),
        norms=tuple(_norm(record) for record in norms),
        rates=_rates(rates.first(), settings),
        currency=settings.currency,
        revision=tenant.catalogue_revision,
    )


async def _supplier_prices(session: AsyncSession) -> dict[UUID, tuple[SupplierPrice, ...]]:
    rows = await session.execute(
        select(SupplierPriceRecord, Supplier.name).join(
            Supplier, Supplier.id == SupplierPriceRecord.supplier_id
        )
    )
    prices: dict[UUID, list[SupplierPrice]] = {}
    for record, supplier in rows:
        prices.setdefault(record.product_id, []).append(
            SupplierPrice(
                supplier=supplier,
                cost=record.cost,
                valid_from=record.valid_from,
                valid_until=record.valid_until,
                is_verified=record.is_verified,
            )
        )
    return {product_id: tuple(found) for product_id, found in prices.items()}


def _product(record: ProductRecord, prices: Iterable[SupplierPrice]) -> Product:
    values = {name: getattr(record, name) for name in FIELDS}
    return Product(code=record.code, supplier_prices=tuple(prices), **values)


def _norm(record: NormRecord) -> Norm:
    return Norm(
        record.code,
        record.applies_to,
        record.per_unit_hours,
        record.fixed_hours,
        record.description,
    )


def _rates(record: DayRate | None, settings: TenantSettings) -> Rates:
    if record is None:
        return Rates(currency=settings.currency, tax_rate=rates_of(settings).standard)
    return Rates(
        day_rate=record.price,
        hours_per_day=record.hours_per_day,
        overtime_factor=record.overtime_factor,
        tax_rate=rates_of(settings).standard,
        currency=settings.currency,
    )
