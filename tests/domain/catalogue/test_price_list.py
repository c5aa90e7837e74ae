"""Price lists: any sensible headings, every bad row told, nothing half read."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.layout import Layout
from domain.catalogue.price_list import PriceList, read_price_list, rejected_as_csv
from domain.catalogue.sheets import UnreadablePriceList
from domain.errors import Refused


def read(text: str, encoding: str = "utf-8") -> PriceList:
    return read_price_list(text.encode(encoding), "list.csv")


def workbook(*rows: tuple[Any, ...]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_the_projects_own_header_needs_no_guessing() -> None:
    header = ("code,name,description,category,unit,cost_price,base_price,supplier,part_number,"
              "is_service,tax_rate")  # fmt: skip
    found = read(f"{header}\nA1,Panel,24 port,Panels,each,34.00,54.00,Nor,NM-1,0,0.20\n")
    assert dict(found.mapping) == {field: field for field in header.split(",")}
    (made,) = found.products()
    assert (made.code, made.cost_price, made.base_price) == ("A1", Decimal(34), Decimal(54))
    assert (made.is_service, made.tax_rate, made.part_number) == (False, Decimal("0.20"), "NM-1")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Artikelnummer;Bezeichnung;EK;VK", "A1;Kabel;1.234,50;1.500,00"),
        ("Referencia\tNombre\tPrecio coste\tPVP", "A1\tCable\t1234,50\t1.500,00 €"),
        ("Item Code|Product|Trade|RRP", "A1|Cable|£1,234.50|£1,500.00"),
        ("Référence;Désignation;Prix d'achat;Prix de vente", "A1;Câble;1 234,50;1500"),
        ("SKU,Item description,Cost Price (GBP),Unit Price (£)", "A1,Cable,1234.5,1500"),
        ("Codice;Prodotto;Costo;Prezzo", "A1;Cavo;1234,5;1500,0"),
        ("Artikelcode;Omschrijving;Inkoopprijs;Verkoopprijs", "A1;Kabel;1234,50;1500"),
        ("Stock Code,Prodct Name,Purchase prise,Selling Price", "A1,Cable,1234.50,1500.00"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_headings_delimiters_numbers_and_encodings_are_guessed(
    header: str, row: str, encoding: str
) -> None:
    (made,) = read(f"{header}\n{row}\n", encoding).products()
    assert made.code == "A1"
    assert (made.cost_price, made.base_price) == (Decimal("1234.50"), Decimal(1500))


def test_a_list_without_headings_is_read_by_its_content() -> None:
    found = read("X-100,Patch panel 24 port,34.00,54.00\nX-200,Wall cabinet 9U,69,108\n")
    assert [(p.code, p.name, p.cost_price, p.base_price) for p in found.products()] == [
        ("X-100", "Patch panel 24 port", Decimal(34), Decimal(54)),
        ("X-200", "Wall cabinet 9U", Decimal(69), Decimal(108)),
    ]


def test_words_above_the_headings_are_skipped() -> None:
    found = read("Price list 2026,,\n,,\nCode,Name,Price\nA1,Panel,10\n")
    assert [p.code for p in found.products()] == ["A1"]
    assert found.rows[0].row_number == 4


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("B,Thing,abc,0.2", "base price “abc” is not a number"),
        ("B,Thing,-5,0.2", "base price “-5” is negative"),
        ("B,,5,0.2", "the name is missing"),
        (",Thing,5,0.2", "the code is missing"),
        ("B,Thing,5,300%", "tax rate “300%” is not a rate between 0 and 100 %"),
        ("B,Thing,1.2.3.x,0.2", "base price “1.2.3.x” is not a number"),
    ],
)
def test_a_bad_row_is_told_by_its_number_and_reason(row: str, reason: str) -> None:
    found = read(f"code,name,base_price,tax_rate\nA,Good,1,0.2\n{row}\nC,Good too,2,20%\n")
    assert [p.code for p in found.products()] == ["A", "C"]
    assert [(r.row_number, r.reason) for r in found.rejected] == [(3, reason)]


def test_two_prices_for_one_code_reject_both_rows() -> None:
    found = read("code,name,price\nA,Panel,10\nB,Cable,5\na,Panel,11\n")
    assert [p.code for p in found.products()] == ["B"]
    assert [r.row_number for r in found.rejected] == [2, 4]
    assert "different prices (rows 2, 4)" in found.rejected[0].reason


def test_equal_rows_are_taken_once() -> None:
    found = read("code,name,price\nA,Panel,10\nA,Panel,10.00\n")
    assert ([p.code for p in found.products()], found.duplicates) == (["A"], 1)


def test_a_list_of_devices_without_prices_makes_its_codes() -> None:
    text = ("manufacturer,model,part_number,u_height\n"
            "Acme,S24,AC-24-1,1\nAcme,S48,,1\nAcme,S8,AC-8,1\nAcme,S8 PoE,AC-8,1\n")  # fmt: skip
    found = read(text)
    assert [(p.code, p.name) for p in found.products()] == [
        ("AC-24-1", "Acme S24"), ("Acme S48", "Acme S48"),
        ("Acme S8", "Acme S8"), ("Acme S8 PoE", "Acme S8 PoE"),
    ]  # fmt: skip
    assert all(p.base_price is None and p.cost_price is None for p in found.products())


def test_a_workbook_is_read_from_its_fullest_sheet() -> None:
    content = workbook(
        ("Code", "Name", "Price", "VAT"), ("A1", "Panel", 54.1, 0.2), ("A2", "Lead", "2,50", "20%")
    )
    found = read_price_list(content, "list.xlsx")
    assert [(p.code, p.base_price, p.tax_rate) for p in found.products()] == [
        ("A1", Decimal("54.1"), Decimal("0.2")), ("A2", Decimal("2.50"), Decimal("0.2")),
    ]  # fmt: skip


def test_a_mapping_told_overrules_the_guess() -> None:
    content = b"Nr;Text;Neu;Alt\nA;Panel;12;10\n"
    told = Layout({"Nr": "code", "Text": "name", "Neu": "base_price"}, header_row=1)
    (made,) = read_price_list(content, "x.csv", layout=told).products()
    assert made.base_price == Decimal(12)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"PK\x03\x04broken", b"\x00\x01\x02binary", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
)
def test_an_unreadable_file_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(UnreadablePriceList, match="cannot be read"):
        read_price_list(content, "list.csv")


def test_a_file_without_products_is_refused() -> None:
    with pytest.raises(Refused, match="name the columns"):
        read("when,how\nnow,well\nthen,badly\n")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_rejected_rows_are_written_safe_for_spreadsheets(sign: str) -> None:
    found = read(f"code,name,price\nA,{sign}cmd|' /C calc'!A0,abc\n")
    header, row = csv.reader(io.StringIO(rejected_as_csv(found)))
    assert header == ["row", "reason", "code", "name", "price"]
    assert row[0] == "2"
    assert "is not a number" in row[1]
    assert row[3].startswith(f"'{sign}")


@given(st.binary(max_size=300))
def test_no_bytes_at_all_break_the_reader(content: bytes) -> None:
    try:
        found = read_price_list(content, "any.csv")
    except Refused:
        return
    assert all(p.code and p.name for p in found.products())
