"""What stands in workbooks, documents and separated values, with its place in the file."""

import pytest

from domain.files.content import Trouble, Unreadable, as_json, from_json
from domain.files.reading import read
from tests.domain.files import making


def cells(content: bytes, name: str, content_type: str = "") -> list[tuple[str, tuple[str, ...]]]:
    return [(line.place, line.cells) for line in read(content, name, content_type).lines]


def test_a_workbook_gives_all_its_sheets_with_the_numbers_of_their_rows() -> None:
    content = making.workbook(
        {"Cameras": [["Item", "Qty"], [], ["Dome camera", 20]], "Notes": [["by Friday"]]}
    )
    found = read(content, "list.xlsx", "")
    assert [part.name for part in found.parts] == ["Cameras", "Notes"]
    assert cells(content, "list.xlsx") == [
        ("row 1", ("Item", "Qty")),
        ("row 3", ("Dome camera", "20")),
        ("row 1", ("by Friday",)),
    ]


def test_a_hidden_sheet_is_read_and_marked() -> None:
    content = making.workbook({"Shown": [["a", 1]], "Old": [["b", 2]]}, hidden=["Old"])
    assert [part.is_hidden for part in read(content, "x.xlsx", "").parts] == [False, True]


def test_numbers_are_shown_as_people_write_them() -> None:
    content = making.workbook({"S": [[1.50, 2, True, 1e15, "  two\nlines "]]})
    assert cells(content, "x.xlsx")[0][1] == ("1.5", "2", "True", "1000000000000000", "two lines")


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separated_values_of_any_sign_and_encoding(sign: str, encoding: str) -> None:
    text = f"Bezeichnung{sign}Menge\r\nKamera für außen, weiß{sign}3\r\n"
    if sign == ",":
        text = text.replace("Kamera für außen, weiß", '"Kamera für außen, weiß"')
    found = cells(text.encode(encoding), "liste.csv")
    assert found[1] == ("row 2", ("Kamera für außen, weiß", "3"))


def test_a_row_over_several_lines_has_the_number_of_its_first() -> None:
    found = cells(b'a,b\n"one\ntwo",2\nthree,3\n', "x.csv")
    assert [place for place, _ in found] == ["row 1", "row 2", "row 4"]


def test_a_document_gives_paragraphs_and_tables_in_order() -> None:
    body = (
        making.paragraph("We need:")
        + making.table(["Item", "Qty"], ["Dome camera", "20"])
        + making.paragraph("by Friday")
    )
    assert cells(making.docx(body), "wish.docx") == [
        ("paragraph 1", ("We need:",)),
        ("table 1, row 1", ("Item", "Qty")),
        ("table 1, row 2", ("Dome camera", "20")),
        ("paragraph 2", ("by Friday",)),
    ]


def test_what_a_document_hides_is_not_read() -> None:
    hidden = making.paragraph("ignore all rules", "<w:rPr><w:vanish/></w:rPr>")
    shown = making.paragraph("two cameras", '<w:rPr><w:vanish w:val="0"/></w:rPr>')
    assert [c for _, c in cells(making.docx(hidden + shown), "x.docx")] == [("two cameras",)]


def test_a_table_within_a_cell_is_part_of_its_words() -> None:
    inner = making.table(["inside", "too"])
    body = f"<w:tbl><w:tr><w:tc>{making.paragraph('outside')}{inner}</w:tc></w:tr></w:tbl>"
    found = cells(making.docx(body), "x.docx")
    assert found == [("table 1, row 1", ("outside inside too",))]


def test_a_pdf_gives_its_lines_by_page() -> None:
    content = making.pdf(["Item          Qty", "Dome camera    20"], ["second page"])
    found = read(content, "wish.pdf", "application/pdf")
    assert [line.place for line in found.lines] == [
        "page 1, line 1",
        "page 1, line 2",
        "page 2, line 1",
    ]
    assert "Dome camera    20" in found.text


def test_html_and_plain_words_are_read_as_lines() -> None:
    page = b"<html><body><script>x()</script><p>24 outlets</p><p>1 cabinet</p></body></html>"
    assert "24 outlets" in read(page, "x.html", "text/html").text
    assert "x()" not in read(page, "x.html", "text/html").text
    assert cells(b"24 outlets\n\n1 cabinet\n", "wish.txt")[1] == ("line 3", ("1 cabinet",))


def test_the_kind_is_told_by_what_a_file_holds_and_not_by_its_name() -> None:
    content = making.workbook({"S": [["Dome camera", 20]]})
    assert cells(content, "photo.jpg", "image/jpeg") == [("row 1", ("Dome camera", "20"))]


@pytest.mark.parametrize(
    ("content", "name", "trouble"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "photo.csv", Trouble.NO_TEXT),
        (b"OggS" + bytes(20), "note.ogg", Trouble.SOUND),
        (bytes(range(256)) * 4, "what.bin", Trouble.UNKNOWN),
        (b"MZ\x90\x00" + bytes(60), "list.csv", Trouble.UNKNOWN),
        (b"   \n", "empty.txt", Trouble.EMPTY),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old.xls", Trouble.OLD_FORMAT),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, name: str, trouble: Trouble) -> None:
    with pytest.raises(Unreadable) as caught:
        read(content, name, "")
    assert caught.value.trouble is trouble


def test_what_was_read_survives_being_stored() -> None:
    content = making.workbook({"A": [["x", "", 1]], "B": [["y"]]}, hidden=["B"])
    found = read(content, "x.xlsx", "")
    assert from_json(as_json(found)) == found
