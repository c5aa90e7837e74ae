"""Suppliers, and what each asks for a product from when to when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.history import PriceWatch
from domain.catalogue.models import ProductRecord, Supplier, SupplierPriceRecord
from domain.catalogue.service import Products, next_revision
from domain.errors import Conflict, NotFound, Refused
from domain.following import Since
from domain.types import new_id


@dataclass(frozen=True, slots=True)
class NewPrice:
    """Both dates included; None: without end."""

    code: str
    cost: Decimal
    valid_from: date | None = None
    valid_until: date | None = None
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """A supplier's price with the product's code."""

    price: SupplierPriceRecord
    code: str
    name: str


class Suppliers:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def get(self, supplier_id: UUID) -> Supplier:
        supplier = await self._session.get(Supplier, supplier_id)
        if supplier is None:
            raise NotFound("supplier", supplier_id)
        return supplier

    async def named(self, name: str) -> Supplier:
        """By name, however it is written."""
        query = select(Supplier).where(func.lower(Supplier.name) == name.strip().lower())
        supplier = (await self._session.scalars(query.order_by(Supplier.name))).first()
        if supplier is None:
            raise NotFound("supplier", name[:100])
        return supplier

    async def all(self, since: Since | None = None) -> list[Supplier]:
        query = select(Supplier).order_by(Supplier.name)
        if since:
            query = since.of(query, Supplier.updated_at, Supplier.id)
        return list(await self._session.scalars(query))

    async def add(self, values: dict[str, Any]) -> Supplier:
        await self._require_unused(values["name"])
        supplier = Supplier(id=new_id(), tenant_id=self._tenant_id, **values)
        self._session.add(supplier)
        await self._session.flush()
        return supplier

    async def change(self, supplier_id: UUID, values: dict[str, Any], *, actor: str) -> Supplier:
        """A new name is the products' too; verified or not goes for all of its prices."""
        supplier = await self.get(supplier_id)
        if (name := values.get("name", supplier.name)) != supplier.name:
            await self._require_unused(name)
            await self._session.execute(
                update(ProductRecord)
                .where(ProductRecord.supplier == supplier.name)
                .values(supplier=name)
            )
        is_verified = values.get("is_verified", supplier.is_verified)
        turns = is_verified != supplier.is_verified
        for field, value in values.items():
            setattr(supplier, field, value)
        await self._session.flush()
        if turns:
            await self._verify(supplier, is_verified=is_verified, actor=actor)
        else:
            await next_revision(self._session, self._tenant_id)
        await self._session.refresh(supplier)
        return supplier

    async def remove(self, supplier_id: UUID) -> None:
        """Only one that nothing is bought from."""
        supplier = await self.get(supplier_id)
        sold = select(func.count()).where(
            ProductRecord.supplier == supplier.name, ProductRecord.retired_at.is_(None)
        )
        priced = select(func.count()).where(SupplierPriceRecord.supplier_id == supplier_id)
        products = await self._session.scalar(sold) or 0
        prices = await self._session.scalar(priced) or 0
        if products or prices:
            raise Conflict(
                f"{supplier.name} has {products} products and {prices} prices: give the products "
                "another supplier and remove the prices first."
            )
        await self._session.delete(supplier)
        await self._session.flush()

    async def _verify(self, supplier: Supplier, *, is_verified: bool, actor: str) -> None:
        own = SupplierPriceRecord.supplier_id == supplier.id
        ids = set(await self._session.scalars(select(SupplierPriceRecord.product_id).where(own)))
        watch = PriceWatch(self._session, self._tenant_id)
        await watch.before(ids)
        await self._session.execute(
            update(SupplierPriceRecord).where(own).values(is_verified=is_verified)
        )
        await watch.after(await next_revision(self._session, self._tenant_id), actor)

    async def _require_unused(self, name: str) -> None:
        query = select(Supplier.id).where(func.lower(Supplier.name) == name.lower())
        if await self._session.scalar(query.limit(1)):
            raise Conflict(f"There is a supplier “{name}” already.")


class SupplierPrices:
    """Of one supplier. Every change is a revision of the catalogue."""

    def __init__(self, session: AsyncSession, supplier: Supplier) -> None:
        self._session = session
        self._tenant_id = supplier.tenant_id
        self._supplier = supplier

    async def page(
        self,
        limit: int,
        after: UUID | None = None,
        since: Since | None = None,
        code: str | None = None,
    ) -> list[ShownPrice]:
        price = SupplierPriceRecord
        query = (
            select(price, ProductRecord.code, ProductRecord.name)
            .join(ProductRecord, ProductRecord.id == price.product_id)
            .where(price.supplier_id == self._supplier.id)
            .order_by(price.id)
            .limit(limit)
        )
        if code:
            query = query.where(ProductRecord.code == code)
        if after:
            query = query.where(price.id > after)
        if since:
            query = since.of(query, price.updated_at, price.id)
        return [ShownPrice(*row) for row in await self._session.execute(query)]

    async def get(self, price_id: UUID) -> SupplierPriceRecord:
        found = await self._session.get(SupplierPriceRecord, price_id)
        if found is None or found.supplier_id != self._supplier.id:
            raise NotFound("price", price_id)
        return found

    async def add(self, new: NewPrice, *, actor: str) -> ShownPrice:
        _require_order(new.valid_from, new.valid_until)
        product = await Products(self._session, self._tenant_id).get(new.code)
        made = SupplierPriceRecord(
            id=new_id(),
            tenant_id=self._tenant_id,
            supplier_id=self._supplier.id,
            product_id=product.id,
            cost=new.cost,
            valid_from=new.valid_from,
            valid_until=new.valid_until,
            is_verified=new.is_verified or self._supplier.is_verified,
        )
        watch = await self._watched([product.id])
        self._session.add(made)
        made.revision = await next_revision(self._session, self._tenant_id)
        await watch.after(made.revision, actor)
        return ShownPrice(made, product.code, product.name)

    async def change(self, price_id: UUID, values: dict[str, Any], *, actor: str) -> ShownPrice:
        price = await self.get(price_id)
        _require_order(
            values.get("valid_from", price.valid_from), values.get("valid_until", price.valid_until)
        )
        watch = await self._watched([price.product_id])
        for field, value in values.items():
            setattr(price, field, value)
        price.revision = await next_revision(self._session, self._tenant_id)
        await watch.after(price.revision, actor)
        await self._session.refresh(price)
        product = await self._session.get_one(ProductRecord, price.product_id)
        return ShownPrice(price, product.code, product.name)

    async def remove(self, price_id: UUID, *, actor: str) -> None:
        price = await self.get(price_id)
        watch = await self._watched([price.product_id])
        await self._session.delete(price)
        await watch.after(await next_revision(self._session, self._tenant_id), actor)

    async def _watched(self, ids: Collection[UUID]) -> PriceWatch:
        watch = PriceWatch(self._session, self._tenant_id)
        await watch.before(ids)
        return watch


def _require_order(starts: date | None, ends: date | None) -> None:
    if starts and ends and ends < starts:
        raise Refused(f"The price ends ({ends}) before it begins ({starts}).")
