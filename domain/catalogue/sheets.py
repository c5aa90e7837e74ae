"""A price list's file as rows of text: CSV of any delimiter and encoding, or xlsx."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from domain.errors import Refused

if TYPE_CHECKING:
    from openpyxl import Workbook

LARGEST = 25 * 1024 * 1024
MOST_ROWS = 200_000
_DELIMITERS = ",;\t|"


class UnreadablePriceList(Refused):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The price list “{name}” cannot be read: {reason}.")


class Number(str):
    """What a workbook holds as a number and not as text: always with a point."""

    __slots__ = ()


def rows(content: bytes, name: str, sheet: str = "") -> list[list[str]]:
    """All rows that hold something; the place in the list is not the row's number in the file.

    The first cell of every row is its number, from 1, as a spreadsheet shows it. `sheet`: of a
    workbook; empty: the longest.
    """
    is_workbook = _is_workbook(content, name)
    found = _workbook(content, name, sheet) if is_workbook else _separated(content, name)
    numbered = [[str(n), *cells] for n, cells in found if any(cell.strip() for cell in cells)]
    if not numbered:
        raise UnreadablePriceList(name, "it is empty")
    return numbered


def names(content: bytes, name: str) -> tuple[str, ...]:
    """The sheets of a workbook; none of CSV."""
    if not _is_workbook(content, name):
        return ()
    with _opened(content, name) as book:
        return tuple(book.sheetnames)


def _is_workbook(content: bytes, name: str) -> bool:
    if len(content) > LARGEST:
        raise UnreadablePriceList(name, "it is larger than 25 MB")
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadablePriceList(name, "it is an old .xls file; save it as .xlsx or CSV")
    return content[:4] == b"PK\x03\x04"


@contextmanager
def _opened(content: bytes, name: str) -> "Iterator[Workbook]":
    """With the results of formulas as they were saved; nothing is computed."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _refuse_bomb(content, name)
    broken = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except broken as error:
        raise UnreadablePriceList(name, "it is no workbook") from error
    try:
        yield book
    except broken as error:
        raise UnreadablePriceList(name, "a sheet in it is broken") from error
    finally:
        book.close()


def _workbook(content: bytes, name: str, sheet: str) -> list[tuple[int, list[str]]]:
    with _opened(content, name) as book:
        if sheet and sheet not in book.sheetnames:
            known = ", ".join(f"“{one}”" for one in book.sheetnames[:10])
            raise UnreadablePriceList(name, f"it has no sheet “{sheet}”; there is {known}")
        wanted = [one for one in book.worksheets if not sheet or one.title == sheet]
        return max((_cells(one.iter_rows(values_only=True)) for one in wanted),
                   key=len, default=[])  # fmt: skip


def _refuse_bomb(content: bytes, name: str) -> None:
    """A small file that unpacks to a huge one is refused before it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
    except zipfile.BadZipFile as error:
        raise UnreadablePriceList(name, "it is no workbook") from error
    if unpacked > 10 * LARGEST:
        raise UnreadablePriceList(name, "it unpacks to more than 250 MB")
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadablePriceList(name, "it is locked by a password; save it without one")


def _cells(found: Iterable[tuple[object, ...]]) -> list[tuple[int, list[str]]]:
    listed = []
    for number, row in enumerate(found, start=1):
        if number > MOST_ROWS:
            break
        cells = [_text(value) for value in row]
        if any(cells):
            listed.append((number, cells))
    return listed


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return Number(f"{Decimal(repr(value)).normalize():f}")
    return str(value).strip()


def _separated(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    text = _decoded(content, name)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if len(found) >= MOST_ROWS:
                break
            found.append((reader.line_num, [cell.strip() for cell in row]))
    except csv.Error as error:
        raise UnreadablePriceList(name, f"line {reader.line_num}: {error}") from error
    return found


def _decoded(content: bytes, name: str) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    if b"\x00" in content[:4096]:
        raise UnreadablePriceList(name, "it is neither CSV nor a workbook")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The sign that cuts the first lines into the same number of cells, the most cells first."""
    sample = [line for line in text.splitlines()[:30] if line.strip()]

    def steadiness(sign: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(sample, delimiter=sign)]
        widest = max(widths, default=1)
        if widest < 2:
            return 0.0, 0
        usual = max(set(widths), key=widths.count)
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0), usual

    return max(_DELIMITERS, key=steadiness)
