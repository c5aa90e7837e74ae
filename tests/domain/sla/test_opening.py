"""When somebody is there again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.sla.clock import WORKDAY, Calendar, weekdays
from domain.sla.opening import Hours

CHRISTMAS = date(2026, 12, 25)
OFFICE = Calendar(weekdays(*WORKDAY), "Europe/London", closed=frozenset({CHRISTMAS}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "back"),
    [
        ("2026-11-25T10:00", None),
        ("2026-11-25T09:00", None),
        ("2026-11-25T08:59", "2026-11-25T09:00"),
        ("2026-11-25T17:00", "2026-11-26T09:00"),
        ("2026-11-27T20:00", "2026-11-30T09:00"),
        ("2026-12-24T18:00", "2026-12-28T09:00"),
    ],
)
def test_by_the_calendar_with_its_holidays(now: str, back: str | None) -> None:
    assert Hours(OFFICE).back_at(at(now)) == (at(back) if back else None)


def test_what_staff_say_goes_before_the_calendar() -> None:
    away = Hours(OFFICE, away_until=at("2026-11-25T14:00"))
    assert away.back_at(at("2026-11-25T10:00")) == at("2026-11-25T14:00")
    night = Hours(OFFICE, away_until=at("2026-11-25T20:00"))
    assert night.back_at(at("2026-11-25T10:00")) == at("2026-11-26T09:00")
    assert Hours(OFFICE, away_until=at("2026-11-24T10:00")).back_at(at("2026-11-25T10:00")) is None


def test_without_a_calendar_people_are_there_unless_they_say_otherwise() -> None:
    now = at("2026-11-29T03:00")
    assert Hours().back_at(now) is None
    assert Hours(None, now + timedelta(hours=1)).back_at(now) == now + timedelta(hours=1)


def test_a_customer_waits_only_while_somebody_could_be_there() -> None:
    evening, morning = at("2026-11-25T16:30"), at("2026-11-26T09:45")
    assert Hours(OFFICE).waited(evening, morning) == timedelta(minutes=75)
    assert Hours().waited(evening, morning) == morning - evening
    away = Hours(OFFICE, away_until=at("2026-11-26T09:30"))
    assert away.waited(evening, morning) == timedelta(minutes=15)
    assert Hours(OFFICE, at("2026-11-27T09:00")).waited(evening, morning) == timedelta(0)


@given(some.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001
def test_once_back_somebody_is_there(naive: datetime) -> None:
    now = naive.replace(tzinfo=UTC)
    back = Hours(OFFICE).back_at(now)
    assert back is None or (back > now and Hours(OFFICE).back_at(back) is None)
