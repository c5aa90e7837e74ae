"""How a price list is read: signs, sheets, headings and columns as a person confirmed them."""

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest

from domain.catalogue.layout import Layout, UnfitLayout, decimal_sign, for_costs
from domain.catalogue.price_list import look, read_price_list
from domain.catalogue.sheets import UnreadablePriceList
from tests.domain.catalogue.test_price_list import workbook


def prices(content: bytes, layout: Layout | None = None) -> list[Decimal | None]:
    return [p.cost_price for p in read_price_list(content, "list.csv", layout=layout).products()]


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["1.234,50", "12,00", "7"], ","),
        (["1,234.50", "12.00"], "."),
        (["1.234", "2.500"], ""),
        (["12,5", "12.5"], ""),
        ([], ""),
    ],
)
def test_the_decimal_sign_of_a_column_is_told_only_where_all_agree(
    cells: list[str], sign: str
) -> None:
    assert decimal_sign(cells) == sign


def test_thousands_are_read_by_the_sign_of_the_column() -> None:
    """Alone, “1.234” would be one and a bit."""
    content = b"Code;Name;EK\nA;Panel;1.234\nB;Cable;12,50\n"
    assert prices(content) == [Decimal(1234), Decimal("12.50")]


def test_a_number_that_does_not_fit_the_lists_sign_is_no_price() -> None:
    layout = Layout({"Code": "code", "Name": "name", "EK": "cost_price"}, header_row=1, decimal=",")
    content = b"Code;Name;EK\nA;Panel;12,50\nB;Cable;1.50\n"
    found = read_price_list(content, "list.csv", layout=layout)
    assert [p.code for p in found.products()] == ["A"]
    assert "“1.50” is not a number" in found.rejected[0].reason


def test_a_workbooks_own_numbers_keep_their_point_whatever_the_lists_sign() -> None:
    content = workbook(("Code", "Name", "EK"), ("A", "Panel", 12.5), ("B", "Cable", "1.234,50"))
    layout = Layout({"Code": "code", "Name": "name", "EK": "cost_price"}, header_row=1, decimal=",")
    assert prices(content, layout) == [Decimal("12.5"), Decimal("1234.50")]


def test_a_sheet_is_read_by_its_name() -> None:
    from openpyxl import Workbook

    book = Workbook()
    first: Any = book.active
    first.title = "Terms"
    for n in range(9):
        first.append([f"Term {n}", "text"])
    second = book.create_sheet("Prices")
    second.append(["Code", "Name", "Cost"])
    second.append(["A", "Panel", 12])
    written = io.BytesIO()
    book.save(written)
    content = written.getvalue()
    assert look(content, "list.xlsx", sheet="Prices").layout.fields == {
        "code",
        "name",
        "cost_price",
    }
    layout = Layout({"Code": "code", "Name": "name", "Cost": "cost_price"}, "Prices", 1)
    assert prices(content, layout) == [Decimal(12)]
    with pytest.raises(UnreadablePriceList, match="no sheet “Old”; there is “Terms”, “Prices”"):
        look(content, "list.xlsx", sheet="Old")


def test_headings_that_moved_down_are_found_and_columns_may_be_numbered() -> None:
    layout = Layout({"Code": "code", "Name": "name", "Cost": "cost_price"}, header_row=1)
    assert prices(b"Valid 2026,,\nCode,Name,Cost\nA,Panel,3\n", layout) == [Decimal(3)]
    numbered = Layout({"column 1": "code", "column 3": "cost_price", "column 2": "name"})
    assert prices(b"A,Panel,3\n", numbered) == [Decimal(3)]


def test_a_suppliers_only_price_is_what_goods_cost() -> None:
    columns = {"Code": "code", "Price": "base_price"}
    assert for_costs(columns)["Price"] == "cost_price"
    both = columns | {"Net": "cost_price"}
    assert for_costs(both) == both


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"columns": {"A": "price of gold"}}, "no field “price of gold”"),
        ({"columns": {"A": "code", "B": "code"}}, "Two columns are “code”"),
        ({"columns": {"A": "cost_price"}}, "which column is the code"),
        ({"columns": {"A": "code"}, "decimal": ";"}, "decimal sign"),
        ({"columns": {"A": "code"}, "currency": "EURO"}, "three letters"),
    ],
)
def test_a_layout_that_no_list_can_be_read_with_is_refused(
    told: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UnfitLayout, match=reason):
        Layout.of_json(told)


def test_a_layout_is_the_same_after_it_was_kept() -> None:
    layout = Layout({"Code": "code"}, "Prices", 4, ",", "EUR")
    assert Layout.of_json(layout.as_json()) == layout


def test_formulas_are_not_run_and_their_saved_results_are_read() -> None:
    """openpyxl saves a formula without a result: it is a row without a price, not a number."""
    content = workbook(("Code", "Name", "Cost"), ("A", "Panel", "=1+1"), ("B", "Cable", 2))
    assert prices(content) == [None, Decimal(2)]


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(6):
            archive.writestr(f"xl/sheet{n}.xml", b"0" * 50_000_000)
    with pytest.raises(UnreadablePriceList, match="unpacks to more than 250 MB"):
        look(written.getvalue(), "bomb.xlsx")


def test_days_of_a_price_are_read_and_a_wrong_order_is_told() -> None:
    found = read_price_list(
        b"Code,Name,Cost,Valid from,Valid until\nA,P,1,2026-01-01,31.12.2026\n"
        b"B,P2,1,2026-05-01,2026-01-01\nC,P3,1,soon,\n",
        "list.csv",
    )
    (row,) = found.rows
    assert (str(row.valid_from), str(row.valid_until)) == ("2026-01-01", "2026-12-31")
    assert [bad.row_number for bad in found.rejected] == [3, 4]
    assert "ends (2026-01-01) before it begins" in found.rejected[0].reason
    assert "“soon” is no day" in found.rejected[1].reason
