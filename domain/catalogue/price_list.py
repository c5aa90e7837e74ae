"""A price list read: the products in it, and each row that cannot be one, with the reason.

Nothing is imported here. A row is either whole or rejected; of a code with two prices both rows
are rejected, since nobody but the supplier knows which is right.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from domain.catalogue import columns, sheets
from domain.catalogue.layout import Layout, Looked, decimal_sign, for_costs, place_of
from domain.catalogue.numbers import NotANumber, amount, day, rate, truth
from domain.catalogue.product import Product
from domain.catalogue.units import canonical

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A good row and its number in the file."""

    row_number: int
    product: Product
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    row_number: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PriceList:
    """`mapping`: a column's heading → the field it was taken for."""

    rows: tuple[ProductRow, ...]
    rejected: tuple[RejectedRow, ...]
    mapping: Mapping[str, str]
    headings: tuple[str, ...] = ()
    duplicates: int = 0
    """Rows left out because an equal one stands before them."""

    def products(self) -> tuple[Product, ...]:
        return tuple(row.product for row in self.rows)


class NoProductColumns(sheets.UnreadablePriceList):
    def __init__(self, name: str) -> None:
        super().__init__(name, "no column for a product's name or code was recognised; "
                               "name the columns code, name, base_price")  # fmt: skip


class _Unfit(Exception):
    """A row's defect, in words for a person."""


@dataclass(frozen=True, slots=True)
class _Reading:
    by_column: dict[int, str]
    currency: str
    decimal: str = ""


def read_price_list(
    content: bytes,
    name: str,
    *,
    currency: str = "GBP",
    layout: Layout | None = None,
) -> PriceList:
    """Reads CSV or xlsx; a `layout` is followed, without one all is guessed."""
    found = sheets.rows(content, name, layout.sheet if layout else "")
    how = layout or _seen(found).layout
    header = _header(found, how)
    headings = tuple(found[header][1:]) if header is not None else ()
    body = found[header + 1 :] if header is not None else found
    by_column = _by_column(headings, how)
    needed = {"code", "name", "part_number"} if headings else {"code"}
    if not needed & set(by_column.values()):
        raise NoProductColumns(name)
    good, rejected = _read_rows(body, _Reading(by_column, how.currency or currency, how.decimal))
    if "code" not in by_column.values():
        good = _with_own_codes(good)
    cells_of = {int(row[0]): tuple(row[1:]) for row in body}
    kept, conflicts, duplicates = _without_conflicts(good, cells_of)
    return PriceList(
        rows=tuple(kept),
        rejected=tuple(sorted(rejected + conflicts, key=lambda row: row.row_number)),
        mapping=MappingProxyType(_told(headings, by_column)),
        headings=headings,
        duplicates=duplicates,
    )


def look(
    content: bytes,
    name: str,
    *,
    is_costs: bool = False,
    sheet: str = "",
    known: Layout | None = None,
) -> Looked:
    """What a file looks like, and the layout that fits it best.

    `is_costs`: its only price is what the goods cost us. `known`: a layout it may follow, which
    says where its headings are.
    """
    seen = _seen(sheets.rows(content, name, sheet), sheet, known)
    columns_seen = seen.layout.columns
    told = MappingProxyType(for_costs(columns_seen) if is_costs else dict(columns_seen))
    layout = replace(seen.layout, columns=told)
    return replace(seen, layout=layout, sheets=sheets.names(content, name))


def _seen(found: list[list[str]], sheet: str = "", known: Layout | None = None) -> Looked:
    header = _header(found, known) if known else None
    if header is None:
        header = columns.header_row([row[1:] for row in found])
    headings = tuple(found[header][1:]) if header is not None else ()
    body = [row[1:] for row in (found[header + 1 :] if header is not None else found)][:200]
    by_column = columns.guess(headings, body) if headings else columns.guess_by_content(body)
    prices = [n for n, of in by_column.items() if of.endswith("_price")]
    written = [row[n] for row in body for n in prices if n < len(row)]
    layout = Layout(
        columns=MappingProxyType(_told(headings, by_column)),
        sheet=sheet,
        header_row=int(found[header][0]) if header is not None else None,
        decimal=decimal_sign([cell for cell in written if not isinstance(cell, sheets.Number)]),
    )
    sample = tuple(tuple(cell[:200] for cell in row[:50]) for row in body[:5])
    return Looked(layout, headings=headings, sample=sample)


def _header(found: list[list[str]], how: Layout) -> int | None:
    """Where the layout says; a few rows up or down where the headings have moved."""
    if how.header_row is None:
        return None
    known = set(how.columns)
    places = [n for n, row in enumerate(found[:15]) if known & set(row[1:])]
    told = [n for n, row in enumerate(found) if int(row[0]) == how.header_row]
    found_there = [n for n in told + places if known & set(found[n][1:])] or told
    return max(found_there, key=lambda n: len(known & set(found[n][1:])), default=None)


def _by_column(headings: tuple[str, ...], how: Layout) -> dict[int, str]:
    if headings:
        by_column: dict[int, str] = {}
        for n, heading in enumerate(headings):
            named = how.columns.get(heading) or how.columns.get(f"column {n + 1}")
            if named and named not in by_column.values():
                by_column[n] = named
        return by_column
    places = {place_of(heading): field for heading, field in how.columns.items()}
    return {place: field for place, field in places.items() if place is not None}


def _read_rows(body: list[list[str]], how: _Reading) -> tuple[list[ProductRow], list[RejectedRow]]:
    good, rejected = [], []
    for row in body:
        number, cells = int(row[0]), row[1:]
        try:
            good.append(_row(number, cells, how))
        except _Unfit as defect:
            rejected.append(RejectedRow(number, str(defect), tuple(cells)))
    return good, rejected


