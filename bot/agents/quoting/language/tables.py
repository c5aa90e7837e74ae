"""Tables pasted as text: pipes, tabs, columns by blanks, separated values."""

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from bot.agents.quoting.language.layout import Line
from bot.agents.quoting.language.numbers import digits
from bot.agents.quoting.vocabulary import pattern
from domain.catalogue.units import UNITS

_POSITION = re.compile(r"^(?:no|nr|number)\b\.?$")
_NUMBER = re.compile(r"^\D{0,2}(\d+(?:[.,]\d+)?)\s*([a-z]+\.?)?\s*$")
_RULE = re.compile(r"^[\s|:+=_-]+$")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what is wanted, how many, in which unit."""

    description: str
    quantity: Decimal | None
    unit: str
    start: int
    end: int
    is_open: bool = False
    """The quantity's cell holds words ("tbc")."""


def find(found: list[Line]) -> tuple[list[Row], list[Line]]:
    """The rows of all tables, and the lines that belong to none."""
    rows: list[Row] = []
    rest: list[Line] = []
    index = 0
    while index < len(found):
        count, cells = _block(found, index)
        if count < 2:
            rest.append(found[index])
            index += 1
            continue
        rows += _rows(found[index : index + count], cells)
        index += count
    return rows, rest


def _block(found: list[Line], index: int) -> tuple[int, list[list[str]]]:
    """How many lines from here on share a way of separating cells."""
    for split in (_by_pipe, _by_tab, _by_semicolon, _by_blanks, _by_comma):
        cells: list[list[str]] = []
        for line in found[index:]:
            parts = split(line.text)
            if _RULE.match(line.text) and cells:
                cells.append([])
                continue
            if len(parts) < 2 or (cells and not _alike(cells, parts)):
                break
            cells.append(parts)
        if len(cells) >= 2 and _is_table(cells):
            return len(cells), cells
    return 0, []


def _alike(cells: list[list[str]], parts: list[str]) -> bool:
    widths = [len(row) for row in cells if row]
    return not widths or abs(widths[0] - len(parts)) <= 1


def _is_table(cells: list[list[str]]) -> bool:
    rows = [row for row in cells if row]
    if any(pattern("quantity").match(cell) for cell in rows[0]):
        return True
    numeric = Counter(n for row in rows for n, cell in enumerate(row) if _NUMBER.match(cell))
    wordy = any(len(cell) > 8 for cell in rows[0])
    return wordy and bool(numeric) and max(numeric.values()) >= max(2, len(rows) - 1)


def _by_pipe(text: str) -> list[str]:
    if "|" not in text:
        return []
    return [cell.strip() for cell in text.strip().strip("|").split("|")]


def _by_tab(text: str) -> list[str]:
    return [c.strip() for c in re.split(r"\t+", text)] if "\t" in text else []


def _by_blanks(text: str) -> list[str]:
    parts = [c.strip() for c in re.split(r"(?:\s{3,}|\s*\.{3,}\s*|\s{2,})", text)]
    return parts if len(parts) > 1 and all(parts) else []


def _by_semicolon(text: str) -> list[str]:
    return [cell.strip().strip('"') for cell in text.split(";")] if ";" in text else []


def _by_comma(text: str) -> list[str]:
    parts = [cell.strip().strip('"') for cell in re.split(r",(?!\s)", text)]
    return parts if len(parts) > 1 else []


def _rows(lines: list[Line], cells: list[list[str]]) -> list[Row]:
    header = cells[0] if _is_header(cells[0]) else []
    body = [
        (line, row) for line, row in zip(lines, cells, strict=True) if row and row is not header
    ]
    quantity = _quantity_column(header, [row for _, row in body])
    unit = next((n for n, cell in enumerate(header) if pattern("unit").match(cell)), None)
    made = [_row(line, row, header, quantity, unit) for line, row in body]
    return [row for row in made if row.description]


def _is_header(row: list[str]) -> bool:
    named = [
        c
        for c in row
        if pattern("quantity").match(c)
        or pattern("description").match(c)
        or pattern("unit").match(c)
    ]
    return bool(named) and not any(_NUMBER.match(cell) for cell in row)


def _quantity_column(header: list[str], body: list[list[str]]) -> int | None:
    named = [n for n, cell in enumerate(header) if pattern("quantity").match(cell)]
    if named:
        return next((n for n in named if not _POSITION.match(header[n])), named[0])
    width = max((len(row) for row in body), default=0)
    columns = [n for n in range(width) if _share(body, n) >= 0.7]
    if len(columns) > 1 and _counts_up(body, columns[0]):
        columns = columns[1:]
    return columns[-1] if columns and columns[-1] != 0 else (columns[0] if columns else None)


def _share(body: list[list[str]], column: int) -> float:
    numeric = sum(1 for row in body if column < len(row) and _NUMBER.match(row[column]))
    return numeric / max(1, len(body))


def _counts_up(body: list[list[str]], column: int) -> bool:
    values = [row[column] for row in body if column < len(row)]
    return values == [str(n) for n in range(1, len(values) + 1)]


def _row(
    line: Line, row: list[str], header: list[str], quantity: int | None, unit: int | None
) -> Row:
    cell = row[quantity] if quantity is not None and quantity < len(row) else ""
    number = _NUMBER.match(cell)
    told_unit = row[unit] if unit is not None and unit < len(row) else (number and number[2]) or ""
    words = [
        text
        for n, text in enumerate(row)
        if n not in (quantity, unit)
        and not _is_reference(text, header[n] if n < len(header) else "")
    ]
    return Row(
        description=" ".join(words).strip(),
        quantity=digits(number[1]) if number else None,
        unit=UNITS.get(told_unit.strip("."), "") if told_unit else "",
        start=line.start,
        end=line.end,
        is_open=bool(cell) and number is None,
    )


def _is_reference(text: str, title: str) -> bool:
    """A running number or a reference like A1 or 3.2: says nothing of the thing."""
    if title and (pattern("description").match(title) and len(text) > 3):
        return False
    return bool(re.match(r"^[a-z]?\d{0,3}[.)]?\d{0,2}$|^pos\.?\s?\d+$", text)) or not text
