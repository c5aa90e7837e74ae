"""Units: what customers say, in what the catalogue sells."""

from decimal import Decimal

import pytest

from domain.catalogue.product import Product
from domain.catalogue.units import canonical, convert, package_size

LENGTH = Product("T", "Trunking 50 x 50 mm, 3 m length", unit="length")
BOX = Product("B", "Cat6 cable 305 m box", unit="box")
PACK = Product("F", "Fobs, pack of 10", unit="pack")
METRE = Product("M", "Cable, priced per metre", unit="m")
EACH = Product("E", "Camera", unit="each")
MONTH = Product("S", "Monitoring", unit="month")


@pytest.mark.parametrize(
    ("word", "unit"),
    [("Stück", "stück"), ("Stk", "each"), ("mtrs", "m"), ("Boxes", "box"), ("pk", "pack"),
     ("hrs", "hour"), ("drum", "reel"), ("gallon", "gallon"), ("uds.", "each")],
)  # fmt: skip
def test_words_for_units_are_known(word: str, unit: str) -> None:
    assert canonical(word) == unit


@pytest.mark.parametrize(
    ("product", "size"),
    [(LENGTH, (Decimal(3), "m")), (BOX, (Decimal(305), "m")), (PACK, (Decimal(10), "each")),
     (METRE, None), (EACH, None)],
)  # fmt: skip
def test_a_packages_size_is_read_from_its_name(
    product: Product, size: tuple[Decimal, str] | None
) -> None:
    assert package_size(product) == size


@pytest.mark.parametrize(
    ("quantity", "unit", "product", "expected"),
    [
        ("30", "m", LENGTH, "10"),
        ("20", "m", LENGTH, "7"),
        ("4", "length", LENGTH, "4"),
        ("4", "", LENGTH, "4"),
        ("306", "m", BOX, "2"),
        ("5", "box", BOX, "5"),
        ("30", "", PACK, "3"),
        ("31", "each", PACK, "4"),
        ("3", "pack", PACK, "3"),
        ("100", "m", METRE, "100"),
        ("0.2", "km", METRE, "200.0"),
        ("2", "year", MONTH, "24"),
        ("6", "", EACH, "6"),
    ],
)
def test_a_quantity_becomes_the_catalogues_unit(
    quantity: str, unit: str, product: Product, expected: str
) -> None:
    converted = convert(Decimal(quantity), unit, product)
    assert converted is not None
    assert converted.quantity == Decimal(expected)


@pytest.mark.parametrize(
    ("unit", "product"),
    [("m", PACK), ("box", METRE), ("length", METRE), ("hour", MONTH)],
)
def test_units_that_do_not_go_together_are_not_converted(unit: str, product: Product) -> None:
    assert convert(Decimal(3), unit, product) is None
