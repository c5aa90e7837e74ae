"""How a price list is to be read: sheet, headings, columns, decimal sign, currency."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Self

from domain.catalogue.columns import known_headings
from domain.errors import Refused

DECIMALS = ("", ".", ",")
_MOST_COLUMNS = 100
_POSITION = re.compile(r"column ([1-9]\d{0,2})")
_COMMA = re.compile(r"\d,(?:\d{1,2}|\d{4,})(?!\d)|\d\.\d{3},")
_POINT = re.compile(r"\d\.(?:\d{1,2}|\d{4,})(?!\d)|\d,\d{3}\.")


class UnfitLayout(Refused):
    pass


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns`: a column's heading, or “column 3” where there are none → a field of a product.

    `header_row`: its number as a spreadsheet shows it; None: the list has no headings.
    `decimal`: the sign before the pence; empty: told by each number.
    """

    columns: Mapping[str, str]
    sheet: str = ""
    header_row: int | None = None
    decimal: str = ""
    currency: str = ""

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.columns.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "sheet": self.sheet,
            "header_row": self.header_row,
            "decimal": self.decimal,
            "currency": self.currency,
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """Raises UnfitLayout for what no list can be read with."""
        columns = {str(heading): str(of) for heading, of in dict(kept["columns"]).items() if of}
        layout = cls(
            columns=MappingProxyType(columns),
            sheet=str(kept.get("sheet") or ""),
            header_row=kept.get("header_row"),
            decimal=str(kept.get("decimal") or ""),
            currency=str(kept.get("currency") or "").upper(),
        )
        _require_fit(layout)
        return layout


def _require_fit(layout: Layout) -> None:
    known = sorted(known_headings())
    if unknown := [name for name in layout.columns.values() if name not in known]:
        raise UnfitLayout(f"There is no field “{unknown[0][:40]}”: take of {', '.join(known)}.")
    twice = [name for name in layout.fields if list(layout.columns.values()).count(name) > 1]
    if twice:
        raise UnfitLayout(f"Two columns are “{min(twice)}”: leave one of them out.")
    if len(layout.columns) > _MOST_COLUMNS:
        raise UnfitLayout(f"A price list has at most {_MOST_COLUMNS} columns of use.")
    if not {"code", "name", "part_number"} & layout.fields:
        raise UnfitLayout("Say which column is the code, the part number or the name.")
    if layout.decimal not in DECIMALS:
        raise UnfitLayout("The decimal sign is “.” or “,”; leave it out to tell each number.")
    if layout.currency and not re.fullmatch("[A-Z]{3}", layout.currency):
        raise UnfitLayout("The currency has three letters, like EUR.")


def place_of(heading: str) -> int | None:
    """The column, from 0, that “column 3” means."""
    found = _POSITION.fullmatch(heading)
    return int(found[1]) - 1 if found else None


def decimal_sign(cells: Sequence[str]) -> str:
    """The sign that a column of prices is written with; empty where both or neither speak."""
    commas = sum(bool(_COMMA.search(cell)) for cell in cells)
    points = sum(bool(_POINT.search(cell)) for cell in cells)
    if commas and not points:
        return ","
    return "." if points and not commas else ""


def for_costs(columns: Mapping[str, str]) -> dict[str, str]:
    """A supplier's only price is what the goods cost us, whatever its heading says."""
    fields = set(columns.values())
    if "base_price" not in fields or "cost_price" in fields:
        return dict(columns)
    return {h: "cost_price" if f == "base_price" else f for h, f in columns.items()}


@dataclass(frozen=True, slots=True)
class Looked:
    """A file looked at: its sheets, headings and first rows, and how it is best read."""

    layout: Layout
    sheets: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()
    remarks: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"layout": self.layout.as_json()}
