"""A tenant's products: imported, changed, retired; each change is a new revision."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.history import PriceWatch
from domain.catalogue.models import ProductRecord, Supplier
from domain.catalogue.product import Product
from domain.catalogue.reading import FIELDS, load
from domain.errors import NotFound
from domain.following import Since
from domain.tenants.models import Tenant
from domain.types import new_id, utc_now

__all__ = ["FIELDS", "CatalogueImported", "Products", "load", "next_revision", "revision"]

BATCH = 5000


@dataclass(frozen=True, slots=True)
class CatalogueImported:
    added: int
    changed: int
    unchanged: int


class Products:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def import_all(
        self,
        products: Sequence[Product],
        *,
        fields: Collection[str] = FIELDS,
        actor: str = "system",
    ) -> CatalogueImported:
        """Adds or changes by code, all or nothing; a product left out of the list stays.

        `fields`: what the list tells of; the others stay as they are.
        """
        told = [name for name in FIELDS if name in fields]
        known = await self._known([p.code for p in products])
        fresh = [p for p in products if p.code not in known]
        differing = [
            (known[p.code].id, p)
            for p in products
            if p.code in known and _differs(known[p.code], p, told)
        ]
        revision = await self._next_revision()
        await self._require_suppliers({p.supplier for p in products if p.supplier})
        watch = PriceWatch(self._session, self._tenant_id)
        await watch.before([product_id for product_id, _ in differing])
        added = await self._insert(fresh, revision)
        await self._update(differing, told, revision)
        await watch.after(revision, actor, added)
        unchanged = len(products) - len(fresh) - len(differing)
        return CatalogueImported(len(fresh), len(differing), unchanged)

    async def _known(self, codes: Sequence[str]) -> dict[str, Any]:
        columns = (getattr(ProductRecord, name) for name in ("id", "code", "retired_at", *FIELDS))
        query = select(*columns)
        known: dict[str, Any] = {}
        for start in range(0, len(codes), BATCH):
            some = query.where(ProductRecord.code.in_(codes[start : start + BATCH]))
            known |= {row.code: row for row in await self._session.execute(some)}
        return known

    async def _insert(self, products: Sequence[Product], revision: int) -> list[UUID]:
        now = utc_now()
        rows = [
            {name: getattr(product, name) for name in FIELDS}
            | {"id": new_id(), "tenant_id": self._tenant_id, "code": product.code}
            | {"revision": revision, "created_at": now, "updated_at": now}
            for product in products
        ]
        if rows:
            await self._session.execute(insert(ProductRecord), rows)
        return [row["id"] for row in rows]

    async def _update(
        self, products: Sequence[tuple[UUID, Product]], told: Sequence[str], revision: int
    ) -> None:
        rows = [
            {name: getattr(product, name) for name in told}
            | {"id": product_id, "revision": revision, "retired_at": None, "updated_at": utc_now()}
            for product_id, product in products
        ]
        if rows:
            await self._session.execute(update(ProductRecord), rows)

    async def change(
        self, code: str, changes: dict[str, Any], *, actor: str = "system"
    ) -> ProductRecord:
        """`changes` by field name, as in FIELDS."""
        record = await self.get(code)
        watch = PriceWatch(self._session, self._tenant_id)
        await watch.before([record.id])
        for name, value in changes.items():
            setattr(record, name, value)
        record.revision = await self._next_revision()
        await watch.after(record.revision, actor)
        return record

    async def retire(self, code: str, *, actor: str = "system") -> None:
        """Bundles that hold it have no price from then on."""
        await self._sold(code, is_sold=False, actor=actor)

    async def bring_back(self, code: str, *, actor: str = "system") -> ProductRecord:
        return await self._sold(code, is_sold=True, actor=actor)

    async def _sold(self, code: str, *, is_sold: bool, actor: str) -> ProductRecord:
        record = await self.get(code)
        if (record.retired_at is None) == is_sold:
            return record
        watch = PriceWatch(self._session, self._tenant_id)
        await watch.before([record.id])
        record.retired_at = None if is_sold else utc_now()
        record.revision = await self._next_revision()
        await watch.after(record.revision, actor)
        return record

    async def is_known(self, code: str) -> bool:
        """Sold or not."""
        query = select(ProductRecord.id).where(ProductRecord.code == code)
        return await self._session.scalar(query) is not None

    async def get(self, code: str) -> ProductRecord:
        query = select(ProductRecord).where(ProductRecord.code == code)
        fresh = query.execution_options(populate_existing=True)
        record = (await self._session.scalars(fresh)).one_or_none()
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
            await self._session.execute(
                postgresql.insert(Supplier).values(rows).on_conflict_do_nothing()
            )

    async def _next_revision(self) -> int:
        return await next_revision(self._session, self._tenant_id)


def _differs(record: Any, product: Product, told: Sequence[str]) -> bool:
    if record.retired_at is not None:
        return True
    return any(getattr(record, name) != getattr(product, name) for name in told)


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
