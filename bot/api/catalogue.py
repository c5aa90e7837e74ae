"""Products, and lists of them by upload."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, HTTPException, Query, UploadFile
from pydantic import BaseModel, Field

from bot.api.rest import (
    PROBLEMS,
    STORABLE,
    Body,
    Line,
    Name,
    Page,
    Paging,
    Shown,
    Text,
    Word,
    changes,
    cursor,
    page,
    rest_router,
    text_of,
)
from bot.dependencies import AdminCaller, Reader, ReadTransaction, RuntimeOf, Transaction
from bot.desk.catalogue import import_price_list
from domain.audit.service import note
from domain.catalogue.product import Product
from domain.catalogue.service import Products
from domain.errors import Conflict
from domain.tenants.service import Tenants

router = rest_router("", "catalogue")
uploads = APIRouter(tags=["catalogue"], max_body_size=25 * 1024 * 1024, responses=dict(PROBLEMS))
PRICE_LIST_LIMIT = 20 * 1024 * 1024

Amount = Annotated[Decimal, Field(ge=0, le=Decimal("100000000"), decimal_places=4)]
Rate = Annotated[Decimal, Field(ge=0, le=1, decimal_places=4)]


class ProductChange(Body):
    """Prices net of tax per unit; `tax_rate` as a fraction. Absent fields stay."""

    name: Name | None = None
    description: Text | None = None
    category: Line | None = None
    unit: Word | None = None
    cost_price: Amount | None = None
    base_price: Amount | None = None
    floor_price: Amount | None = None
    pack_size: Amount | None = None
    supplier: Line | None = None
    part_number: Line | None = None
    is_service: bool | None = None
    tax_rate: Rate | None = None


class NewProduct(Body):
    code: Name
    name: Name
    description: Text = ""
    category: Line = ""
    unit: Word = "each"
    cost_price: Amount | None = None
    base_price: Amount | None = None
    floor_price: Amount | None = None
    pack_size: Amount | None = None
    supplier: Line = ""
    part_number: Line = ""
    is_service: bool = False
    tax_rate: Rate = Decimal("0.20")


class ProductOut(Shown):
    code: str
    name: str
    description: str
    category: str
    unit: str
    cost_price: Decimal | None
    base_price: Decimal | None
    floor_price: Decimal | None
    pack_size: Decimal | None
    supplier: str
    part_number: str
    is_service: bool
    tax_rate: Decimal
    currency: str
    bundle_shown: str
    revision: int
    retired_at: datetime | None
    updated_at: datetime


class ProductQuery(Paging):
    q: Annotated[str, Field(max_length=200, pattern=STORABLE)] = ""
    category: Annotated[str | None, Field(max_length=200, pattern=STORABLE)] = None


class ImportOut(BaseModel):
    added: int
    changed: int
    unchanged: int
    rejected: list[str]
    mapping: dict[str, str]
    dry_run: bool


@router.get("/products")
async def list_products(
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[ProductQuery, Query()],
) -> Page[ProductOut]:
    """By code; `q` finds words in code, name, part number and description.

    With `updated_since` those no longer sold are listed too.
    """
    products = Products(session, caller.tenant_id)
    after = asked.place(text_of) or ""
    rows = await products.page(asked.limit + 1, after, asked.q, asked.category, asked.since)
    own = asked.ended(lambda row: cursor(row.code))
    return page(rows, asked.limit, ProductOut.model_validate, own)


@router.post("/products", status_code=201)
async def add_product(new: NewProduct, caller: AdminCaller, session: Transaction) -> ProductOut:
    products = Products(session, caller.tenant_id)
    if await products.is_known(new.code):
        raise Conflict(f"There is a product “{new.code}” already: change it with PATCH.")
    currency = (await Tenants(session, caller.tenant_id).settings()).currency
    made = Product(**new.model_dump(), currency=currency)
    await products.import_all([made], actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "product.added", new.code)
    return ProductOut.model_validate(await products.get(new.code))


@router.get("/products/{code}")
async def show_product(code: str, caller: Reader, session: ReadTransaction) -> ProductOut:
    return ProductOut.model_validate(await Products(session, caller.tenant_id).get(code))


@router.patch("/products/{code}")
async def change_product(
    code: str, change: ProductChange, caller: AdminCaller, session: Transaction
) -> ProductOut:
    named: dict[str, Any] = changes(change)
    optional = {"cost_price", "base_price", "floor_price", "pack_size"}
    given = {name: v for name, v in named.items() if v is not None or name in optional}
    record = await Products(session, caller.tenant_id).change(code, given, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "product.changed", code, fields=sorted(given))
    return ProductOut.model_validate(record)


@router.delete("/products/{code}", status_code=204)
async def retire_product(code: str, caller: AdminCaller, session: Transaction) -> None:
    """No longer offered; quotes that have it keep it."""
    await Products(session, caller.tenant_id).retire(code, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "product.retired", code)


@uploads.post("/products/import")
async def import_products(
    caller: AdminCaller,
    runtime: RuntimeOf,
    file: Annotated[UploadFile, File(description="CSV or xlsx, any sensible headings.")],
    dry_run: Annotated[bool, Form()] = False,
    strict: Annotated[bool, Form(description="Refuse all when any row is wrong.")] = False,
) -> ImportOut:
    content = await file.read(PRICE_LIST_LIMIT + 1)
    if len(content) > PRICE_LIST_LIMIT:
        raise HTTPException(413, "A price list may have 20 MB")
    report = await import_price_list(
        runtime.database,
        caller.tenant_id,
        (file.filename or "price list.csv", content),
        partly=not strict,
        dry_run=dry_run,
        actor=caller.actor,
    )
    return ImportOut.model_validate(report.as_row())
