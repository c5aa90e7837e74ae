"""The demo price list, its suppliers, rates and norms fit each other."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from bot.demo.content import (
    day_rates,
    norms,
    products,
    supplier_prices,
    suppliers,
)
from bot.demo.records import EVERY_JOB, DemoProduct

HEADER = (
    "code,name,description,category,unit,cost_price,base_price,supplier,part_number,"
    "is_service,tax_rate"
)
ALL = {product.code: product for product in products()}
TODAY = date(2026, 11, 23)
WORDS = re.compile(r"[\w/+-]+")


def test_the_price_list_has_the_header_that_needs_no_guessing() -> None:
    source = files("bot.demo").joinpath("products.csv").read_text("utf-8")
    assert source.splitlines()[0] == HEADER


def test_there_are_enough_products_and_no_code_or_name_twice() -> None:
    listed = products()
    assert len(listed) >= 140
    assert len(ALL) == len(listed)
    assert len({p.name for p in listed}) == len(listed)
    parts = Counter(p.part_number for p in listed if p.part_number)
    assert [part for part, times in parts.items() if times > 1] == []


@pytest.mark.parametrize("product", ALL.values(), ids=ALL)
def test_a_product_sells_above_its_cost(product: DemoProduct) -> None:
    assert Decimal(0) < product.cost_price < product.sell_price
    assert product.tax_rate == Decimal("0.20")
    assert product.description
    assert product.unit


def test_some_products_are_sold_by_cost_times_one_point_two() -> None:
    by_cost = [p for p in ALL.values() if p.base_price is None]
    assert len(by_cost) >= 5
    assert ALL["CAM-THR"].sell_price == Decimal("828.00")
    assert ALL["RKA-BLK-1"].sell_price == Decimal("3.84")


def test_every_product_has_a_known_supplier_and_services_are_our_own() -> None:
    own = {s.name for s in suppliers() if s.is_own_products}
    assert len(own) == 1
    assert {p.supplier for p in ALL.values()} <= {s.name for s in suppliers()}
    assert {p.supplier for p in ALL.values() if p.is_service} == own


def test_supplier_prices_name_known_products_and_leave_a_margin() -> None:
    names = {s.name for s in suppliers()}
    for price in supplier_prices():
        assert price.supplier in names
        assert Decimal(0) < price.cost_price < ALL[price.code].sell_price


def test_supplier_prices_show_each_case_that_pricing_meets() -> None:
    prices = supplier_prices()
    assert len(prices) >= 25
    assert any(p.valid_to and p.valid_to < TODAY for p in prices)
    assert any(p.valid_from > TODAY for p in prices)
    assert any(not p.is_verified for p in prices)


@pytest.mark.parametrize("day", [date(2025, 6, 1), TODAY, date(2030, 6, 1)])
def test_a_supplier_has_one_price_a_day_for_a_product(day: date) -> None:
    valid = Counter((p.supplier, p.code) for p in supplier_prices() if p.is_valid_on(day))
    assert [pair for pair, times in valid.items() if times > 1] == []
    assert valid


def test_labour_in_the_price_list_agrees_with_the_day_rates() -> None:
    rates = {rate.name: rate for rate in day_rates()}
    for name, code in (
        ("Pair of engineers", "LAB-PAIR-DAY"),
        ("Single engineer", "LAB-ENG-DAY"),
        ("Senior engineer", "LAB-SEN-DAY"),
        ("Network designer", "LAB-DES-DAY"),
    ):
        assert ALL[code].sell_price == rates[name].price
    assert rates["Pair of engineers"].price == 300
    assert ALL["LAB-ENG-OT"].sell_price == ALL["LAB-ENG-H"].sell_price * Decimal("1.5")


def test_every_norm_applies_to_something_that_we_sell() -> None:
    targets = {p.category for p in ALL.values()} | set(ALL) | {EVERY_JOB}
    assert {norm.applies_to for norm in norms()} <= targets
    assert len({norm.code for norm in norms()}) == len(norms())


@pytest.mark.parametrize(
    ("category", "hours"), [("Outlets", "0.5"), ("Access points", "2"), ("Cameras", "1.5")]
)
def test_the_norms_are_those_of_the_trade(category: str, hours: str) -> None:
    total = sum(norm.per_unit_hours for norm in norms() if norm.applies_to == category)
    assert total == Decimal(hours)


def test_setting_up_is_counted_once_for_a_job() -> None:
    fixed = {n.applies_to: n.fixed_hours for n in norms() if n.fixed_hours}
    assert fixed == {EVERY_JOB: Decimal(4)}


def test_categories_with_a_norm_hold_only_what_is_fitted() -> None:
    words = {"Outlets": "outlet", "Access points": "access point", "Cameras": "camera"}
    for product in ALL.values():
        if product.category in words:
            assert words[product.category] in product.name.lower()
            assert product.unit == "each"
            assert not product.is_service
