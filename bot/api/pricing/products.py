"""More of a product: its bundle, its prices over time, back on sale; all of them as a sheet."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from bot.api.catalogue import ProductOut
from bot.api.rest import (
    STORABLE,
    Body,
    Page,
    Paging,
    Shown,
    cursor,
    page,
    rest_router,
    time_and_id,
)
from bot.dependencies import AdminCaller, Caller, Reader, ReadTransaction, Transaction
from domain.audit.service import note
from domain.catalogue import history
from domain.catalogue.exporting import products_as_csv
from domain.catalogue.keeping.bundles import Bundles, NamedPart
from domain.catalogue.product import BundleShown
from domain.catalogue.service import Products, load
from domain.contracts.calendar import today
from domain.quotes.pricing import cost, floor, sell

router = rest_router("/products", "catalogue")
sheets = rest_router("/products", "catalogue")

Quantity = Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=4)]
Reference = Annotated[str, Field(max_length=200, pattern=STORABLE)]


class PartBody(Body):
    """A quantity of the product `code`, or of the work of the norm `norm`."""

    quantity: Quantity
    code: Reference = ""
    norm: Reference = ""


class BundleBody(Body):
    """`shown`: one line that names its parts, or exploded into a line for each."""

    parts: Annotated[list[PartBody], Field(min_length=1, max_length=100)]
    shown: BundleShown = BundleShown.LINE


class PartOut(BaseModel):
    quantity: Decimal
    code: str
    norm: str
    name: str
    unit: str


class BundleOut(BaseModel):
    """`price`, `cost` and `floor` as code works them out today; null: not known."""

    code: str
    name: str
    shown: str
    parts: list[PartOut]
    price: Decimal | None
    price_source: str
    cost: Decimal | None
    floor: Decimal | None


class PriceChangeOut(Shown):
    """Per unit, before and after a revision of the catalogue; null: no source gave one."""

    id: UUID
    revision: int
    cost_before: Decimal | None
    cost_after: Decimal | None
    sell_before: Decimal | None
    sell_after: Decimal | None
    source: str
    currency: str
    actor: str
    created_at: datetime


@sheets.get("/export", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_products(caller: Reader, session: ReadTransaction) -> Response:
    """Everything that is sold, as a CSV sheet that can be imported again."""
    catalogue = await load(session, caller.tenant_id)
    return Response(
        products_as_csv(catalogue.products),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="products.csv"'},
    )


@router.post("/{code}/back-on-sale")
async def bring_back(code: str, caller: AdminCaller, session: Transaction) -> ProductOut:
    found = await Products(session, caller.tenant_id).bring_back(code, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "product.brought_back", code)
    return ProductOut.model_validate(found)


@router.get("/{code}/prices")
async def list_price_changes(
    code: str, caller: Reader, session: ReadTransaction, asked: Annotated[Paging, Query()]
) -> Page[PriceChangeOut]:
    """What it cost and sold for over time, the latest first."""
    product = await Products(session, caller.tenant_id).get(code)
    before = asked.place(time_and_id)
    rows = await history.page(session, product.id, asked.limit + 1, before, asked.since)
    own = asked.made(lambda row: cursor(row.created_at, row.id))
    return page(rows, asked.limit, PriceChangeOut.model_validate, own)


@router.get("/{code}/bundle")
async def show_bundle(code: str, caller: Reader, session: ReadTransaction) -> BundleOut:
    """What it is made of; no parts: an ordinary product."""
    return await _bundle(session, caller, code)


@router.put("/{code}/bundle")
async def make_bundle(
    code: str, body: BundleBody, caller: AdminCaller, session: Transaction
) -> BundleOut:
    """The product is made of just these from now on. Its own price goes before its parts'."""
    parts = [NamedPart(part.quantity, part.code, part.norm) for part in body.parts]
    bundles = Bundles(session, caller.tenant_id)
    await bundles.make(code, parts, body.shown, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "bundle.made", code, parts=len(parts))
    return await _bundle(session, caller, code)


@router.delete("/{code}/bundle", status_code=204)
async def dissolve_bundle(code: str, caller: AdminCaller, session: Transaction) -> None:
    """An ordinary product again."""
    bundles = Bundles(session, caller.tenant_id)
    await bundles.make(code, (), BundleShown.NONE, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "bundle.dissolved", code)


async def _bundle(session: ReadTransaction, caller: Caller, code: str) -> BundleOut:
    record = await Products(session, caller.tenant_id).get(code)
    parts = await Bundles(session, caller.tenant_id).parts(record)
    day = await today(session, caller.tenant_id)
    product = (await load(session, caller.tenant_id)).find(code)
    price = sell(product, day) if product else None
    own = cost(product, day) if product else None
    return BundleOut(
        code=record.code,
        name=record.name,
        shown=record.bundle_shown,
        parts=[
            PartOut(
                quantity=one.part.quantity,
                code=one.part.code,
                norm=one.part.norm,
                name=one.name,
                unit=one.unit,
            )
            for one in parts
        ],
        price=price.money.amount if price else None,
        price_source=price.source.value if price else "",
        cost=own.money.amount if own else None,
        floor=floor(product) if product else None,
    )
