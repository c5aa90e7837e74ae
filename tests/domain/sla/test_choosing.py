"""Which policy a ticket gets, what its history means, and how risky it is."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.sla.clock import AROUND_THE_CLOCK, WrongPeriods
from domain.sla.policies import (
    TEMPLATES,
    About,
    Asked,
    NoTarget,
    Policy,
    StoredCalendar,
    choose,
    fallback,
    read_targets,
)
from domain.sla.risk import risk
from domain.sla.timing import History, Step, share_used, times

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEFAULT = fallback(4, 24)


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def policy(name: str, **asked: frozenset[str]) -> Policy:
    targets = read_targets(TEMPLATES["gold"].targets())
    return Policy(name, AROUND_THE_CLOCK, targets, uuid4(), Asked(**asked))


VIP = policy("VIP", tags=frozenset({"vip"}))
CHAT = policy("Chat", channels=frozenset({"whatsapp"}), types=frozenset({"bug", "support"}))
BOOK = (VIP, CHAT)


@pytest.mark.parametrize(
    ("about", "chosen"),
    [
        (About(tags=frozenset({"vip", "new"}), channel="whatsapp"), VIP),
        (About(channel="whatsapp"), CHAT),
        (About(channel="whatsapp", type="billing"), DEFAULT),
        (About(channel="email"), DEFAULT),
    ],
)
def test_the_first_policy_that_matches_holds(about: About, chosen: Policy) -> None:
    assert choose(about, BOOK, DEFAULT) is chosen


def test_a_tickets_own_policy_comes_before_its_contracts_and_both_before_the_rules() -> None:
    vip = About(tags=frozenset({"vip"}))
    other = policy("Contract")
    book = (*BOOK, other)
    assert choose(vip, book, DEFAULT, contract=other.id) is other
    assert choose(vip, book, DEFAULT, own=CHAT.id, contract=other.id) is CHAT
    assert choose(vip, book, DEFAULT, own=uuid4()) is VIP  # that one was removed


def test_a_priority_without_a_target_of_its_own_is_treated_as_medium() -> None:
    assert VIP.target("urgent") == VIP.target("medium")
    standard = read_targets(TEMPLATES["standard"].targets())
    assert standard["urgent"].first_response == timedelta(hours=1)
    assert standard["low"].resolution == timedelta(hours=48)


@pytest.mark.parametrize(
    "targets",
    [
        {},
        {"high": {"first_response": 1, "resolution": 2}},
        {"medium": {"first_response": 3, "resolution": 2}},
        {"medium": {"first_response": 0, "resolution": 2}},
        {"soon": {"first_response": 1, "resolution": 2}},
        {"medium": {"first_response": 1}},
    ],
)
def test_targets_that_make_no_sense_are_refused(targets: dict[str, object]) -> None:
    with pytest.raises(NoTarget):
        read_targets(targets)


@pytest.mark.parametrize(
    "stored",
    [
        StoredCalendar("Europe/Atlantis", {"mon": [["09:00", "17:00"]]}),
        StoredCalendar("../etc/passwd", {"mon": [["09:00", "17:00"]]}),
        StoredCalendar("UTC", {"monday": [["09:00", "17:00"]]}),
        StoredCalendar("UTC", {"mon": [["17:00", "09:00"]]}),
        StoredCalendar("UTC", {"mon": ["09:00"]}),
        StoredCalendar("UTC", {"mon": [["09:00", "25:00"]]}),
        StoredCalendar("UTC", {}),
        StoredCalendar("UTC", {"mon": [["09:00", "17:00"]]}, country="QQ"),
        StoredCalendar("UTC", {"mon": [["09:00", "17:00"]]}, closed=("soon",)),
    ],
)
def test_calendars_that_make_no_sense_are_refused(stored: StoredCalendar) -> None:
    with pytest.raises(WrongPeriods):
        stored.read()


def test_waiting_for_the_customer_stops_the_clock() -> None:
    steps = [Step(hours(0), "open"), Step(hours(2), "waiting_customer"), Step(hours(12), "open")]
    made = times(History(steps, "medium"), DEFAULT)
    assert made.first_response_due == hours(14)
    assert made.resolution_due == hours(34)
    assert share_used(History(steps, "medium"), DEFAULT, "resolution", hours(18)) == 8 / 24


def test_nothing_is_due_while_the_customer_is_waited_for() -> None:
    steps = [Step(hours(0), "open"), Step(hours(2), "waiting_customer")]
    made = times(History(steps, "medium"), DEFAULT)
    assert (made.first_response_due, made.resolution_due, made.firings) == (None, None, [])


def test_the_time_between_resolution_and_reopening_does_not_count() -> None:
    steps = [Step(hours(0), "open"), Step(hours(5), "resolved"), Step(hours(50), "open")]
    history = History(steps, "medium", answered_at=hours(1))
    assert history.finished_at is None
    assert times(history, DEFAULT).resolution_due == hours(24 + 45)


def test_what_ends_in_time_fires_nothing_and_what_ends_late_has_fired() -> None:
    steps = [Step(hours(0), "open"), Step(hours(21), "resolved"), Step(hours(30), "closed")]
    history = History(steps, "medium", answered_at=hours(4))
    assert history.finished_at == hours(21)
    fired = [(f.target, f.level) for f in times(history, DEFAULT).firings]
    assert fired == [
        ("first_response", "warned"),
        ("first_response", "critical"),
        ("resolution", "warned"),
    ]


def test_risk_grows_with_time_used_priority_and_silence() -> None:
    day, none = timedelta(days=1), timedelta(0)
    assert risk(0.5, "high", none) < risk(0.9, "high", none) < risk(1.0, "high", none) == 100
    assert risk(0.5, "low", none) < risk(0.5, "urgent", none)
    assert risk(0.5, "high", none) < risk(0.5, "high", day) == risk(0.5, "high", 9 * day)
    assert risk(0.9, "urgent", day, is_paused=True) == 0
    assert risk(0.99, "urgent", 9 * day) == 99
