"""The rows of a customer's table as what is wanted and how many."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bot.agents.quoting.files.columns import Columns, columns
from bot.agents.quoting.files.wire import ListLine, ListPart
from bot.agents.quoting.language.numbers import digits
from bot.agents.quoting.language.text import fold
from domain.catalogue.units import UNITS

_NUMBER = re.compile(r"^(?:x ?)?(\d+(?:[.,]\d+)*) ?(?:x|([a-z²]+)\.?)?$")
_SUM = re.compile(
    r"^(?:sub ?-?totals?|grand total|totals?|sum|summe|zwischensumme|gesamt\w*|netto\w*|brutto\w*"
    r"|mwst|vat|tva|iva|btw|totaal|totale|suma|somme|transport|carriage)\b(?![ -]?\w* (?:cam|cab))"
)


@dataclass(frozen=True, slots=True)
class WantedRow:
    """`words`: what is wanted; `is_open`: its quantity is not told as a number."""

    line: ListLine
    cited: str
    words: str
    quantity: Decimal | None = None
    unit: str = ""
    is_open: bool = False


def wanted(part: ListPart) -> Iterator[WantedRow]:
    """The rows that name a thing; headings, sums and rows of nothing left out."""
    found = columns([line.cells for line in part.lines])
    first = 0 if found.heading is None else found.heading + 1
    for line in part.lines[first:]:
        if row := _row(part, line, found):
            yield row


def _row(part: ListPart, line: ListLine, found: Columns) -> WantedRow | None:
    words = " ".join(_cell(line, at) for at in found.things if _cell(line, at))
    if not words or _SUM.match(fold(words)):
        return None
    cited = part.cited(line)
    if found.quantity is None:
        return WantedRow(line, cited, " ".join(cell for cell in line.cells if cell))
    told = fold(_cell(line, found.quantity))
    number = _NUMBER.match(told)
    unit = fold(_cell(line, found.unit)) if found.unit is not None else ""
    if number is None and not told and sum(bool(cell) for cell in line.cells) == 1:
        return None  # a heading between the rows
    quantity = digits(number[1]) if number else None
    if quantity == 0:
        return None
    unit = unit or (number[2] if number and number[2] else "")
    return WantedRow(line, cited, words, quantity, UNITS.get(unit.strip("."), ""), quantity is None)


def _cell(line: ListLine, at: int | None) -> str:
    return line.cells[at] if at is not None and at < len(line.cells) else ""
