"""Facts in a text: two spellings of one thing have a reading in common, two things have none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agents.support.facts import Kind, facts


def readings(text: str, kind: Kind) -> set[str]:
    return {reading for fact in facts(text) if fact.kind is kind for reading in fact.readings}


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("It costs £1,200.00.", Kind.MONEY, {"GBP 1200"}),
        ("GBP 1200", Kind.MONEY, {"GBP 1200"}),
        ("1.200,00 €", Kind.MONEY, {"EUR 1200"}),
        ("10 000 €", Kind.MONEY, {"EUR 10000"}),
        ("£1.2k", Kind.MONEY, {"GBP 1200"}),
        ("50p a mile", Kind.MONEY, {"GBP 0.5"}),
        ("one pound", Kind.MONEY, {"GBP 1"}),
        ("two hundred and fifty euros", Kind.MONEY, {"EUR 250"}),
        ("Your price is 1 each", Kind.MONEY, {"? 1"}),
        ("VAT 20 %", Kind.PERCENT, {"20"}),
        ("twenty-five percent off", Kind.PERCENT, {"25"}),
        ("17,5 Prozent", Kind.PERCENT, {"17.5"}),
        ("on 25 November 2026", Kind.DATE, {"2026-11-25"}),
        ("the 25th of November", Kind.DATE, {"0000-11-25"}),
        ("Nov 25, 2026", Kind.DATE, {"2026-11-25"}),
        ("am 25. November", Kind.DATE, {"0000-11-25"}),
        ("25.11.26", Kind.DATE, {"2026-11-25"}),
        ("03/04/2026", Kind.DATE, {"2026-03-04", "2026-04-03"}),
        ("2026-11-25", Kind.DATE, {"2026-11-25"}),
        ("in March 2027", Kind.DATE, {"2027-03-00"}),
        ("at 9am", Kind.TIME, {"540"}),
        ("at 9:00", Kind.TIME, {"540", "1260"}),
        ("um 17.30 Uhr", Kind.TIME, {"1050"}),
        ("on Friday", Kind.WEEKDAY, {"4"}),
        ("Mon", Kind.WEEKDAY, {"0"}),
        ("viernes", Kind.WEEKDAY, {"4"}),
        ("call 020 7946 0958", Kind.PHONE, {"079460958"}),
        ("call +44 (0)20 7946-0958", Kind.PHONE, {"079460958"}),
        ("see https://www.a.example/x?y=1.", Kind.LINK, {"a.example/x?y=1"}),
        ("see [here](javascript:alert(1))", Kind.LINK, {"javascript:alert(1"}),
        ("see shop.evil.com/pay now", Kind.LINK, {"shop.evil.com/pay"}),
        ("mail Ann@A.co.uk", Kind.EMAIL, {"ann@a.co.uk"}),
        ("TKT-202611-00007 is open", Kind.REFERENCE, {"tkt-202611-00007"}),
        ("the GS-2210 and Cat 6", Kind.CODE, {"gs2210"}),
        ("within five working days", Kind.NUMBER, {"5"}),
        ("90m of cable", Kind.NUMBER, {"90"}),
        ("delivery is free of charge", Kind.FREE, {"free"}),
        ("kostenlose Lieferung", Kind.FREE, {"free"}),
    ],
)
def test_a_fact_is_read_in_every_spelling(text, kind, expected):
    assert readings(text, kind) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1. Hold the button.\n2) Let go.",
        "As the article says [0] and [12].",
        "First step 2, then option 3.",
        "Feel free to ask, e.g. about Wi-Fi.",
        "You may march on; the router sat in the sun.",
        "That ended.Please try again.",
        "The 1st light is off.",
    ],
)
def test_plain_words_hold_no_fact(text):
    assert facts(text) == ()


@given(st.decimals(min_value=1, max_value=999_999, places=2))
def test_an_amount_means_the_same_with_and_without_separators(amount: Decimal):
    spellings = (f"£{amount}", f"£{amount:,}", f"{amount} GBP", f"{amount:,} pounds")
    found = [readings(f"It is {spelling} now", Kind.MONEY) for spelling in spellings]

    assert all(found)
    assert set.intersection(*found)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text):
    for fact in facts(text):
        assert fact.readings


def test_reading_stays_quick_on_a_long_text():
    import time

    started = time.monotonic()
    facts("1 " * 3000 + "a.b" * 2000 + "£1,000,000 " * 300 + "-" * 3000)
    assert time.monotonic() - started < 20
