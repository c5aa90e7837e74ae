"""Suppliers' price lists by upload: previewed, imported as they were previewed, listed."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, HTTPException, Query, UploadFile
from pydantic import BaseModel, Field, ValidationError

from bot.api.rest import PROBLEMS, Body, Page, Paging, cursor, page, rest_router, time_and_id
from bot.dependencies import AdminCaller, Reader, ReadTransaction, RuntimeOf, Transaction
from bot.desk.pricing import price_lists as desk
from bot.desk.pricing.price_lists import Wanted
from domain.audit.service import note
from domain.catalogue.importing.lists import PriceLists
from domain.catalogue.keeping.suppliers import Suppliers
from domain.catalogue.layout import Layout, UnfitLayout
from domain.catalogue.models import PriceListRecord
from domain.errors import NotFound

router = rest_router("/suppliers/{supplier_id}", "catalogue")
uploads = APIRouter(
    prefix="/suppliers/{supplier_id}",
    tags=["catalogue"],
    max_body_size=25 * 1024 * 1024,
    responses=dict(PROBLEMS),
)
LARGEST = 20 * 1024 * 1024
LAYOUT_LIMIT = 50_000

Short = Annotated[str, Field(max_length=200)]


class LayoutBody(Body):
    """`columns`: a heading, or “column 3” where there are none, and the field it is.

    `header_row`: its number in the sheet, null where there is none. `decimal`: “.”, “,” or empty.
    """

    columns: dict[Short, Short] = Field(max_length=100)
    sheet: Short = ""
    header_row: Annotated[int, Field(ge=1, le=200_000)] | None = None
    decimal: Annotated[str, Field(max_length=1)] = ""
    currency: Annotated[str, Field(max_length=3)] = ""


class LayoutOut(BaseModel):
    columns: dict[str, str]
    sheet: str
    header_row: int | None
    decimal: str
    currency: str


class StepOut(BaseModel):
    """A product: its old and new price, the change in percent, and what else changes of it."""

    row: int | None
    code: str
    name: str
    old: Decimal | None
    new: Decimal | None
    percent: Decimal | None
    is_jump: bool
    also: list[str]


class RowOut(BaseModel):
    row: int
    reason: str


class PreviewOut(BaseModel):
    """`counts` are of all; of each kind the first 200 are listed, price jumps on top."""

    id: UUID
    supplier: str
    filename: str
    digest: str
    catalogue_revision: int
    counts: dict[str, int]
    layout: LayoutOut
    is_remembered: bool
    remarks: list[str]
    sheets: list[str]
    headings: list[str]
    sample: list[list[str]]
    new: list[StepOut]
    changed: list[StepOut]
    gone: list[StepOut]
    not_understood: list[RowOut]


class PriceListOut(BaseModel):
    """`state`: previewed, imported, or outdated (look at the list again)."""

    id: UUID
    filename: str
    state: str
    digest: str
    counts: dict[str, int]
    ends_gone: bool
    catalogue_revision: int
    imported_revision: int | None
    imported_at: datetime | None
    by: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: PriceListRecord) -> "PriceListOut":
        state = "imported" if row.imported_at else "previewed" if row.content else "outdated"
        return cls(
            id=row.id,
            filename=row.filename,
            state=state,
            digest=row.digest,
            counts={name: n for name, n in row.found.items() if isinstance(n, int)},
            ends_gone=row.ends_gone,
            catalogue_revision=row.catalogue_revision,
            imported_revision=row.imported_revision,
            imported_at=row.imported_at,
            by=row.actor,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


def _wanted(
    layout: Annotated[
        str,
        Form(
            max_length=LAYOUT_LIMIT,
            description="JSON, as `layout` of a preview; empty: as confirmed for this supplier "
            "before, else as it looks best.",
        ),
    ] = "",
    valid_from: Annotated[date | None, Form(description="Of rows without a day; today.")] = None,
    ends_gone: Annotated[
        bool, Form(description="What the list leaves out is no longer to be had.")
    ] = False,
) -> Wanted:
    return Wanted(_layout(layout), valid_from, ends_gone)


def _layout(text: str) -> Layout | None:
    if not text.strip():
        return None
    try:
        told = LayoutBody.model_validate(json.loads(text))
    except (ValueError, RecursionError, ValidationError) as error:
        raise UnfitLayout("The layout is JSON like the `layout` of a preview.") from error
    return Layout.of_json(told.model_dump())


@uploads.post("/price-lists/preview", status_code=201)
async def preview_price_list(
    supplier_id: UUID,
    caller: AdminCaller,
    runtime: RuntimeOf,
    file: Annotated[UploadFile, File(description="CSV or xlsx.")],
    wanted: Annotated[Wanted, Depends(_wanted)],
) -> PreviewOut:
    """What the list would change: nothing is written. The layout is remembered when imported."""
    content = await file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise HTTPException(413, "A price list may have 20 MB")
    seen = await desk.preview(
        runtime.database,
        caller.tenant_id,
        supplier_id,
        desk.File(file.filename or "price list.csv", content),
        wanted,
        actor=caller.actor,
    )
    return PreviewOut.model_validate(desk.as_row(seen))


@router.post("/price-lists/{preview_id}/import")
async def import_price_list(
    supplier_id: UUID, preview_id: UUID, caller: AdminCaller, runtime: RuntimeOf
) -> PriceListOut:
    """Just what was previewed; 409 where the catalogue has changed since: preview it again."""
    record = await desk.import_previewed(
        runtime.database, caller.tenant_id, supplier_id, preview_id, actor=caller.actor
    )
    return PriceListOut.of(record)


@router.get("/price-lists")
async def list_price_lists(
    supplier_id: UUID,
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[Paging, Query()],
) -> Page[PriceListOut]:
    """The latest first."""
    lists = await _lists(session, caller, supplier_id)
    rows = await lists.page(asked.limit + 1, asked.place(time_and_id), asked.since)
    own = asked.ended(lambda row: cursor(row.created_at, row.id))
    return page(rows, asked.limit, PriceListOut.of, own)


@router.get("/price-lists/{preview_id}")
async def show_price_list(
    supplier_id: UUID, preview_id: UUID, caller: Reader, session: ReadTransaction
) -> PriceListOut:
    lists = await _lists(session, caller, supplier_id)
    return PriceListOut.of(await lists.get(preview_id))


@router.get("/price-layout")
async def show_layout(supplier_id: UUID, caller: Reader, session: ReadTransaction) -> LayoutOut:
    """How this supplier's lists are read; 404 before the first import."""
    kept = await (await _lists(session, caller, supplier_id)).layout()
    if kept is None:
        raise NotFound("layout of the supplier", supplier_id)
    return LayoutOut.model_validate(kept.as_json())


@router.put("/price-layout")
async def set_layout(
    supplier_id: UUID, layout: LayoutBody, caller: AdminCaller, session: Transaction
) -> LayoutOut:
    lists = await _lists(session, caller, supplier_id)
    told = Layout.of_json(layout.model_dump())
    await lists.remember(told, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "price_layout.set", str(supplier_id))
    return LayoutOut.model_validate(told.as_json())


@router.delete("/price-layout", status_code=204)
async def forget_layout(supplier_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    """The next list is looked at anew."""
    await (await _lists(session, caller, supplier_id)).forget()
    note(session, caller.tenant_id, caller.actor, "price_layout.forgotten", str(supplier_id))


async def _lists(session: Any, caller: Reader, supplier_id: UUID) -> PriceLists:
    return PriceLists(session, await Suppliers(session, caller.tenant_id).get(supplier_id))
