"""A price list's file as rows of text: CSV of any delimiter and encoding, or xlsx."""

import csv
import io
import zipfile
from collections.abc import Iterable
from decimal import Decimal

from domain.errors import Refused

LARGEST = 25 * 1024 * 1024
MOST_ROWS = 200_000
_DELIMITERS = ",;\t|"


class UnreadablePriceList(Refused):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The price list “{name}” cannot be read: {reason}.")


def rows(content: bytes, name: str) -> list[list[str]]:
    """All rows that hold something; the place in the list is not the row's number in the file.

    The first cell of every row is its number, from 1, as a spreadsheet shows it.
    """
    if len(content) > LARGEST:
        raise UnreadablePriceList(name, "it is larger than 25 MB")
    is_workbook = content[:4] == b"PK\x03\x04"
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadablePriceList(name, "it is an old .xls file; save it as .xlsx or CSV")
    found = _workbook(content, name) if is_workbook else _separated(content, name)
    numbered = [[str(n), *cells] for n, cells in found if any(cell.strip() for cell in cells)]
    if not numbered:
        raise UnreadablePriceList(name, "it is empty")
    return numbered


def _workbook(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _refuse_bomb(content, name)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise UnreadablePriceList(name, "it is no workbook") from error
    try:
        sheets = [_cells(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    finally:
        book.close()
    return max(sheets, key=len, default=[])


def _refuse_bomb(content: bytes, name: str) -> None:
    """A small file that unpacks to a huge one is refused before it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise UnreadablePriceList(name, "it is no workbook") from error
    if unpacked > 10 * LARGEST:
        raise UnreadablePriceList(name, "it unpacks to more than 250 MB")


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
        return f"{Decimal(repr(value)).normalize():f}"
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
