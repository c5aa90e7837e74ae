"""Products are found by what people write: part numbers in any form, units, wrong letters."""

from typing import Any

import pytest

from bot.runtime import Runtime
from domain.catalogue.product import Product
from domain.catalogue.service import Products
from tests.bot.api.conftest import Client

SOLD = (
    Product("SW-24", "24 port managed switch", part_number="C9300-24T-A"),
    Product("SW-24P", "24 port PoE switch", part_number="C9300-24P-A"),
    Product("OUT-1", "Cat6 single outlet"),
    Product("OUT-2", "Cat6 double outlet"),
    Product("CAB-305", "Cat6 U/UTP cable, 305 m box", unit="box", part_number="UC6-305"),
    Product("DOME-4", "Dome camera 4 MP"),
    Product("PATCH-2", "Cat6 patch lead 2 m"),
)


@pytest.fixture
async def sold(runtime: Runtime, call: Client) -> None:
    async with runtime.database.transaction(call.office.tenant_id) as session:
        await Products(session, call.office.tenant_id).import_all(SOLD)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("C9300-24T-A", "SW-24"),
        ("c930024ta", "SW-24"),
        ("do you have the c9300 24p a in stock?", "SW-24P"),
        ("C9300_24T/A", "SW-24"),
        ("9300-24TA", "SW-24"),
        ("C9300-24TX-A", "SW-24"),  # a letter too many
        ("uc6 305", "CAB-305"),
        ("24 doubles", "OUT-2"),
        ("2 boxes of cat6", "CAB-305"),
        ("dome camra 4mp", "DOME-4"),
        ("lead patch cat6 2 m", "PATCH-2"),
        ("cat6 single outlet", "OUT-1"),
    ],
)
async def test_the_product_meant_comes_first(
    call: Client, sold: None, words: str, code: str
) -> None:
    found: list[Any] = await call.get("/catalogue/search", q=words)
    assert [one["code"] for one in found][:1] == [code]


async def test_a_synonym_wins_and_another_companys_products_are_not_found(
    call: Client, strange_call: Client, sold: None
) -> None:
    await call.post("/catalogue/synonyms", {"phrase": "gubbins", "code": "PATCH-2"})
    assert (await call.get("/catalogue/search", q="six gubbins"))[0]["code"] == "PATCH-2"
    for words in ("gubbins", "C9300-24T-A", "dome camera"):
        found = await strange_call.get("/catalogue/search", q=words)
        assert not {one["code"] for one in found} & {product.code for product in SOLD}


async def test_a_quote_is_never_drafted_from_a_part_number_with_a_wrong_letter(
    runtime: Runtime, call: Client, sold: None
) -> None:
    index = await runtime.shelf.index(call.office.tenant_id)
    assert index.by_code("2 x c9300-24q-a") is None
    named = index.by_code("2 x c9300 24t a")
    assert named is not None
    assert named.product.code == "SW-24"
    assert index.by_code("1 box 305 m, uc6") is None
