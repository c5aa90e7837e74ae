"""The demo articles: complete, in shape, and true to the price list."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from bot.demo.content import articles, day_rates, parsed_article, products, suppliers
from bot.demo.records import DemoArticle

AMOUNT = re.compile(r"£(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?")
ALL = {article.stem: article for article in articles()}
EMAIL = re.compile(r"[\w.+-]+@[\w.-]*\w")
PHONE = re.compile(r"\b0\d{3,4} \d{3,4} ?\d{3,4}\b")


def prices_behind_articles() -> dict[str, dict[str, str]]:
    """{stem: {amount without thousands commas: product code}}; `policy` is no price of ours."""
    behind: dict[str, dict[str, str]] = {}
    table = Path(__file__).with_name("article_prices.txt").read_text("utf-8")
    for line in table.splitlines():
        stem, *pairs = line.split()
        behind.setdefault(stem, {}).update(dict(pair.split("=", 1) for pair in pairs))
    return behind


BEHIND = prices_behind_articles()


def amounts_of(article: DemoArticle) -> set[str]:
    return {m[1].replace(",", "") + (m[2] or "") for m in AMOUNT.finditer(article.text)}


def test_there_are_enough_articles_for_a_first_impression() -> None:
    assert len(ALL) >= 45


def test_titles_are_unique() -> None:
    assert [t for t, n in Counter(a.title for a in ALL.values()).items() if n > 1] == []


@pytest.mark.parametrize("article", ALL.values(), ids=ALL)
def test_an_article_is_neither_a_stub_nor_a_manual(article: DemoArticle) -> None:
    assert 80 <= len(article.text.split()) <= 350
    assert article.category
    assert len(article.tags) >= 3


@pytest.mark.parametrize("article", ALL.values(), ids=ALL)
def test_an_article_opens_with_a_paragraph_that_can_be_quoted(article: DemoArticle) -> None:
    opening = article.text.split("\n\n")[0]
    assert 15 <= len(opening.split("\n")[0].split()) <= 75
    assert not opening.startswith(("#", "-", "1."))


@pytest.mark.parametrize("article", ALL.values(), ids=ALL)
def test_every_amount_in_an_article_is_the_price_of_the_product_behind_it(
    article: DemoArticle,
) -> None:
    behind = BEHIND.get(article.stem, {})
    assert amounts_of(article) == set(behind)
    sell = {p.code: p.sell_price for p in products()}
    for amount, code in behind.items():
        if code != "policy":
            assert Decimal(amount) == sell[code], code


def test_no_price_table_entry_is_left_without_its_article() -> None:
    assert set(BEHIND) - set(ALL) == set()


@pytest.mark.parametrize("article", ALL.values(), ids=ALL)
def test_addresses_in_articles_cannot_reach_anybody(article: DemoArticle) -> None:
    assert all(found.endswith(".example") for found in EMAIL.findall(article.text))
    assert all(
        found.startswith(("020 7946 0", "07700 900")) for found in PHONE.findall(article.text)
    )


def test_the_lead_times_that_we_promise_are_those_of_the_suppliers() -> None:
    text = ALL["lead-times"].text
    days = {s.name: s.lead_time_days for s in suppliers()}
    assert f"cable, outlets, patch panels and leads: {days['Quillback Distribution']} w" in text
    assert f"access points, cameras and recorders: {days['Sallow Wireless Trade']} w" in text
    assert f"UPS and power strips: {days['Drumlin Power']} w" in text
    assert f"cabinets: {days['Greyfell Racks']} w" in text
    assert f"fibre optics: {days['Lightmoor Optical']} w" in text


def test_the_overtime_that_we_name_follows_from_the_day_rate() -> None:
    pair = next(rate for rate in day_rates() if rate.name == "Pair of engineers")
    hour = pair.price / pair.hours_per_day * pair.overtime_factor
    text = ALL["out-of-hours-work"].text
    assert f"£{hour:.2f} for a single hour of overtime" in text
    assert f"£{pair.price * pair.overtime_factor:.0f} for a day at the weekend" in text


def test_the_front_matter_is_no_part_of_the_text() -> None:
    article = parsed_article("a", '---\ntitle: "One: two"\ncategory: C\ntags: [x, y]\n---\n\nHi.\n')
    assert article == DemoArticle("a", "One: two", "C", ("x", "y"), "Hi.")


@pytest.mark.parametrize("source", ["", "Hi.", "---\ntitle: A\n---\nHi.", "---\ntitle: A\n"])
def test_an_article_without_its_front_matter_is_named(source: str) -> None:
    with pytest.raises(ValueError, match="lost: the front matter"):
        parsed_article("lost", source)
