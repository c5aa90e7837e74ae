"""Workbooks (xlsx) and separated values as rows of text with the row's number in the file."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal

from domain.files.content import (
    LONGEST_CELL,
    MOST_LINES,
    FileText,
    Line,
    Part,
    Trouble,
    Unreadable,
    capped,
)

MOST_SHEETS = 40
MOST_STEPS = 1_100_000
"""Rows of a sheet that are looked at, empty ones too: a spreadsheet ends at 1,048,576."""
WIDEST = 200
_DELIMITERS = ",;\t|"


def workbook(content: bytes) -> FileText:
    """All sheets, the hidden ones marked; formulas as the values they were saved with."""
    from openpyxl import load_workbook

    _refuse_doctype(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            sheets = book.worksheets[:MOST_SHEETS]
            parts = [
                Part(
                    str(sheet.title),
                    tuple(_rows(sheet.iter_rows(values_only=True, max_col=WIDEST))),
                    is_table=True,
                    is_hidden=sheet.sheet_state != "visible",
                )
                for sheet in sheets
            ]
        finally:
            book.close()
    except Unreadable:
        raise
    except MemoryError as error:
        raise Unreadable(Trouble.TOO_LARGE, "it unpacks to more than can be read") from error
    except Exception as error:  # a broken file breaks the library in any of its parts
        raise Unreadable(Trouble.DAMAGED, "it is damaged") from error
    return capped([part for part in parts if part.lines])


def _refuse_doctype(content: bytes) -> None:
    """Office files have no document type; whoever adds one wants to define entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                if not entry.filename.endswith((".xml", ".rels")):
                    continue
                with archive.open(entry) as member:
                    head = member.read(65_536).replace(b"\x00", b"").upper()
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                    raise Unreadable(Trouble.DAMAGED, "it holds entities, which no office file has")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise Unreadable(Trouble.DAMAGED, "it is damaged") from error


def _rows(found: Iterable[tuple[object, ...]]) -> Iterable[Line]:
    kept = 0
    for number, row in enumerate(found, 1):
        if kept > MOST_LINES or number > MOST_STEPS:
            return
        cells = [_shown(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            kept += 1
            yield Line(f"row {number}", tuple(cells))


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}" if value == value else ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date | time):
        return value.isoformat()
    return " ".join(str(value).split())[:LONGEST_CELL]


def separated(content: bytes) -> FileText:
    """Any usual delimiter and encoding; the row's number is that of the line it begins in."""
    text, note = decoded(content)
    csv.field_size_limit(1_000_000)
    lines = []
    first = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text))
    try:
        for row in reader:
            cells = tuple(" ".join(cell.split())[:LONGEST_CELL] for cell in row[:WIDEST])
            if any(cells):
                lines.append(Line(f"row {first}", cells))
            if len(lines) > MOST_LINES:
                break
            first = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(Trouble.DAMAGED, f"its row {first} cannot be read") from error
    return capped([Part("", tuple(lines), is_table=True)], note)


def decoded(content: bytes) -> tuple[str, str]:
    """The text, and a note where its encoding had to be guessed."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace"), ""
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(content[:200_000], cp_isolation=_CODE_PAGES).best()
        encoding = best.encoding if best else "cp1252"
        note = f"read as {encoding}, since it is no UTF-8: check accents and signs"
        return content.decode(encoding, "replace"), note


_CODE_PAGES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "shift_jis", "gb18030", "big5"]


def delimiter(text: str) -> str:
    """The sign that cuts the first lines into the same number of cells, the most cells first."""
    sample = [line for line in text[:100_000].splitlines()[:30] if line.strip()]

    def steadiness(sign: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=sign)]
        except csv.Error:
            return 0.0, 0
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0), usual

    return max(_DELIMITERS, key=steadiness)
