"""Old prices are found where a text tells them of that product, and nowhere else."""

from decimal import Decimal

import pytest

from domain.catalogue.watching.mentions import OldPrice, OldPrices, amounts

PRICES = OldPrices(
    [
        OldPrice("OUT-2", "Cat6 double outlet", Decimal("54.00")),
        OldPrice("CAM-4", "Dome camera 4 MP", Decimal("1098.50")),
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("£54 each, or 54,00 €", {"54"}),
        ("EUR 1.098,50", {"1098.50"}),
        ("1,098.50 pounds", {"1098.50"}),
        ("Call 54 people at 9:30 on 24.12.2026, room 54", set()),
        ("Cat6 for £54.", {"54"}),
    ],
)
def test_amounts_are_what_has_a_currency_or_pence(text: str, expected: set[str]) -> None:
    assert {f"{value:f}" for value in amounts(text)} == expected


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("A double Cat6 outlet costs £54, installed.", ["OUT-2"]),
        ("Outlets (OUT-2) are 54.00 net.", ["OUT-2"]),
        ("| Double Cat6 outlets | £54.00 |\n| Dome camera, 4 MP | £1,098.50 |", ["OUT-2", "CAM-4"]),
        ("| Double Cat6 outlets | £60.00 |\n| Sign | £54.00 |", []),
        ("A double Cat6 outlet costs £60.\n\nA sign costs £54.", []),
        ("A double outlet of another kind for £54", []),
        ("54 double Cat6 outlets", []),
    ],
)
def test_the_price_and_the_product_stand_in_one_paragraph(text: str, codes: list[str]) -> None:
    assert [one.code for one in PRICES.told_in(text)] == codes


def test_the_title_may_name_the_product() -> None:
    (told,) = PRICES.told_in("Each costs £54 net.", "Prices of Cat6 double outlets")
    assert (told.code, told.words) == ("OUT-2", "Each costs £54 net.")
