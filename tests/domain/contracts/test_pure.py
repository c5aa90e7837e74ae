"""States, terms, values and templates of contracts, without a database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts import standard
from domain.contracts.lifecycle import MOVES, STATUSES, ContractMoveRefused, require_move
from domain.contracts.support import included_services, period
from domain.contracts.templating import (
    PLACEHOLDERS,
    Section,
    TemplateIsWrong,
    filled,
    require_known,
    sections,
)
from domain.contracts.terms import (
    Term,
    TooLate,
    add_months,
    due,
    last_day,
    require_notice,
)
from domain.contracts.value import Charge, interval_of, value
from domain.errors import Refused
from domain.quotes.writing.words import LANGUAGES
from domain.types import Money

days = st.dates(date(2000, 1, 1), date(2100, 12, 31))
TERM = Term(date(2026, 3, 1), date(2027, 2, 28), 12)


@pytest.mark.parametrize("old", STATUSES)
@pytest.mark.parametrize("new", STATUSES)
def test_every_move_is_in_the_table_or_refused_with_what_is_possible(old: str, new: str) -> None:
    if new in MOVES[old]:
        require_move("CT-1", old, new)
        return
    with pytest.raises(ContractMoveRefused, match=f"CT-1 is {old}") as refused:
        require_move("CT-1", old, new)
    assert all(allowed in str(refused.value) for allowed in MOVES[old])


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_months_are_added_by_the_calendar(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(
    st.dates(date(2000, 1, 1), date(2100, 12, 28)).filter(lambda d: d.day <= 28),
    st.integers(1, 120),
)
def test_terms_follow_each_other_without_a_gap(start: date, months: int) -> None:
    term = Term(start, last_day(start, months), months)
    following = term.next()
    assert following.starts_on - term.ends_on == timedelta(days=1)
    assert following.ends_on == last_day(add_months(start, months), months)


@pytest.mark.parametrize(
    ("status", "renewal", "cancels_on", "today", "expected"),
    [
        ("active", "manual", None, date(2026, 11, 29), None),
        ("active", "manual", None, date(2026, 11, 30), "renewal_due"),
        ("active", "none", None, date(2026, 12, 30), None),
        ("active", "manual", date(2027, 2, 28), date(2026, 12, 30), None),
        ("pending_renewal", "manual", None, date(2026, 12, 30), None),
        ("pending_renewal", "manual", None, date(2027, 3, 1), "expired"),
        ("pending_renewal", "automatic", None, date(2027, 3, 1), "renewed"),
        ("active", "automatic", date(2027, 1, 5), date(2027, 1, 5), None),
        ("active", "automatic", date(2027, 1, 5), date(2027, 1, 6), "cancelled"),
        ("suspended", "automatic", None, date(2027, 3, 1), "expired"),
        ("suspended", "manual", None, date(2026, 12, 30), None),
        ("draft", "manual", None, date(2030, 1, 1), None),
        ("expired", "automatic", None, date(2030, 1, 1), None),
    ],
)
def test_what_a_day_brings(
    status: str, renewal: str, cancels_on: date | None, today: date, expected: str | None
) -> None:
    term = Term(TERM.starts_on, TERM.ends_on, 12, renewal)
    assert due(status, term, cancels_on, today) == expected


def test_notice_is_kept_or_told() -> None:
    require_notice("CT-1", date(2026, 3, 31), date(2026, 3, 1), 30)
    with pytest.raises(TooLate, match="2026-03-31"):
        require_notice("CT-1", date(2026, 3, 30), date(2026, 3, 1), 30)


@given(
    st.lists(
        st.tuples(
            st.decimals("0", "100000", places=2),
            st.sampled_from(["once", "monthly", "quarterly", "yearly"]),
        )
    ),
    st.randoms(),
)
def test_the_value_is_a_sum_whose_order_means_nothing(
    costs: list[tuple[Decimal, str]], chance: object
) -> None:
    charges = [Charge(Money(amount), interval) for amount, interval in costs]
    worth = value(charges, "GBP")
    assert value(reversed(charges), "GBP") == worth
    times = {"once": 0, "monthly": 12, "quarterly": 4, "yearly": 1}
    assert worth.annual.amount == sum(amount * times[interval] for amount, interval in costs)
    assert worth.of_term(12).amount == worth.annual.amount + worth.once.amount


def test_units_say_how_often_a_charge_comes() -> None:
    assert [interval_of(unit) for unit in ("Month", "year", " quarter ", "each", "Monate", "")] == [
        "monthly",
        "yearly",
        "quarterly",
        "once",
        "monthly",
        "once",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_standard_template_knows_its_placeholders(language: str) -> None:
    words = standard.words_of(language)
    assert words.language == language
    assert words.phrases.keys() == standard.words_of("en").phrases.keys()
    parts = sections(words.sections)
    assert [part.id for part in parts] == [part["id"] for part in standard.SECTIONS]
    require_known(parts)
    whole = filled(parts, dict.fromkeys(PLACEHOLDERS, "!"))
    assert "{{" not in "".join(part.content for part in whole)


def test_what_is_filled_in_is_never_read_as_a_template() -> None:
    parts = (Section(id="a", title="{{ title }}", content="{{customer}} and {{ nothing }}"),)
    with pytest.raises(TemplateIsWrong, match="“nothing”"):
        require_known(parts)
    whole = filled(parts, {"title": "{{ customer }}", "customer": "<b>{{ title }}</b>"})
    assert whole[0].title == "{{ customer }}"
    assert whole[0].content == "<b>{{ title }}</b> and –"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ([], "at least 1"),
        ([{"id": "A b", "title": "x"}], "pattern"),
        ([{"id": "a", "title": "x"}, {"id": "a", "title": "y"}], "same id"),
        ([{"id": "a", "title": "x", "html": "y"}], "Extra"),
        ([{"id": "a", "title": "x\x00"}], "pattern"),
        ("text", "tuple"),
    ],
)
def test_a_wrong_template_is_told_in_a_sentence(raw: object, words: str) -> None:
    with pytest.raises(TemplateIsWrong, match=words):
        sections(raw)


@given(days, st.sampled_from([1, 12]), st.integers(0, 4000))
def test_every_day_lies_in_one_period(start: date, months: int, later: int) -> None:
    today = start + timedelta(days=later)
    since, until = period(start, months, today)
    assert since <= today < until
    assert until - since <= timedelta(days=366)


@pytest.mark.parametrize(
    "raw",
    [
        [{"name": "Hours", "amount": "0", "unit": "h", "per": "year"}],
        [{"name": "Hours", "amount": "NaN", "unit": "h", "per": "year"}],
        [{"name": "Hours", "amount": "1", "unit": "h", "per": "week"}],
        [{"name": "", "amount": "1", "unit": "h", "per": "year"}],
        [{"name": "Hours", "unit": "h", "per": "year"}],
        [{"name": n, "amount": 1, "unit": "h", "per": "year"} for n in ("Hours", "hours")],
    ],
)
def test_wrong_included_services_are_refused(raw: list[dict[str, object]]) -> None:
    with pytest.raises(Refused):
        included_services(raw)
