"""Suppliers' price lists as staff handle them: looked at first, then imported as they were seen."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from bot import queue
from domain.audit.service import note
from domain.catalogue.importing.comparing import Comparison, Kind, Step, compare
from domain.catalogue.importing.lists import Outdated, PriceLists, Seen, Standing, seen_of
from domain.catalogue.keeping.suppliers import Suppliers
from domain.catalogue.layout import Layout, Looked
from domain.catalogue.models import PriceListRecord, Supplier
from domain.catalogue.price_list import look, read_price_list
from domain.catalogue.sheets import UnreadablePriceList
from domain.database import Database
from domain.errors import Refused

SHOWN = 200
REACT = "react"


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a list is to be read and to count; None: as remembered, else as it looks best."""

    layout: Layout | None = None
    starts: date | None = None
    ends_gone: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """`is_remembered`: the layout is the one that was confirmed for this supplier before."""

    record: PriceListRecord
    supplier: str
    looked: Looked
    comparison: Comparison
    is_remembered: bool


async def preview(
    database: Database,
    tenant_id: UUID,
    supplier_id: UUID,
    file: File,
    wanted: Wanted = Wanted(),
    *,
    actor: str,
) -> Preview:
    """What the list would change; nothing is written but the preview itself."""
    async with database.transaction(tenant_id) as session:
        supplier = await Suppliers(session, tenant_id).get(supplier_id)
        remembered = await PriceLists(session, supplier).layout()
    looked, is_remembered = await asyncio.to_thread(
        _look, file, wanted.layout, remembered, supplier
    )
    async with database.transaction(tenant_id) as session:
        standing = await PriceLists(session, supplier).standing(looked.layout.fields)
    seen = Seen(file.name, file.content, looked.layout, wanted.starts, wanted.ends_gone)
    comparison = await asyncio.to_thread(_compared, seen, standing)
    if not comparison.steps and not comparison.unchanged:
        raise Refused(_nothing(file.name, comparison))
    async with database.transaction(tenant_id) as session:
        record = await PriceLists(session, supplier).keep(seen, standing, comparison, actor=actor)
    return Preview(record, supplier.name, looked, comparison, is_remembered)


async def supplier_called(database: Database, tenant_id: UUID, name: str) -> UUID:
    """Raises NotFound."""
    async with database.transaction(tenant_id) as session:
        return (await Suppliers(session, tenant_id).named(name)).id


async def import_previewed(
    database: Database, tenant_id: UUID, supplier_id: UUID, list_id: UUID, *, actor: str
) -> PriceListRecord:
    """Just what was previewed. Raises Outdated where that is not to be had any more."""
    async with database.transaction(tenant_id) as session:
        supplier = await Suppliers(session, tenant_id).get(supplier_id)
        lists = PriceLists(session, supplier)
        record = await lists.get(list_id)
        seen = _still_open(record)
        day = date.fromisoformat(record.found["day"])
        standing = await lists.standing(seen.layout.fields, day)
    if standing.revision != record.catalogue_revision:
        raise Outdated
    comparison = await asyncio.to_thread(_compared, seen, standing)
    async with database.transaction(tenant_id) as session:
        lists = PriceLists(session, await Suppliers(session, tenant_id).get(supplier_id))
        record = await lists.get(list_id, for_change=True)
        _still_open(record)
        await lists.import_(record, standing, comparison, actor=actor)
        counts = {name: record.found[name] for name in ("new", "changed", "gone")}
        note(session, tenant_id, actor, "catalogue.imported", record.filename, **counts)
        await session.flush()
        await queue.put(session, REACT, tenant_id=tenant_id)
    return record


def _still_open(record: PriceListRecord) -> Seen:
    if record.imported_at is not None:
        raise Refused(f"“{record.filename}” was imported already.")
    seen = seen_of(record)
    if seen is None:
        raise Outdated
    return seen


def _look(
    file: File, told: Layout | None, remembered: Layout | None, supplier: Supplier
) -> tuple[Looked, bool]:
    """By what is told, what is remembered, or what fits best: in this order."""
    is_costs = not supplier.is_own_products
    known = told or remembered
    sheet = known.sheet if known else ""
    try:
        looked = look(file.content, file.name, is_costs=is_costs, sheet=sheet, known=known)
    except UnreadablePriceList:
        if told or not remembered or not remembered.sheet:
            raise
        looked = look(file.content, file.name, is_costs=is_costs)
    if told is not None:
        return replace(looked, layout=told), False
    if remembered is None:
        return looked, False
    missing = [h for h in remembered.columns if h not in looked.headings]
    if missing and remembered.header_row is not None:
        remark = (
            f"The list no longer has the column “{missing[0]}” that was used before, so its "
            "columns were looked at anew: check them."
        )
        return replace(looked, remarks=(remark,)), False
    return replace(looked, layout=remembered), True


def _compared(seen: Seen, standing: Standing) -> Comparison:
    found = read_price_list(
        seen.content, seen.filename, currency=standing.terms.currency, layout=seen.layout
    )
    return compare(found, standing.known, standing.terms)


def _nothing(name: str, comparison: Comparison) -> str:
    first = comparison.rejected[0] if comparison.rejected else None
    why = f"; row {first.row_number}: {first.reason}" if first else ""
    return f"No row of {name} is a product{why}."


# --- as it is shown -----------------------------------------------------------------------


def as_row(preview: Preview) -> dict[str, Any]:
    """Counts, how the list was read, and the first of everything, jumps on top."""
    comparison, record = preview.comparison, preview.record
    return {
        "id": str(record.id),
        "supplier": preview.supplier,
        "filename": record.filename,
        "digest": record.digest,
        "catalogue_revision": record.catalogue_revision,
        "counts": comparison.counts(),
        "layout": preview.looked.layout.as_json(),
        "is_remembered": preview.is_remembered,
        "remarks": list(preview.looked.remarks),
        "sheets": list(preview.looked.sheets),
        "headings": list(preview.looked.headings),
        "sample": [list(row) for row in preview.looked.sample],
        **{kind.value: [_step_row(s) for s in comparison.of(kind)[:SHOWN]] for kind in Kind},
        "not_understood": [
            {"row": row.row_number, "reason": row.reason} for row in comparison.rejected[:SHOWN]
        ],
    }


def _step_row(step: Step) -> dict[str, Any]:
    return {
        "row": step.row_number,
        "code": step.code,
        "name": step.name,
        "old": _text(step.old),
        "new": _text(step.new),
        "percent": _text(step.percent),
        "is_jump": step.is_jump,
        "also": list(step.also),
    }


def _text(value: Any) -> str | None:
    return None if value is None else f"{value:f}"


def told(step: Step) -> str:
    """One product's change in a line."""
    if step.kind is Kind.NEW:
        return f"+ {step.code} {step.name}: {_text(step.new) or 'no price'}"
    if step.kind is Kind.GONE:
        return f"− {step.code} {step.name}: {_text(step.old) or 'no price'}, not in the list"
    percent = f" ({step.percent:+f} %)" if step.percent is not None else ""
    parts = []
    if step.old != step.new:
        parts.append(f"{_text(step.old) or 'no price'} → {_text(step.new) or 'no price'}{percent}")
    also = [name.replace("_", " ") for name in step.also]
    jump = " — more than 30 %, look twice" if step.is_jump else ""
    return f"{step.code} {step.name}: {', '.join(parts + also)}{jump}"


def columns(mapping: Mapping[str, str]) -> str:
    return ", ".join(f"{heading} → {field}" for heading, field in mapping.items())
