"""Suppliers, and what each asks for a product from when to when."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field

from bot.api.catalogue import Amount
from bot.api.rest import (
    STORABLE,
    Body,
    Line,
    Name,
    Page,
    Paging,
    Shown,
    UpdatedSince,
    changes,
    cursor,
    id_of,
    page,
    rest_router,
)
from bot.dependencies import AdminCaller, Caller, Reader, ReadTransaction, Transaction
from domain.audit.service import note
from domain.catalogue.keeping.suppliers import NewPrice, ShownPrice, SupplierPrices, Suppliers
from domain.errors import Refused
from domain.following import Since

router = rest_router("/suppliers", "catalogue")

Days = Annotated[int, Field(ge=0, le=3650)]


class NewSupplier(Body):
    """`is_own_products`: your own goods, hire and hosting, which are sold at what a list says."""

    name: Name
    email: Line = ""
    phone: Line = ""
    is_own_products: bool = False
    is_verified: bool = False
    lead_time_days: Days | None = None


class SupplierChange(Body):
    """Absent fields stay. A new name is the products' too; `is_verified` goes for all prices."""

    name: Name | None = None
    email: Line | None = None
    phone: Line | None = None
    is_own_products: bool | None = None
    is_verified: bool | None = None
    lead_time_days: Days | None = None


class SupplierOut(Shown):
    id: UUID
    name: str
    email: str
    phone: str
    is_own_products: bool
    is_verified: bool
    lead_time_days: int | None
    updated_at: datetime


class NewPriceBody(Body):
    """What the supplier asks for one unit of the product `code`, both days included."""

    code: Name
    cost: Amount
    valid_from: date | None = None
    valid_until: date | None = None
    is_verified: bool = False

    def of(self) -> NewPrice:
        return NewPrice(self.code, self.cost, self.valid_from, self.valid_until, self.is_verified)


class PriceChangeBody(Body):
    """Absent fields stay; a day that is null is no end."""

    cost: Amount | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    is_verified: bool | None = None


class SupplierPriceOut(Shown):
    """`revision`: of the catalogue, since which it is so."""

    id: UUID
    code: str
    name: str
    cost: Decimal
    valid_from: date | None
    valid_until: date | None
    is_verified: bool
    revision: int
    updated_at: datetime

    @classmethod
    def of(cls, shown: ShownPrice) -> "SupplierPriceOut":
        price = shown.price
        return cls(
            id=price.id,
            code=shown.code,
            name=shown.name,
            cost=price.cost,
            valid_from=price.valid_from,
            valid_until=price.valid_until,
            is_verified=price.is_verified,
            revision=price.revision,
            updated_at=price.updated_at,
        )


class PriceQuery(Paging):
    code: Annotated[str | None, Field(max_length=200, pattern=STORABLE)] = None


def given(body: Body, nullable: frozenset[str]) -> dict[str, Any]:
    """What was sent, without nulls for what cannot be null. Raises Refused for nothing."""
    told = {n: v for n, v in changes(body).items() if v is not None or n in nullable}
    if not told:
        raise Refused("Nothing is to be changed: name a field and its new value.")
    return told


@router.get("")
async def list_suppliers(
    caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> list[SupplierOut]:
    since = Since(updated_since) if updated_since else None
    rows = await Suppliers(session, caller.tenant_id).all(since)
    return [SupplierOut.model_validate(row) for row in rows]


@router.post("", status_code=201)
async def add_supplier(new: NewSupplier, caller: AdminCaller, session: Transaction) -> SupplierOut:
    made = await Suppliers(session, caller.tenant_id).add(new.model_dump())
    note(session, caller.tenant_id, caller.actor, "supplier.added", made.name)
    return SupplierOut.model_validate(made)


@router.get("/{supplier_id}")
async def show_supplier(supplier_id: UUID, caller: Reader, session: ReadTransaction) -> SupplierOut:
    found = await Suppliers(session, caller.tenant_id).get(supplier_id)
    return SupplierOut.model_validate(found)


@router.patch("/{supplier_id}")
async def change_supplier(
    supplier_id: UUID, change: SupplierChange, caller: AdminCaller, session: Transaction
) -> SupplierOut:
    suppliers = Suppliers(session, caller.tenant_id)
    await suppliers.get(supplier_id)
    told = given(change, frozenset({"lead_time_days"}))
    found = await suppliers.change(supplier_id, told, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "supplier.changed", found.name, fields=[*told])
    return SupplierOut.model_validate(found)


@router.delete("/{supplier_id}", status_code=204)
async def remove_supplier(supplier_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    """Only one that nothing is bought from: 409 otherwise."""
    suppliers = Suppliers(session, caller.tenant_id)
    name = (await suppliers.get(supplier_id)).name
    await suppliers.remove(supplier_id)
    note(session, caller.tenant_id, caller.actor, "supplier.removed", name)


@router.get("/{supplier_id}/prices")
async def list_prices(
    supplier_id: UUID,
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[PriceQuery, Query()],
) -> Page[SupplierPriceOut]:
    """In the order they were made; `code`: of one product."""
    prices = await _prices(session, caller, supplier_id)
    rows = await prices.page(asked.limit + 1, asked.place(id_of), asked.since, asked.code)
    shown = [SupplierPriceOut.of(row) for row in rows]
    own = asked.ended(lambda row: cursor(row.id))
    return page(shown, asked.limit, lambda row: row, own)


@router.post("/{supplier_id}/prices", status_code=201)
async def add_price(
    supplier_id: UUID, new: NewPriceBody, caller: AdminCaller, session: Transaction
) -> SupplierPriceOut:
    prices = await _prices(session, caller, supplier_id)
    made = await prices.add(new.of(), actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "supplier_price.added", made.code)
    return SupplierPriceOut.of(made)


@router.patch("/{supplier_id}/prices/{price_id}")
async def change_price(
    supplier_id: UUID,
    price_id: UUID,
    change: PriceChangeBody,
    caller: AdminCaller,
    session: Transaction,
) -> SupplierPriceOut:
    prices = await _prices(session, caller, supplier_id)
    await prices.get(price_id)
    told = given(change, frozenset({"valid_from", "valid_until"}))
    found = await prices.change(price_id, told, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "supplier_price.changed", found.code)
    return SupplierPriceOut.of(found)


@router.delete("/{supplier_id}/prices/{price_id}", status_code=204)
async def remove_price(
    supplier_id: UUID, price_id: UUID, caller: AdminCaller, session: Transaction
) -> None:
    prices = await _prices(session, caller, supplier_id)
    await prices.remove(price_id, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "supplier_price.removed", str(price_id))


async def _prices(session: Transaction, caller: Caller, supplier_id: UUID) -> SupplierPrices:
    supplier = await Suppliers(session, caller.tenant_id).get(supplier_id)
    return SupplierPrices(session, supplier)