def _told(headings: tuple[str, ...], by_column: dict[int, str]) -> dict[str, str]:
    return {
        headings[n] if n < len(headings) else f"column {n + 1}": field
        for n, field in sorted(by_column.items())
    }


def _row(number: int, cells: list[str], how: _Reading) -> ProductRow:
    told = {field: cells[n] for n, field in how.by_column.items() if n < len(cells)}
    if any(len(value) > _LONGEST for value in told.values()):
        raise _Unfit(f"a cell is longer than {_LONGEST} characters")
    starts, ends = _day(told, "valid_from"), _day(told, "valid_until")
    if starts and ends and ends < starts:
        raise _Unfit(f"the price ends ({ends}) before it begins ({starts})")
    return ProductRow(number, _product(told, how), starts, ends)


def _product(told: dict[str, str], how: _Reading) -> Product:
    name, code = _named(told)
    cost, base = _price(told, "cost_price", how), _price(told, "base_price", how)
    product = Product(
        code=code,
        name=name,
        description=told.get("description", ""),
        category=told.get("category", ""),
        unit=canonical(told.get("unit", "")) or "each",
        cost_price=cost,
        base_price=base,
        supplier=told.get("supplier", ""),
        part_number=told.get("part_number", ""),
        is_service=_is_service(told),
        currency=told.get("currency", "").upper() or how.currency,
        floor_price=_price(told, "floor_price", how),
        pack_size=_price(told, "pack_size", how) or None,
    )
    tax = _tax(told)
    return product if tax is None else replace(product, tax_rate=tax)


def _named(told: dict[str, str]) -> tuple[str, str]:
    """(name, code): a list of devices has its code in the part number, or maker and model."""
    name, code = told.get("name", ""), told.get("code", "")
    if not name:
        raise _Unfit("the name is missing" if code else "neither code nor name")
    if "code" in told and not code:
        raise _Unfit("the code is missing")
    maker = told.get("supplier", "")
    if "code" not in told:
        code = told.get("part_number", "") or " ".join(part for part in (maker, name) if part)
        if maker and not name.casefold().startswith(maker.casefold()):
            name = f"{maker} {name}"
    return name, code


def _day(told: dict[str, str], field: str) -> date | None:
    text = told.get(field, "")
    try:
        return day(text)
    except NotANumber:
        raise _Unfit(f"{field.replace('_', ' ')} “{text}” is no day like 2026-12-31") from None


def _price(told: dict[str, str], field: str, how: _Reading) -> Decimal | None:
    text = told.get(field, "")
    try:
        value = amount(text, "" if isinstance(text, sheets.Number) else how.decimal)
    except NotANumber:
        raise _Unfit(f"{field.replace('_', ' ')} “{text}” is not a number") from None
    if value is not None and value < 0:
        raise _Unfit(f"{field.replace('_', ' ')} “{text}” is negative")
    return value


def _tax(told: dict[str, str]) -> Decimal | None:
    text = told.get("tax_rate", "")
    try:
        return rate(text)
    except NotANumber:
        raise _Unfit(f"tax rate “{text}” is not a rate between 0 and 100 %") from None


def _is_service(told: dict[str, str]) -> bool:
    text = told.get("is_service", "")
    value = truth(text)
    if value is None:
        raise _Unfit(f"is service “{text}” is neither yes nor no")
    return value


def _with_own_codes(good: list[ProductRow]) -> list[ProductRow]:
    """Of a list without codes: a part number that several models share is no code, the model is."""
    names: dict[str, set[str]] = defaultdict(set)
    for row in good:
        names[row.product.code.casefold()].add(row.product.name)
    return [
        row
        if len(names[row.product.code.casefold()]) == 1
        else replace(row, product=replace(row.product, code=row.product.name))
        for row in good
    ]


def _without_conflicts(
    good: list[ProductRow], cells_of: dict[int, tuple[str, ...]]
) -> tuple[list[ProductRow], list[RejectedRow], int]:
    """Equal rows once; two different prices for one code: neither."""
    by_code: dict[str, list[ProductRow]] = defaultdict(list)
    for row in good:
        by_code[row.product.code.casefold()].append(row)
    kept: list[ProductRow] = []
    conflicts: list[RejectedRow] = []
    duplicates = 0
    for rows in by_code.values():
        prices = {(row.product.cost_price, row.product.base_price) for row in rows}
        if len(prices) > 1:
            numbers = ", ".join(str(row.row_number) for row in rows)
            reason = f"code “{rows[0].product.code}” has different prices (rows {numbers})"
            conflicts += [RejectedRow(r.row_number, reason, cells_of[r.row_number]) for r in rows]
            continue
        whole = {replace(row.product, code="") for row in rows}
        if len(whole) > 1 and len({row.product.name for row in rows}) > 1:
            numbers = ", ".join(str(row.row_number) for row in rows)
            reason = f"code “{rows[0].product.code}” names different products (rows {numbers})"
            conflicts += [RejectedRow(r.row_number, reason, cells_of[r.row_number]) for r in rows]
            continue
        kept.append(rows[0])
        duplicates += len(rows) - 1
    kept.sort(key=lambda row: row.row_number)
    return kept, conflicts, duplicates


def rejected_as_csv(price_list: PriceList) -> str:
    """The rejected rows with their reasons, safe to open in a spreadsheet.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(["row", "reason", *map(safe, price_list.headings)])
    for row in price_list.rejected:
        writer.writerow([row.row_number, safe(row.reason), *map(safe, row.cells)])
    return written.getvalue()


def safe(cell: str) -> str:
    """Text that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
