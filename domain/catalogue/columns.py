"""Which column of a price list is what: by its heading, else by what stands in it."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources

from rapidfuzz import fuzz

from domain.catalogue.numbers import NotANumber, amount

_NUMERIC = frozenset({"cost_price", "base_price", "floor_price", "pack_size"})
CLOSE_ENOUGH = 86
EXACTLY = 100.0


@cache
def known_headings() -> dict[str, frozenset[str]]:
    """Field → the headings that name it."""
    text = resources.files(__package__).joinpath("headings.toml").read_text("utf-8")
    return {field: frozenset(words) for field, words in tomllib.loads(text).items()}


def plain(heading: str) -> str:
    decomposed = unicodedata.normalize("NFKD", heading.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub(r"\(.*?\)|[£€$]", " ", letters)).split())


def header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """The place of the row whose cells are headings, among the first fifteen."""
    best, place = 1, None
    for number, row in enumerate(rows[:15]):
        known = {field for cell in row if (field := _named(plain(cell))[0])}
        if len(known) > best and not any(_is_amount(cell) for cell in row if cell):
            best, place = len(known), number
    return place


def guess(headings: Sequence[str], sample: Sequence[Sequence[str]]) -> dict[int, str]:
    """Column → field. Each field once: the surest heading has it."""
    claims = []
    for column, heading in enumerate(headings):
        field, sureness = _named(plain(heading))
        if field and (sureness >= EXACTLY or _fits(field, _column(sample, column))):
            claims.append((sureness, -column, column, field))
    mapping: dict[int, str] = {}
    for _, _, column, field in sorted(claims, reverse=True):
        if field not in mapping.values() and column not in mapping:
            mapping[column] = field
    _second_choices(headings, mapping)
    return mapping


def _second_choices(headings: Sequence[str], mapping: dict[int, str]) -> None:
    """A list with a description and no name has its name there."""
    taken = set(mapping.values())
    if "name" not in taken and "description" in taken:
        column = next(c for c, field in mapping.items() if field == "description")
        mapping[column] = "name"
    if "code" not in taken and "part_number" not in taken:
        for column, heading in enumerate(headings):
            if column not in mapping and re.search(
                r"\b(?:no|nr|num\w*|code|ref)\b", plain(heading)
            ):
                mapping[column] = "code"
                return


def _named(heading: str) -> tuple[str, float]:
    """The field a heading names and how sure that is (0 to 100)."""
    if not heading:
        return "", 0.0
    if heading.replace(" ", "_") in known_headings():
        return heading.replace(" ", "_"), 101.0
    for field, words in known_headings().items():
        if heading in words:
            return field, 100.0
    scored = [
        (fuzz.ratio(heading, word), field)
        for field, words in known_headings().items()
        for word in words
    ]
    contained = [
        (90.0 + len(word) / 10, field)
        for field, words in known_headings().items()
        for word in words
        if len(word) >= 4 and re.search(rf"\b{re.escape(word)}\b", heading)
    ]
    best = max(scored + contained)
    return (best[1], best[0]) if best[0] >= CLOSE_ENOUGH else ("", 0.0)


def guess_by_content(sample: Sequence[Sequence[str]]) -> dict[int, str]:
    """Column → field of a list without headings: codes, the longest texts, the amounts."""
    width = max((len(row) for row in sample), default=0)
    amounts, texts, codes = [], [], []
    for column in range(width):
        cells = [cell for cell in _column(sample, column) if cell]
        if not cells:
            continue
        numeric = sum(_is_amount(cell) for cell in cells) / len(cells)
        if numeric > 0.8:
            amounts.append(column)
        elif all(" " not in cell for cell in cells) and any(re.search(r"\d", c) for c in cells):
            codes.append(column)
        else:
            texts.append((sum(map(len, cells)) / len(cells), column))
    mapping: dict[int, str] = {}
    if codes:
        mapping[codes[0]] = "code"
    texts.sort(reverse=True)
    for field, (_, column) in zip(("name", "description"), texts, strict=False):
        mapping[column] = field
    if amounts:
        mapping[amounts[-1]] = "base_price"
    if len(amounts) > 1:
        mapping[amounts[-2]] = "cost_price"
    return mapping


def _column(sample: Sequence[Sequence[str]], column: int) -> list[str]:
    return [row[column] for row in sample if column < len(row)]


def _fits(field: str, cells: list[str]) -> bool:
    """Whether what stands in the column can be the field: a price column holds some numbers."""
    filled = [cell for cell in cells if cell]
    if field not in _NUMERIC or not filled:
        return True
    return sum(_is_amount(cell) for cell in filled) >= len(filled) * 0.3


def _is_amount(cell: str) -> bool:
    try:
        return amount(cell) is not None
    except NotANumber:
        return False
