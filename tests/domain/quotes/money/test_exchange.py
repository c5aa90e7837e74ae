"""Prices in another currency: converted once, rounded to that currency's minor unit."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.product import Catalogue, Product, Rates, SupplierPrice
from domain.quotes.drafting import draft
from domain.quotes.money.exchange import Exchange, in_currency
from domain.quotes.money.terms import Terms
from domain.quotes.pricing import sell
from domain.quotes.request import QuoteRequest, RequestedItem
from domain.types import MINOR_UNITS

DAY = date(2026, 11, 25)
CATALOGUE = Catalogue(
    (
        Product("OUT", "Outlet", base_price=Decimal(54), floor_price=Decimal(50),
                cost_price=Decimal(30)),
        Product("SUP", "By cost", supplier_prices=(
            SupplierPrice("Wire", Decimal("10"), date(2026, 1, 1)),)),
        Product("EUR", "Priced abroad", base_price=Decimal(99), currency="EUR"),
        Product("USD", "Priced elsewhere", base_price=Decimal(99), currency="USD"),
    ),
    rates=Rates(day_rate=Decimal(300)),
)  # fmt: skip
EURO = Exchange("GBP", "EUR", Decimal("1.1712"), DAY)


def request(*codes: str) -> QuoteRequest:
    items = tuple(RequestedItem("x", code=code, quantity=Decimal(3)) for code in codes)
    return QuoteRequest(items, is_quote_request=True)


def test_a_draft_is_in_the_customers_currency() -> None:
    made = draft(request("OUT", "SUP", "EUR"), CATALOGUE, DAY, Terms(exchange=EURO))
    assert made.currency == "EUR"
    # 54 × 1.1712 = 63.2448; 10 × 1.20 × 1.1712 = 14.0544; in euros already
    assert [line.unit_price.amount for line in made.lines] == [
        Decimal("63.24"), Decimal("14.05"), Decimal("99.00"),
    ]  # fmt: skip
    assert made.lines[0].total.amount == Decimal("189.72")
    cost = made.lines[0].unit_cost
    assert cost is not None
    assert cost.rounded().amount == Decimal("35.14")


def test_a_price_in_a_third_currency_stays_a_question() -> None:
    made = draft(request("OUT", "USD"), CATALOGUE, DAY, Terms(exchange=EURO))
    assert [line.code for line in made.lines] == ["OUT"]
    assert "elsewhere" in made.questions[0]


def test_a_day_rate_is_converted_without_being_rounded() -> None:
    assert in_currency(CATALOGUE, EURO).rates.day_rate == Decimal("351.3600")
    assert in_currency(CATALOGUE, None) is CATALOGUE


@given(
    st.decimals("0.01", "100000", places=2),
    st.decimals("0.0001", "20000", places=4),
    st.sampled_from(["EUR", "JPY", "KWD", "USD"]),
)
def test_a_converted_price_is_off_by_half_a_minor_unit_at_most(
    price: Decimal, rate: Decimal, currency: str
) -> None:
    own = Catalogue((Product("A", "A", base_price=price, floor_price=price / 2),))
    there = in_currency(own, Exchange("GBP", currency, rate, DAY))
    product = there.find("A")
    assert product is not None
    sold = sell(product, DAY)
    assert sold is not None
    places = MINOR_UNITS.get(currency, 2)
    assert sold.money.currency == currency
    assert -int(sold.money.amount.as_tuple().exponent) == places
    assert abs(sold.money.amount - price * rate) <= Decimal(5).scaleb(-places - 1)
    assert product.floor_price == price / 2 * rate
