"""A price list read: the products in it, and each row that cannot be one, with the reason.

Nothing is imported here. A row is either whole or rejected; of a code with two prices both rows
are rejected, since nobody but the supplier knows which is right.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from domain.catalogue import columns, sheets
from domain.catalogue.numbers import NotANumber, amount, rate, truth
from domain.catalogue.product import Product
from domain.catalogue.units import canonical

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A good row and its number in the file."""

    row_number: int
    product: Product


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


def read_price_list(
    content: bytes,
    name: str,
    *,
    currency: str = "GBP",
    mapping: Mapping[str, str] | None = None,
) -> PriceList:
    """Reads CSV or xlsx; `mapping` (heading → field) overrules the guess where it is given."""
    found = sheets.rows(content, name)
    header = _header(found, mapping)
    headings = tuple(found[header][1:]) if header is not None else ()
    body = found[header + 1 :] if header is not None else found
    by_column = _mapping(headings, [row[1:] for row in body[:200]], mapping)
    needed = {"code", "name", "part_number"} if headings else {"code"}
    if not needed & set(by_column.values()):
        raise NoProductColumns(name)
    good, rejected = [], []
    for row in body:
        number, cells = int(row[0]), row[1:]
        try:
            good.append(ProductRow(number, _product(cells, by_column, currency)))
        except _Unfit as defect:
            rejected.append(RejectedRow(number, str(defect), tuple(cells)))
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


def _header(found: list[list[str]], told: Mapping[str, str] | None) -> int | None:
    if told is None:
        return columns.header_row([row[1:] for row in found])
    return next((n for n, row in enumerate(found[:15]) if set(told) & set(row[1:])), None)


def _mapping(
    headings: tuple[str, ...], sample: list[list[str]], told: Mapping[str, str] | None
) -> dict[int, str]:
    if told:
        return {n: told[heading] for n, heading in enumerate(headings) if told.get(heading)}
    return columns.guess(headings, sample) if headings else columns.guess_by_content(sample)


def _told(headings: tuple[str, ...], by_column: dict[int, str]) -> dict[str, str]:
    return {
        headings[n] if n < len(headings) else f"column {n + 1}": field
        for n, field in sorted(by_column.items())
    }


def _product(cells: list[str], by_column: dict[int, str], currency: str) -> Product:
    told = {field: cells[n].strip() for n, field in by_column.items() if n < len(cells)}
    if any(len(value) > _LONGEST for value in told.values()):
        raise _Unfit(f"a cell is longer than {_LONGEST} characters")
    name, code = _named(told)
    cost, base = _price(told, "cost_price"), _price(told, "base_price")
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
        currency=told.get("currency", "").upper() or currency,
        floor_price=_price(told, "floor_price"),
        pack_size=_price(told, "pack_size") or None,
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


def _price(told: dict[str, str], field: str) -> Decimal | None:
    text = told.get(field, "")
    try:
        value = amount(text)
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
    writer.writerow(["row", "reason", *map(_safe, price_list.headings)])
    for row in price_list.rejected:
        writer.writerow([row.row_number, _safe(row.reason), *map(_safe, row.cells)])
    return written.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
