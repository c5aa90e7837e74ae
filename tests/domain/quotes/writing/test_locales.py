"""Numbers, money and dates as the customer's language writes them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quotes.writing.locales import TAGS, locale_of
from domain.quotes.writing.words import LANGUAGES, words_of
from domain.types import Money


@pytest.mark.parametrize(
    ("tag", "country", "euros", "pounds", "dollars", "percent", "day"),
    [
        ("en", "GB", "€1,234,567.50", "−£0.50", "US$9,999.00", "5.5%", "1 November 2026"),
        ("en", "US", "€1,234,567.50", "−£0.50", "$9,999.00", "5.5%", "November 1, 2026"),
        ("de", "DE", "1.234.567,50 €", "−0,50 £", "9.999,00 US$", "5,5 %", "1. November 2026"),
        ("fr", "FR", "1 234 567,50 €", "−0,50 £", "9 999,00 US$", "5,5 %", "1er novembre 2026"),
        ("es", "ES", "1.234.567,50 €", "−0,50 £", "9999,00 US$", "5,5 %", "1 de noviembre de 2026"),
        ("it", "IT", "1.234.567,50 €", "−0,50 £", "9.999,00 US$", "5,5 %", "1 novembre 2026"),
        ("nl", "NL", "€ 1.234.567,50", "−£ 0,50", "US$ 9.999,00", "5,5 %", "1 november 2026"),
        ("pt", "PT", "1 234 567,50 €", "−0,50 £", "9999,00 US$", "5,5 %", "1 de novembro de 2026"),
        ("sv", "SE", "€1,234,567.50", "−£0.50", "US$9,999.00", "5.5%", "1 November 2026"),
    ],
)
def test_each_language_writes_in_its_own_way(
    tag: str, country: str, euros: str, pounds: str, dollars: str, percent: str, day: str
) -> None:
    locale = locale_of(tag, country)
    shown = (
        locale.money(Money(Decimal("1234567.5"), "EUR")),
        locale.money(Money(Decimal("-0.5"), "GBP")),
        locale.money(Money(Decimal(9999), "USD")),
        locale.percent(Decimal("0.055")),
        locale.day(date(2026, 11, 1)),
    )
    assert tuple(text.replace("\u00a0", " ") for text in shown) == (
        euros, pounds, dollars, percent, day
    )  # fmt: skip


def test_other_currencies_and_units_finer_than_a_penny() -> None:
    english = locale_of("en", "GB")
    assert english.money(Money(Decimal(1200), "JPY")) == "¥1,200"
    assert english.money(Money(Decimal("12.5"), "CHF")).replace("\u00a0", " ") == "CHF 12.50"
    assert english.price(Money(Decimal("37.5"), "GBP")) == "£37.50"
    assert english.price(Money(Decimal("0.0625"), "GBP")) == "£0.0625"
    assert english.price(Money(Decimal("0.06255"), "GBP")) == "£0.0626"
    assert english.number(Decimal("1E+3")) == "1,000"
    assert english.number(Decimal("2.50")) == "2.5"
    assert english.money(Money(Decimal("-0.001"), "GBP")) == "£0.00"


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(TAGS))
def test_an_amount_can_be_read_back(amount: Decimal, tag: str) -> None:
    locale = locale_of(tag)
    shown = locale.number(amount, 2)
    digits = shown.replace(locale.group, "").replace(locale.decimal, ".").replace("−", "-")
    assert Decimal(digits) == amount


PARTS = (
    *("paper", "internal", "categories", "units", "documents", "sentences", "changes", "letters"),
)


def test_every_language_has_all_the_words() -> None:
    english = words_of("en")
    for language in LANGUAGES:
        words = words_of(language)
        assert len(words.months) == 12
        for part in PARTS:
            own, first = getattr(words, part), getattr(english, part)
            assert own.keys() == first.keys(), (language, part)
            for key, text in own.items():
                assert text.strip(), (language, key)
                assert _places(text) == _places(first[key]), (language, key)


def _places(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}
