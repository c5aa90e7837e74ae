"""What changed from one revision to the next, as a customer is told it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quotes.lifecycle.changes import Side, changes, side
from domain.quotes.pricing import QuoteLine, Tier, line_total, totals
from domain.quotes.writing.locales import HARD
from domain.quotes.writing.words import LANGUAGES
from domain.types import Money


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def line(code: str = "OUT", quantity: str = "24", discount: str = "0", **more: object) -> QuoteLine:
    number, price, less = Decimal(quantity), gbp("54"), gbp(discount)
    made = QuoteLine(
        code=code, description=f"Item {code}", quantity=number, unit="each", unit_price=price,
        discount=less, total=line_total(number, price, less), tax_rate=Decimal("0.20"),
        unit_cost=gbp("31.7"), supplier="Cablewise", words="secret words", rule="",
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def of(*lines: QuoteLine, revision: int = 1, text: str = "", until: date | None = None) -> Side:
    section = {"id": "notes", "title": "Access", "content": text, "origin": "person"}
    documents = {"overview": {"sections": [section] if text else []}}
    return side(revision, lines, totals(lines, "GBP").total, documents, until)


CASES = {
    "quantity": (
        of(line()), of(line(quantity="30")),
        ("Item OUT: 30 pcs instead of 24, £1,620.00.",
         "New total: £1,944.00 including VAT, £388.80 more than before."),
    ),
    "added and removed": (
        of(line()), of(line("PAN", "2")),
        ("New: 2 pcs Item PAN, £108.00.", "No longer included: Item OUT (£1,296.00).",
         "New total: £129.60 including VAT, £1,425.60 less than before."),
    ),
    "price": (
        of(line()), of(line(unit_price=gbp("52.5"), total=gbp("1260"))),
        ("Item OUT: £52.50 a unit instead of £54.00, £1,260.00.",
         "New total: £1,512.00 including VAT, £43.20 less than before."),
    ),
    "discount": (
        of(line()), of(line(discount="100")),
        ("Item OUT: £100.00 discount, £1,196.00.",
         "New total: £1,435.20 including VAT, £120.00 less than before."),
    ),
    "another discount": (
        of(line(discount="100")), of(line(discount="120")),
        ("Item OUT: £120.00 discount instead of £100.00, £1,176.00.",
         "New total: £1,411.20 including VAT, £24.00 less than before."),
    ),
    "no discount": (
        of(line(discount="100")), of(line()),
        ("Item OUT: no discount any more, £1,296.00.",
         "New total: £1,555.20 including VAT, £120.00 more than before."),
    ),
    "option": (
        of(line(), line("PAN", "1")), of(line(), line("PAN", "1", is_optional=True)),
        ("Item PAN: an option now, not included in the total.",
         "New total: £1,555.20 including VAT, £64.80 less than before."),
    ),
    "a new option": (
        of(line()), of(line(), line("PAN", "1", is_optional=True)),
        ("New: 1 pcs Item PAN, £54.00. Item PAN: an option now, not included in the total.",
         "The total stays £1,555.20 including VAT."),
    ),
    "alternative": (
        of(line(is_alternate=True)), of(line()),
        ("Item OUT: included in the total now, £1,296.00.",
         "New total: £1,555.20 including VAT, £1,555.20 more than before."),
    ),
    "tax": (
        of(line()), of(line(tax_rate=Decimal(0))),
        ("Item OUT: VAT 0% instead of 20%.",
         "New total: £1,296.00 including VAT, £259.20 less than before."),
    ),
    "words": (
        of(line(), text="Keys at the desk"),
        of(line(description="Double outlet"), text="No keys", until=date(2026, 12, 24)),
        ("“Item OUT” is now “Double outlet”.", "The text “Access” is different.",
         "The total stays £1,555.20 including VAT.", f"Valid until 24{HARD}December 2026."),
    ),
    "sites": (
        of(line(site="Leeds"), line(site="York")),
        of(line(site="Leeds"), line("OUT", "3", site="York")),
        ("Item OUT (York): 3 pcs instead of 24, £162.00.",
         "New total: £1,749.60 including VAT, £1,360.80 less than before."),
    ),
    "levels": (
        of(line(tier=Tier.BASIC), line(tier=Tier.STANDARD)),
        of(line(tier=Tier.BASIC), line("OUT", "25", tier=Tier.STANDARD)),
        ("Item OUT: 25 pcs instead of 24, £1,350.00.",
         "New total: £1,620.00 including VAT, £64.80 more than before."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_changed(case: str) -> None:
    old, new, told = CASES[case]
    assert changes(old, new, "en").sentences == told


def test_a_discount_that_grows_with_its_line_is_not_told() -> None:
    old, new = of(line(discount="129.60")), of(line(quantity="30", discount="162"))
    assert len(changes(old, new, "en").lines) == 1


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("de", f"Item OUT: 30 Stk. statt 24, 1.620,00{HARD}£."),
        ("fr", f"Item OUT : 30 u. au lieu de 24, 1{HARD}620,00{HARD}£."),
        ("nl", f"Item OUT: 30 st. in plaats van 24, £{HARD}1.620,00."),
    ],
)
def test_in_the_quotes_language(language: str, told: str) -> None:
    assert changes(of(line()), of(line(quantity="30")), language).lines == (told,)


_lines = st.lists(
    st.builds(
        line,
        st.sampled_from(["OUT", "PAN", "CAM"]),
        st.integers(1, 99).map(str),
        st.integers(0, 50).map(str),
        is_optional=st.booleans(),
        site=st.sampled_from(["", "Leeds"]),
    ),
    max_size=5,
)


@given(_lines, _lines, st.sampled_from(LANGUAGES))
def test_nothing_internal_is_told_in_any_language(
    old: list[QuoteLine], new: list[QuoteLine], language: str
) -> None:
    told = " ".join(changes(of(*old), of(*new), language).sentences)
    assert "Cablewise" not in told
    assert "31.7" not in told.replace(",", ".")
    assert "secret" not in told
    assert changes(of(*new), of(*new), language).lines == ()
