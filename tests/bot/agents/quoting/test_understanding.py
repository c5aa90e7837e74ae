"""Requests as customers write them become the lines they justify, and no others."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.agents.quoting.matching.index import Index
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


def test_an_installation_gets_the_questions_of_an_installer(index: Index) -> None:
    made = drafted(index, "Install Cat6 cabling for office, 24 double outlets, certified")
    assert quantities(made) == {"D6-2": 24, "CERT": 48}
    assert {line.rule for line in made.lines} == {"", "one test per RJ45 port"}
    asked = " ".join(made.questions)
    assert "patch panel" in asked
    assert "rack space and power" in asked
    assert "certified with a report" not in asked


def test_a_tenants_own_synonym_names_its_product(index: Index) -> None:
    own = Catalogue(index.catalogue.products, synonyms=(("gubbins box", "KBOX"),))
    made = drafted(Index(own), "price for 6 gubbins boxes please")
    assert quantities(made) == {"KBOX": 6}


def test_a_correction_stands_among_the_words_of_its_line(index: Index) -> None:
    made = drafted(index, "price for 6 white 4mp domes. Sorry, 8 domes not 6")
    assert [line.words for line in made.lines] == ["6 white 4mp domes … 8 domes not 6"]


def test_site_deadline_and_budget_are_understood(index: Index) -> None:
    understood = understand(
        "Please quote 4 Lite access points for our office in Derby by 12 June, budget £2,000.",
        "", index,
    )  # fmt: skip
    assert (understood.location, understood.deadline) == ("Derby", "12 June")
    assert understood.budget == "£2,000"


@pytest.mark.parametrize("text", ["", "   ", "?", "> quoted only", "\n\n--\nAnn", "👍", "1" * 5000])
def test_nothing_to_read_is_no_quote(index: Index, text: str) -> None:
    assert not drafted(index, text).is_quote


def test_a_long_message_is_read_in_reasonable_time(index: Index) -> None:
    text = "Please quote:\n" + "- 12 double cat6 outlets in room A\n" * 300
    assert quantities(drafted(index, text)) == {"D6-2": 3600}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.sampled_from(
            [
                "price",
                "quote",
                "24",
                "port",
                "cat6",
                "panel",
                "and",
                ",",
                ".",
                "2",
                "x",
                "double",
                "outlets",
                "not",
                "instead",
                "of",
                "10-12",
                "each",
                "site",
                "scratch",
                "the",
                "cabinet",
                "3",
                "m",
                "trunking",
                "|",
                "\n",
                ":",
                "(",
                ")",
                "42U",
                "optional",
                "everything",
                "add",
                "more",
            ]
        )
        | st.text(max_size=4),
        max_size=40,
    )
)
def test_no_words_in_any_order_break_the_reading(index: Index, parts: list[str]) -> None:
    text = " ".join(parts)
    made = drafted(index, text, "price for 4 domes and a 24 port cat6 panel")
    assert all(line.quantity > 0 and line.words for line in made.lines)
