"""Requests as customers write them become the lines they justify, and no others."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.agents.quoting.matching import Index
from bot.agents.quoting.understanding import understand
from domain.catalogue.price_list import read_price_list
from domain.catalogue.product import Catalogue
from domain.quotes.drafting import Draft, draft
from domain.quotes.pricing import sell

HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)
REQUESTS = tomllib.loads((HERE / "requests.toml").read_text("utf-8"))["request"]


@pytest.fixture(scope="module")
def index() -> Index:
    path = HERE / "catalogue.csv"
    return Index(Catalogue(read_price_list(path.read_bytes(), path.name).products()))


def drafted(index: Index, text: str, previous: str = "") -> Draft:
    return draft(understand(text, previous, index), index.catalogue, TODAY)


def quantities(made: Draft) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in made.lines:
        code = line.code + ("?" if line.is_optional else "")
        found[code] = found.get(code, Decimal(0)) + line.quantity
    return found


@pytest.mark.parametrize("request_", REQUESTS, ids=[each["name"] for each in REQUESTS])
def test_a_request_becomes_the_lines_it_justifies(index: Index, request_: dict[str, Any]) -> None:
    made = drafted(index, request_["text"], request_.get("previous", ""))
    expected = {code: Decimal(number) for code, number in request_.get("lines", {}).items()}
    assert quantities(made) == expected
    assert made.is_quote is request_.get("quote", True)


@pytest.mark.parametrize("request_", [r for r in REQUESTS if "asks" in r],
                         ids=[each["name"] for each in REQUESTS if "asks" in each])  # fmt: skip
def test_what_cannot_be_priced_is_asked(index: Index, request_: dict[str, Any]) -> None:
    made = drafted(index, request_["text"], request_.get("previous", ""))
    for wanted in request_["asks"]:
        assert any(all(w.casefold() in q.casefold() for w in wanted) for q in made.questions)


@pytest.mark.parametrize("request_", REQUESTS, ids=[each["name"] for each in REQUESTS])
def test_every_line_has_the_customers_own_words_and_the_catalogues_price(
    index: Index, request_: dict[str, Any]
) -> None:
    made = drafted(index, request_["text"], request_.get("previous", ""))
    written = f"{request_['text']}\n{request_.get('previous', '')}"
    for line in made.lines:
        assert line.words
        assert all(part in written for part in line.words.split(" … "))
        product = index.catalogue.by_code[line.code]
        price = sell(product, TODAY)
        assert price is not None
        assert line.unit_price == price.money
        assert line.discount.amount == 0
    assert len(made.questions) <= 5
