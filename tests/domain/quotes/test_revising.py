"""A person changes a draft: code prices it again, labour follows, the floor holds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.product import Catalogue, Product
from domain.errors import Refused
from domain.quotes.drafting import draft
from domain.quotes.norms import INSTALLER_NORMS
from domain.quotes.pricing import QuoteLine
from domain.quotes.request import QuoteRequest, RequestedItem
from domain.quotes.revising import Change, ImpossibleQuantity, UnderFloor, difference, revised
from domain.types import utc_now

OUTLET = Product("OUT", "Double outlet", category="Cabling", base_price=Decimal(54),
                 floor_price=Decimal(50))  # fmt: skip
PANEL = Product("PAN", "Patch panel", category="Cabinets", base_price=Decimal(46))
CATALOGUE = Catalogue((OUTLET, PANEL), norms=INSTALLER_NORMS)


def lines(*, is_installation: bool = False) -> tuple[QuoteLine, ...]:
    items = (
        RequestedItem("24 doubles", code="OUT", quantity=Decimal(24)),
        RequestedItem("a panel", code="PAN", quantity=Decimal(1)),
    )
    request = QuoteRequest(items, is_quote_request=True, is_installation=is_installation)
    return draft(request, CATALOGUE, utc_now().date()).lines


def test_a_new_quantity_is_priced_again() -> None:
    now = revised(lines(), Change({1: Decimal(30)}), CATALOGUE)
    assert [line.total.amount for line in now] == [Decimal(1620), Decimal(46)]
    assert difference(lines(), now) == ("Double outlet: 24 → 30 each (1296.00 GBP → 1620.00 GBP)",)


def test_labour_follows_the_goods_unless_it_was_set_by_hand() -> None:
    before = lines(is_installation=True)
    hours = next(n for n, line in enumerate(before, 1) if line.code == "outlet")
    followed = revised(before, Change({1: Decimal(30)}), CATALOGUE)
    assert next(line.quantity for line in followed if line.code == "outlet") == Decimal(12)
    by_hand = revised(before, Change({1: Decimal(30), hours: Decimal(9)}), CATALOGUE)
    assert next(line.quantity for line in by_hand if line.code == "outlet") == Decimal(9)


def test_a_discount_may_not_go_under_the_floor() -> None:
    assert revised(lines(), Change(percent=Decimal(5)), CATALOGUE)[0].total.amount == Decimal(
        "1231.20"
    )
    with pytest.raises(UnderFloor, match="Double outlet"):
        revised(lines(), Change(percent=Decimal(10)), CATALOGUE)


def test_zero_takes_a_line_out_and_an_option_is_told() -> None:
    now = revised(lines(), Change({2: Decimal(0)}, optional=frozenset({1})), CATALOGUE)
    assert [line.code for line in now] == ["OUT"]
    told = difference(lines(), now)
    assert told[0].startswith("Double outlet: optional now")
    assert told[1].startswith("− 1 × Patch panel")


@pytest.mark.parametrize("quantity", ["-1", "100001"])
def test_an_impossible_quantity_is_refused(quantity: str) -> None:
    with pytest.raises(ImpossibleQuantity):
        revised(lines(), Change({1: Decimal(quantity)}), CATALOGUE)


@pytest.mark.parametrize("percent", ["-5", "101"])
def test_an_impossible_discount_is_refused(percent: str) -> None:
    with pytest.raises(Refused):
        revised(lines(), Change(percent=Decimal(percent)), CATALOGUE)


@given(
    st.decimals(min_value=0, max_value=1000, places=2),
    st.decimals(min_value=0, max_value=100, places=1),
)
def test_no_line_is_ever_sold_under_its_floor(quantity: Decimal, percent: Decimal) -> None:
    try:
        now = revised(lines(), Change({1: quantity}, percent), CATALOGUE)
    except UnderFloor:
        return
    for line in now:
        if line.code == "OUT":
            assert line.total.amount >= (Decimal(50) * line.quantity).quantize(Decimal("0.01"))
