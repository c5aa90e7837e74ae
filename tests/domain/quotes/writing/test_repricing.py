"""A parts list edited by a person: arithmetic and the catalogue are not theirs to set."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.product import Catalogue, Product, SupplierPrice
from domain.errors import Refused
from domain.quotes.drafting import draft
from domain.quotes.pricing import PriceSource, QuoteLine, Tier, line_total
from domain.quotes.request import QuoteRequest, RequestedItem
from domain.quotes.revising import UnderFloor
from domain.quotes.writing.linework import CONFIDENTIAL, line_content
from domain.quotes.writing.repricing import UnknownProduct, relined, without_confidential
from domain.quotes.writing.templates import parts_list
from domain.types import Money, utc_now

CATALOGUE = Catalogue((
    Product("OUT", "Double outlet", base_price=Decimal(54), floor_price=Decimal(50),
            cost_price=Decimal(30), supplier="Cablewise"),
    Product("PAN", "Patch panel", base_price=Decimal(46), tax_rate=Decimal("0.05"),
            supplier_prices=(SupplierPrice("Netpart", Decimal(20), is_verified=True),)),
))  # fmt: skip


def lines() -> tuple[QuoteLine, ...]:
    items = (
        RequestedItem("24 doubles", code="OUT", quantity=Decimal(24)),
        RequestedItem("a panel", code="PAN", quantity=Decimal(1)),
    )
    request = QuoteRequest(items, is_quote_request=True)
    return draft(request, CATALOGUE, utc_now().date()).lines


def edited(*contents: dict[str, Any]) -> tuple[QuoteLine, ...]:
    return relined({"lines": list(contents)}, lines(), CATALOGUE, utc_now().date())


def content(position: int, **changes: Any) -> dict[str, Any]:
    return line_content(position, lines()[position - 1]) | changes


def test_a_list_that_is_sent_back_as_it_was_changes_nothing() -> None:
    assert edited(content(1), content(2)) == lines()


def test_totals_cost_and_supplier_are_worked_out_and_not_taken_over() -> None:
    [line, _] = edited(
        content(1, quantity="30", total="1.00", cost_price="0.01", supplier="Mallory",
                source="they said so", price_source="floor price"),
        content(2),
    )  # fmt: skip
    assert line.total == Money(Decimal(1620))
    assert (line.unit_cost, line.supplier) == (Money(Decimal(30)), "Cablewise")
    assert (line.words, line.price_source) == ("24 doubles", PriceSource.BASE_PRICE)


def test_a_price_of_ones_own_is_marked_and_keeps_the_floor() -> None:
    [line] = edited(content(1, unit_price="52"))
    assert (line.total, line.price_source) == (Money(Decimal(1248)), PriceSource.BY_HAND)
    with pytest.raises(UnderFloor):
        edited(content(1, unit_price="49.99"))
    with pytest.raises(UnderFloor):
        edited(content(1, discount="100"))
    with pytest.raises(UnderFloor):  # the line is the same product when it is added again
        edited({"part_number": "OUT", "quantity": "1", "unit_price": "1"})
    with pytest.raises(UnderFloor):  # and when only its name is left
        edited(content(1, part_number="", description="double  Outlet", unit_price="1"))
    [named] = edited({"description": "DOUBLE OUTLET", "quantity": "2"})
    assert (named.code, named.total) == ("OUT", Money(Decimal(108)))


def test_a_discount_is_an_amount_or_a_percentage() -> None:
    assert edited(content(2, discount="6"))[0].total == Money(Decimal(40))
    assert edited(content(2, discount="10%"))[0].discount == Money(Decimal("4.60"))
    for wrong in ("-1", "47", "110%", "lots", "nan", "1e999999"):
        with pytest.raises(Refused):
            edited(content(2, discount=wrong))


def test_a_new_line_is_of_the_catalogue_or_wholly_ones_own() -> None:
    [known, own] = edited(
        {"part_number": "PAN", "quantity": "2"},
        {"description": "Hire of a lift", "quantity": "1", "unit": "day", "unit_price": "95"},
    )
    assert (known.total, known.supplier, known.tax_rate) == (
        Money(Decimal(92)), "Netpart", Decimal("0.05"),
    )  # fmt: skip
    assert (own.total, own.price_source, own.unit_cost) == (
        Money(Decimal(95)), PriceSource.BY_HAND, None,
    )  # fmt: skip
    with pytest.raises(UnknownProduct, match="Line 1"):
        edited({"part_number": "NONE", "quantity": "1"})
    with pytest.raises(Refused, match="a description and a unit price"):
        edited({"description": "Something", "quantity": "1"})


def test_options_alternates_and_tiers_are_kept() -> None:
    marked = edited(
        content(1, optional=True), content(2, alternate=True), content(2, tier="premium")
    )
    assert [line.is_optional for line in marked] == [True, False, False]
    assert [line.is_alternate for line in marked] == [False, True, False]
    assert [line.tier for line in marked] == [None, None, Tier.PREMIUM]


@pytest.mark.parametrize(
    "wrong", [{"quantity": "0"}, {"quantity": "-3"}, {"quantity": "1000000"}, {"tier": "gold"},
              {"quantity": "NaN"}, {"unit_price": "-1"}, {"tax_rate": "2"}, {"quantity": "many"}]
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_the_place(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        edited(content(1, **wrong))


def test_a_list_is_not_empty() -> None:
    with pytest.raises(Refused, match="lines"):
        relined({"lines": []}, lines(), CATALOGUE, utc_now().date())
    with pytest.raises(Refused, match="lines"):
        relined({"sections": []}, lines(), CATALOGUE, utc_now().date())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["OUT", "PAN"]),
            st.decimals("0.01", 100_000, places=2),
            st.decimals(0, 1000, places=2),
            st.text(max_size=20),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_is_sent_each_total_is_arithmetic_and_nothing_is_under_its_floor(
    wishes: list[tuple[str, Decimal, Decimal, str]],
) -> None:
    sent = [
        {"part_number": code, "quantity": str(quantity), "unit_price": str(price), "total": total}
        for code, quantity, price, total in wishes
    ]
    try:
        made = edited(*sent)
    except Refused:
        return
    for line in made:
        assert line.total == line_total(line.quantity, line.unit_price, line.discount)
        if line.code == "OUT":
            assert line.total >= (Money(Decimal(50)) * line.quantity).rounded()


def test_who_may_not_see_costs_sees_none() -> None:
    hidden = without_confidential(parts_list(lines(), "GBP"), CONFIDENTIAL)
    assert "Cablewise" not in str(hidden)
    assert "30.00" not in str(hidden)
    assert hidden["lines"][0]["total"] == "1296.00"


def test_a_price_finer_than_a_penny_survives_the_round_trip() -> None:
    fine = replace(lines()[0], code="", description="Hour", unit_price=Money(Decimal("0.0625")),
                   total=line_total(Decimal(24), Money(Decimal("0.0625"))))  # fmt: skip
    [again] = relined({"lines": [line_content(1, fine)]}, (fine,), CATALOGUE, utc_now().date())
    assert again == fine
