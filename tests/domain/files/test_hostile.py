"""Files made to break their reader: each ends in a reason, none in an exception."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.files.content import MOST_LINES, FileText, Trouble, Unreadable
from domain.files.reading import read
from tests.domain.files import making

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)


def refused(content: bytes, name: str = "x") -> Trouble:
    with pytest.raises(Unreadable) as caught:
        read(content, name, "")
    assert caught.value.reason
    return caught.value.trouble


def replaced(content: bytes, member: str, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return making.zipped({**entries, member: new})


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = making.zipped({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": bytes(200 << 20)})
    assert len(bomb) < 1 << 20
    assert refused(bomb) is Trouble.TOO_LARGE


def test_a_zip_of_thousands_of_entries_is_refused() -> None:
    assert refused(making.zipped({f"{n}.xml": b"" for n in range(3000)})) is Trouble.TOO_LARGE


def test_billion_laughs_in_a_document_is_refused() -> None:
    assert refused(making.docx(making.paragraph("&d;"), LAUGHS)) is Trouble.DAMAGED


def test_billion_laughs_in_a_workbook_is_refused() -> None:
    book = making.workbook({"S": [["x", 1]]})
    laughing = f'<?xml version="1.0"?>{LAUGHS}<sst><si><t>&d;</t></si></sst>'.encode()
    assert refused(replaced(book, "xl/sharedStrings.xml", laughing)) is Trouble.DAMAGED


def test_a_file_of_the_machine_is_never_read_through_an_entity() -> None:
    prologue = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    assert refused(making.docx(making.paragraph("&e;"), prologue)) is Trouble.DAMAGED


def test_a_million_cells_are_cut_and_the_cut_is_told() -> None:
    rows = b"".join(b"%d,item %d,3,4,5\n" % (n, n) for n in range(200_000))
    found = read(rows, "big.csv", "")
    assert len(list(found.lines)) == MOST_LINES
    assert f"only its first {MOST_LINES} lines" in found.note


def test_a_sheet_that_claims_to_be_endless_is_read_for_what_it_holds() -> None:
    book = making.workbook({"S": [["Dome camera", 20]]})
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    far = sheet.replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    found = read(replaced(book, "xl/worksheets/sheet1.xml", far), "x.xlsx", "")
    assert next(iter(found.lines)).cells == ("Dome camera", "20")


def test_a_document_nested_without_end_is_refused() -> None:
    assert refused(making.docx("<w:tbl>" * 3000 + "</w:tbl>" * 3000)) is Trouble.TOO_LARGE


def test_a_locked_pdf_and_a_locked_workbook_say_that_they_are_locked() -> None:
    assert refused(making.pdf(["secret"], password="1234")) is Trouble.LOCKED
    locked = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    )
    assert refused(locked, "x.xlsx") is Trouble.LOCKED


def test_a_scan_says_that_it_holds_no_text() -> None:
    assert refused(making.pdf([])) is Trouble.NO_TEXT


def test_a_broken_pdf_is_damaged() -> None:
    whole = making.pdf(["text"])
    assert refused(b"%PDF-1.7\n" + bytes(range(200))) is Trouble.DAMAGED
    assert refused(whole[: len(whole) // 3]) in {Trouble.DAMAGED, Trouble.NO_TEXT}


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_a_cut_off_office_file_ends_in_a_reason(kind: str) -> None:
    whole = making.workbook({"S": [["a", 1]]})
    content = whole if kind == "xlsx" else making.docx(making.paragraph("a"))
    for length in range(30, len(content), 97):
        assert refused(content[:length], f"x.{kind}")


BOOK = making.workbook({"S": [["Dome camera", 20], ["Cabinet", 1]]})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 255)), min_size=1, max_size=20))
def test_a_damaged_workbook_never_raises_anything_else(blows: list[tuple[int, int]]) -> None:
    whole = bytearray(BOOK)
    for place, value in blows:
        whole[place % len(whole)] = value
    with suppress(Unreadable):
        assert isinstance(read(bytes(whole), "x.xlsx", ""), FileText)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["csv", "txt", "html", "pdf", "docx"]))
def test_any_bytes_end_in_text_or_in_a_reason(content: bytes, ending: str) -> None:
    with suppress(Unreadable):
        assert read(content, f"x.{ending}", "").parts
