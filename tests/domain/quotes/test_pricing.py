"""Prices: sums, floors, rounding and tax hold for every quote."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.product import Product, Rates, SupplierPrice
from domain.quotes.pricing import (
    PriceSource,
    QuoteLine,
    Tier,
    cost,
    hourly_rate,
    labour,
    line_total,
    norm_price,
    percentage_discount,
    sell,
    tier_totals,
    totals,
    travel,
)
from domain.types import Money

TODAY = date(2026, 11, 23)
amounts = st.decimals(Decimal(0), Decimal(100_000), places=2)
quantities = st.decimals(Decimal("0.01"), Decimal(5_000), places=2)
rates = st.sampled_from([Decimal("0.20"), Decimal("0.05"), Decimal(0)])


def pounds(text: str) -> Money:
    return Money(Decimal(text))


def line(
    quantity: Decimal = Decimal(1),
    price: Decimal = Decimal(10),
    tax_rate: Decimal = Decimal("0.20"),
    tier: Tier | None = None,
    *,
    is_optional: bool = False,
    is_alternate: bool = False,
) -> QuoteLine:
    money = Money(price)
    return QuoteLine(
        code="X", description="x", quantity=quantity, unit="each", unit_price=money,
        discount=pounds("0"), total=line_total(quantity, money), tax_rate=tax_rate,
        is_optional=is_optional, is_alternate=is_alternate, tier=tier,
    )  # fmt: skip


lines = st.builds(
    line, quantities, amounts, rates, is_optional=st.booleans(), is_alternate=st.booleans()
)


def product(**told: object) -> Product:
    return Product("X", "Thing", **told)  # type: ignore[arg-type]


def test_the_base_price_is_what_the_customer_pays() -> None:
    price = sell(product(base_price=Decimal("9.99"), cost_price=Decimal(1)), TODAY)
    assert price is not None
    assert (price.money, price.source) == (pounds("9.99"), PriceSource.BASE_PRICE)


@pytest.mark.parametrize(
    ("own_cost", "expected"),
    [("1.55", "1.86"), ("32.50", "39.00"), ("0.0375", "0.05"), ("4.004166", "4.80"), ("0", "0.00")],
)
def test_without_a_base_price_cost_times_one_point_two_is_rounded_half_up(
    own_cost: str, expected: str
) -> None:
    price = sell(product(cost_price=Decimal(own_cost)), TODAY)
    assert price is not None
    assert str(price.money.amount) == expected


def test_a_product_without_any_source_has_no_price() -> None:
    assert sell(product(), TODAY) is None
    assert cost(product(), TODAY) is None


def test_no_price_is_under_the_floor() -> None:
    price = sell(product(base_price=Decimal(5), floor_price=Decimal(8)), TODAY)
    assert price is not None
    assert (price.money, price.source) == (pounds("8.00"), PriceSource.FLOOR)


def test_the_cost_is_todays_supplier_price_then_a_verified_one_then_the_products() -> None:
    expired = SupplierPrice("A", Decimal(1), date(2025, 1, 1), date(2025, 12, 31), True)
    valid = SupplierPrice("B", Decimal(7), date(2026, 1, 1), date(2026, 12, 31))
    undated = SupplierPrice("C", Decimal(2))
    every = product(cost_price=Decimal(9), supplier_prices=(expired, valid, undated))
    verified = product(cost_price=Decimal(9), supplier_prices=(expired, undated))
    own = product(cost_price=Decimal(9), supplier_prices=(undated,))
    costs = [cost(each, TODAY) for each in (every, verified, own)]
    assert [c and c.money.amount for c in costs] == [Decimal(7), Decimal(1), Decimal(9)]


@pytest.mark.parametrize(
    ("start", "end", "is_valid"),
    [
        (TODAY, TODAY, True),
        (None, TODAY, True),
        (TODAY, None, True),
        (None, date(2026, 11, 22), False),
        (date(2026, 11, 24), None, False),
    ],
)
def test_a_supplier_price_is_valid_on_both_its_first_and_last_day(
    start: date | None, end: date | None, is_valid: bool
) -> None:
    assert SupplierPrice("A", Decimal(1), start, end).is_valid_on(TODAY) is is_valid


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "expected"),
    [
        ("3", "0.335", "0", "1.01"),
        ("2", "10", "25", "0.00"),
        ("1.5", "3.33", "0", "5.00"),
        ("7", "1.00", "0.005", "7.00"),
    ],
)
def test_a_line_is_never_negative_and_rounded_half_up(
    quantity: str, price: str, discount: str, expected: str
) -> None:
    total = line_total(Decimal(quantity), pounds(price), pounds(discount))
    assert str(total.amount) == expected


def test_a_percentage_becomes_an_amount_before_anything_is_rounded() -> None:
    discount = percentage_discount(Decimal(3), pounds("0.99"), Decimal(15))
    assert discount.amount == Decimal("0.4455")
    assert line_total(Decimal(3), pounds("0.99"), discount) == pounds("2.52")


def test_labour_is_hours_by_the_day_rate_and_overtime_costs_half_more() -> None:
    assert labour(Decimal(12), Rates()) == pounds("450.00")
    assert labour(Decimal(8), Rates(), overtime_hours=Decimal(4)) == pounds("525.00")
    assert hourly_rate(Rates()) * 8 == pounds("300")
    assert hourly_rate(Rates(), is_overtime=True) == pounds("56.25")


def test_travel_is_paid_by_the_kilometre() -> None:
    assert travel(Decimal("33.3"), Rates()) == pounds("16.65")


def test_norm_lines_without_a_price_get_their_own_markup() -> None:
    assert norm_price(pounds("10"), "materials").money == pounds("11.50")
    assert norm_price(pounds("10"), "labour").money == pounds("12.00")


def test_optional_and_alternate_lines_are_shown_and_never_summed() -> None:
    shown = (line(), line(is_optional=True), line(is_alternate=True))
    assert totals(shown, "GBP").subtotal == pounds("10.00")


def test_a_three_tier_quote_is_totalled_at_standard() -> None:
    made = (line(price=Decimal(1)), line(price=Decimal(10), tier=Tier.BASIC),
            line(price=Decimal(20), tier=Tier.STANDARD),
            line(price=Decimal(40), tier=Tier.PREMIUM))  # fmt: skip
    by_tier = tier_totals(made, "GBP")
    assert [by_tier[t].subtotal.amount for t in Tier] == [Decimal(11), Decimal(21), Decimal(41)]
    assert totals(made, "GBP") == by_tier[Tier.STANDARD]


@given(st.lists(lines, max_size=12))
def test_the_total_is_the_sum_of_the_lines_and_the_tax_of_each_rate(made: list[QuoteLine]) -> None:
    found = totals(made, "GBP")
    summed = [each for each in made if each.is_summed]
    assert found.subtotal.amount == sum((each.total.amount for each in summed), Decimal(0))
    assert found.total == found.subtotal + found.tax
    for told in found.taxes:
        net = sum((e.total.amount for e in summed if e.tax_rate == told.rate), Decimal(0))
        assert told.net.amount == net
        assert told.tax == Money(net * told.rate).rounded()


@given(st.lists(lines, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_means_nothing(made: list[QuoteLine], random: object) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert totals(shuffled, "GBP") == totals(made, "GBP")


@given(quantities, amounts, amounts)
def test_no_line_is_negative_and_all_have_whole_pence(
    quantity: Decimal, price: Decimal, discount: Decimal
) -> None:
    total = line_total(quantity, Money(price), Money(discount))
    assert total.amount >= 0
    assert total == total.rounded()
    assert isinstance(total.amount, Decimal)


@given(amounts | st.none(), amounts | st.none(), amounts)
def test_the_floor_holds_for_every_product(
    base: Decimal | None, own: Decimal | None, floor: Decimal
) -> None:
    price = sell(product(base_price=base, cost_price=own, floor_price=floor), TODAY)
    assert (price is None) is (base is None and own is None)
    assert price is None or price.money.amount >= floor
