"""Which column of a customer's list is what: by its heading in several languages, else by content.

Prices and totals that stand in the list are the customer's: they are found to be left out.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.agents.quoting.language.text import fold

HEADING_ROWS = 15
_NUMBER = re.compile(r"^(?:x ?)?(\d+(?:[.,]\d+)*) ?(?:x|([a-z²]+\.?))?$")
_MONEY = re.compile(r"[£$€]|\d[.,]\d{2}\b.*(?:gbp|eur|usd)|(?:gbp|eur|usd|chf) ?\d", re.IGNORECASE)
_CODE = re.compile(r"^(?=.*\d)[A-Za-z0-9][A-Za-z0-9./_+#-]{3,}$")
_CENTS = re.compile(r"^\d+[.,]\d{2}$")


@dataclass(frozen=True, slots=True)
class Columns:
    """`things`: those that say what is wanted, in the list's order."""

    things: tuple[int, ...]
    quantity: int | None = None
    unit: int | None = None
    heading: int | None = None
    """The place of the row of headings among the rows."""


@cache
def _words() -> dict[str, tuple[str, ...]]:
    text = (files(__package__) / "headings.toml").read_text("utf-8")
    return {field: tuple(words) for field, words in tomllib.loads(text).items()}


def columns(rows: Sequence[Sequence[str]]) -> Columns:
    heading = _heading(rows)
    if heading is None:
        return _by_content(rows)
    named = {at: field for at, cell in enumerate(rows[heading]) if (field := field_of(cell))}
    body = rows[heading + 1 :]
    quantity = _first(named, "quantity")
    things = tuple(at for at, field in sorted(named.items()) if field in {"thing", "code", "maker"})
    if not any(named[at] in {"thing", "code"} for at in things):
        things = tuple(sorted({*things, *_wordiest(body, set(named))}))
    if quantity is None:
        quantity = _by_content(body, apart=set(named)).quantity
    return Columns(things, quantity, _first(named, "unit"), heading)


def field_of(heading: str) -> str:
    """thing, code, maker, quantity, unit, price, position or other; empty: no heading known."""
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub(r"\(.*?\)", " ", fold(heading))).split())
    if not plain or len(plain) > 40:
        return ""
    for field, words in _words().items():
        if plain in words:
            return field
    for field in ("price", "quantity", "code", "unit", "thing", "maker"):
        if any(len(w) > 2 and re.search(rf"\b{re.escape(w)}\b", plain) for w in _words()[field]):
            return field
    return ""


def _heading(rows: Sequence[Sequence[str]]) -> int | None:
    best, place = 0, None
    for number, row in enumerate(rows[:HEADING_ROWS]):
        fields = [field_of(cell) for cell in row if cell]
        known = {field for field in fields if field}
        telling = known & {"thing", "code", "quantity"}
        if any(_NUMBER.match(fold(cell)) for cell in row if cell) or len(fields) < 2:
            continue
        if telling and len(known) >= 2 and len(known) > best:
            best, place = len(known), number
    return place


def _first(named: dict[int, str], field: str) -> int | None:
    return next((at for at, name in sorted(named.items()) if name == field), None)


def _by_content(rows: Sequence[Sequence[str]], apart: set[int] | None = None) -> Columns:
    """Codes and words say what; of the whole numbers, the first that does not just count up."""
    width = max((len(row) for row in rows), default=0)
    numbers: list[int] = []
    things: list[int] = []
    for at in range(width):
        cells = [row[at] for row in rows if at < len(row) and row[at]]
        if not cells or at in (apart or ()):
            continue
        share = sum(bool(_NUMBER.match(fold(cell))) for cell in cells) / len(cells)
        if share < 0.7:
            if not _is_money(cells):
                things.append(at)
        elif not _counts_up(cells) and not _is_money(cells):
            numbers.append(at)
    told = [at for at in things if _says_something(rows, at)]
    return Columns(tuple(told), numbers[0] if numbers else None)


def _is_money(cells: Sequence[str]) -> bool:
    signed = sum(bool(_MONEY.search(cell) or _CENTS.match(cell)) for cell in cells)
    return signed >= len(cells) * 0.6


def _counts_up(cells: Sequence[str]) -> bool:
    told = [cell.rstrip(".") for cell in cells]
    return len(told) > 1 and told == [
        str(n) for n in range(int_of(told[0]), int_of(told[0]) + len(told))
    ]


def int_of(cell: str) -> int:
    return int(cell) if cell.isdecimal() else -(10**9)


def _says_something(rows: Sequence[Sequence[str]], at: int) -> bool:
    cells = [row[at] for row in rows if at < len(row) and row[at]]
    letters = sum(len(cell) for cell in cells) / max(1, len(cells))
    return letters > 4 or sum(bool(_CODE.match(cell)) for cell in cells) > len(cells) / 2


def _wordiest(rows: Sequence[Sequence[str]], apart: set[int]) -> tuple[int, ...]:
    width = max((len(row) for row in rows), default=0)
    lengths = {
        at: sum(len(row[at]) for row in rows if at < len(row))
        for at in range(width)
        if at not in apart
    }
    best = max(lengths, key=lambda at: lengths[at], default=None)
    return () if best is None or not lengths[best] else (best,)
