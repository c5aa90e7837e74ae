"""An accepted quote as an invoice to import: to the penny, in each program's columns."""

import csv
import io
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quotes.handover.formats import QUICKBOOKS, XERO, NoTaxType, quickbooks, xero
from domain.quotes.handover.invoice import Customer, Invoice, invoice_lines
from domain.quotes.handover.sheet import as_csv, cell
from domain.quotes.money.treatment import Treatment
from domain.quotes.pricing import QuoteLine, line_total, totals
from domain.tenants.settings import Handover
from domain.types import Money

REDUCED = Decimal("0.05")


def line(
    quantity: str, price: str, discount: str = "0", rate: str = "0.20", **more: object
) -> QuoteLine:
    money, off = Money(Decimal(price)), Money(Decimal(discount))
    fields: dict[str, object] = {"description": "Cat6 double outlet", "code": "OUT"} | more
    return QuoteLine(
        quantity=Decimal(quantity),
        unit="each",
        unit_price=money,
        discount=off,
        total=line_total(Decimal(quantity), money, off),
        tax_rate=Decimal(rate),
        **fields,  # type: ignore[arg-type]
    )


def invoice(*lines: QuoteLine, name: str = "Dental Harbour LLP") -> Invoice:
    return Invoice(
        "QT-20261125-0007",
        "PO 4471",
        Customer(name, "priya@dental.example", ("3 Mill Lane", "Bath")),
        date(2026, 11, 25),
        date(2026, 12, 25),
        "GBP",
        tuple(invoice_lines(lines, "GBP", REDUCED)),
        totals(lines, "GBP"),
    )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_xero_gets_its_sales_template() -> None:
    made = invoice(line("24", "54"), line("2", "45.5", rate="0.05", category="Labour"))
    settings = Handover(account_code="200", labour_account_code="210", with_item_codes=True)
    content = xero(made, settings, "GB")
    assert tuple(next(csv.reader(io.StringIO(content)))) == XERO
    first, second = rows(content)
    assert first == dict.fromkeys(XERO, "") | {
        "*ContactName": "Dental Harbour LLP",
        "EmailAddress": "priya@dental.example",
        "POAddressLine1": "3 Mill Lane",
        "POAddressLine2": "Bath",
        "*InvoiceNumber": "QT-20261125-0007",
        "Reference": "PO 4471",
        "*InvoiceDate": "25/11/2026",
        "*DueDate": "25/12/2026",
        "Total": "1650.75",
        "InventoryItemCode": "OUT",
        "*Description": "Cat6 double outlet",
        "*Quantity": "24",
        "*UnitAmount": "54",
        "*AccountCode": "200",
        "*TaxType": "20% (VAT on Income)",
        "TaxAmount": "259.20",
        "Currency": "GBP",
    }
    assert (second["*AccountCode"], second["*TaxType"]) == ("210", "5% (VAT on Income)")


def test_quickbooks_gets_its_columns_and_america_its_own() -> None:
    made = invoice(line("24", "54", "81"), line("1", "10", rate="0"))
    content = quickbooks(made, Handover(quickbooks_item="Sales"), "GB")
    assert tuple(next(csv.reader(io.StringIO(content)))) == QUICKBOOKS
    first, second = rows(content)
    assert first["ItemDescription"] == ("Cat6 double outlet: 24 each × 54.00 GBP, less 81.00 GBP")
    assert (first["ItemQuantity"], first["ItemRate"], first["*ItemAmount"]) == (
        "1", "1215.00", "1215.00",
    )  # fmt: skip
    assert (first["*ItemTaxCode"], second["*ItemTaxCode"]) == ("20.0% S", "0.0% Z")
    american = rows(quickbooks(made, Handover(), "US"))
    assert american[0]["*InvoiceDate"] == "11/25/2026"
    assert (american[0]["Taxable"], american[0]["TaxRate"]) == ("Y", "20%")
    assert american[1]["Taxable"] == "N"


def test_a_tax_type_that_nobody_has_named_is_asked_for() -> None:
    made = invoice(line("1", "10", rate="0", tax_treatment=Treatment.REVERSE_CHARGE))
    with pytest.raises(NoTaxType, match=r"handover\.xero_tax_types\.reverse_charge"):
        xero(made, Handover(), "GB")
    with pytest.raises(NoTaxType):
        quickbooks(invoice(line("1", "10")), Handover(), "DE")
    named = Handover(xero_tax_types={"reverse_charge": "Zero Rated EC Services"})
    assert rows(xero(made, named, "GB"))[0]["*TaxType"] == "Zero Rated EC Services"


@pytest.mark.parametrize("text", ["=1+1", "+44 7700", "-x", "@SUM(A1)", "\t=1", "\r=1"])
def test_nothing_of_a_customers_runs_in_a_spreadsheet(text: str) -> None:
    made = invoice(line("1", "10", description=text), name=text)
    first = rows(xero(made, Handover(), "GB"))[0]
    assert first["*ContactName"].startswith("'")
    assert first["*Description"].startswith("'")
    assert cell("-12.50") == "-12.50"
    assert as_csv(("a",), [('x,"y"\nz',)]) == 'a\r\n"x,""y"" z"\r\n'


@given(
    st.lists(
        st.tuples(
            st.decimals("0.25", "999", places=2),
            st.decimals("0.01", "9999", places=5),
            st.decimals("0", "50", places=2),
            st.sampled_from(["0.20", "0.05", "0", "0.055"]),
        ),
        min_size=1,
        max_size=15,
    )
)
def test_every_amount_is_the_quotes_to_the_penny(
    given_lines: list[tuple[Decimal, Decimal, Decimal, str]],
) -> None:
    lines = [line(str(q), str(p), str(d), rate) for q, p, d, rate in given_lines]
    made = invoice(*lines)
    penny = Decimal("0.01")
    for one, own in zip(made.lines, lines, strict=True):
        again = (one.quantity * one.unit_price).quantize(penny, ROUND_HALF_UP)
        assert again == one.amount.amount == own.total.amount
        assert abs(one.tax.amount - own.total.amount * own.tax_rate) <= penny
    assert sum(one.amount.amount for one in made.lines) == made.totals.subtotal.amount
    assert sum(one.tax.amount for one in made.lines) == made.totals.tax.amount
