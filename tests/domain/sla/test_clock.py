"""Business time against cases worked by hand, and what must hold for any calendar."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.sla.clock import (
    AROUND_THE_CLOCK,
    DAY,
    Calendar,
    NeverOpen,
    Pause,
    WrongPeriods,
    business_time_between,
    deadline,
    weekdays,
)

NINE_TO_FIVE = Calendar(weekdays((540, 1020)), "Europe/London", "GB", "ENG")
LUNCH = Calendar(weekdays((540, 750), (810, 1020)), "Europe/London")  # 9–12:30, 13:30–17
BERLIN = Calendar(weekdays((480, 960)), "Europe/Berlin", "DE", "BE")
OWN_DAY = Calendar(weekdays((540, 1020)), "Europe/London", closed=frozenset({date(2026, 11, 25)}))
SATURDAYS = Calendar((*(((540, 1020),),) * 5, ((600, 840),), ()), "Europe/London")
ALL_LONDON = Calendar((((0, DAY),),) * 7, "Europe/London")
NIGHTS = Calendar((((0, 360), (1320, DAY)),) * 7, "Europe/London")  # 22–6
NEW_YORK = Calendar(weekdays((540, 1020)), "America/New_York", "US")
KATHMANDU = Calendar(weekdays((600, 1020)), "Asia/Kathmandu")
HAVANA = Calendar((((0, DAY),),) * 7, "America/Havana")  # its clocks change at midnight

PAUSED_OVERNIGHT = ("2026-11-24 16:00", "2026-11-25 10:00")

CASES = [
    # name, calendar, opened (wall clock there), minutes, pauses, due (wall clock there)
    ("within the day", NINE_TO_FIVE, "2026-11-24 09:00", 240, (), "2026-11-24 13:00"),
    ("fifteen minutes", NINE_TO_FIVE, "2026-11-24 16:30", 15, (), "2026-11-24 16:45"),
    ("fifteen over night", NINE_TO_FIVE, "2026-11-24 16:50", 15, (), "2026-11-25 09:05"),
    ("just at closing", NINE_TO_FIVE, "2026-11-24 16:45", 15, (), "2026-11-24 17:00"),
    ("opened before hours", NINE_TO_FIVE, "2026-11-24 06:12", 60, (), "2026-11-24 10:00"),
    ("opened after hours", NINE_TO_FIVE, "2026-11-24 21:00", 60, (), "2026-11-25 10:00"),
    ("over the weekend", NINE_TO_FIVE, "2026-11-27 16:00", 120, (), "2026-11-30 10:00"),
    ("opened on a Sunday", NINE_TO_FIVE, "2026-11-29 12:00", 30, (), "2026-11-30 09:30"),
    ("three full days", NINE_TO_FIVE, "2026-11-24 10:00", 1440, (), "2026-11-27 10:00"),
    ("lunch in between", LUNCH, "2026-11-24 12:00", 60, (), "2026-11-24 14:00"),
    ("opened at lunch", LUNCH, "2026-11-24 12:45", 15, (), "2026-11-24 13:45"),
    ("ends as lunch begins", LUNCH, "2026-11-24 12:00", 30, (), "2026-11-24 12:30"),
    ("a day of seven hours", LUNCH, "2026-11-24 09:00", 480, (), "2026-11-25 10:00"),
    ("Christmas", NINE_TO_FIVE, "2026-12-24 16:00", 120, (), "2026-12-29 10:00"),
    ("Good Friday to Tuesday", NINE_TO_FIVE, "2026-04-02 16:30", 60, (), "2026-04-07 09:30"),
    ("a holiday on a Sunday", BERLIN, "2026-03-06 15:00", 120, (), "2026-03-09 09:00"),
    ("a Monday that only Berlin keeps", BERLIN, "2027-03-05 15:00", 120, (), "2027-03-09 09:00"),
    ("a closed day of ours", OWN_DAY, "2026-11-24 16:00", 90, (), "2026-11-26 09:30"),
    ("Saturdays are short", SATURDAYS, "2026-11-28 13:00", 120, (), "2026-11-30 10:00"),
    ("24×7 over a weekend", AROUND_THE_CLOCK, "2026-11-27 23:50", 15, (), "2026-11-28 00:05"),
    ("24×7 at new year", AROUND_THE_CLOCK, "2026-12-31 20:00", 480, (), "2027-01-01 04:00"),
    ("24×7 in spring", ALL_LONDON, "2026-03-29 00:00", 120, (), "2026-03-29 03:00"),
    ("24×7 in autumn", ALL_LONDON, "2026-10-25 00:00", 240, (), "2026-10-25 03:00"),
    ("nights in spring are short", NIGHTS, "2026-03-28 22:00", 480, (), "2026-03-29 23:00"),
    ("nights in autumn are long", NIGHTS, "2026-10-24 22:00", 540, (), "2026-10-25 06:00"),
    ("hours stay theirs", NINE_TO_FIVE, "2026-03-27 16:00", 120, (), "2026-03-30 10:00"),
    ("Thanksgiving", NEW_YORK, "2026-11-25 16:45", 30, (), "2026-11-27 09:15"),
    ("a zone of 5:45", KATHMANDU, "2026-11-24 16:50", 15, (), "2026-11-25 10:05"),
    ("midnight comes twice", HAVANA, "2026-10-31 22:00", 300, (), "2026-11-01 02:00"),
    ("paused over night", NINE_TO_FIVE, "2026-11-24 15:00", 120,
     (PAUSED_OVERNIGHT,), "2026-11-25 11:00"),
    ("paused outside hours only", NINE_TO_FIVE, "2026-11-24 16:00", 120,
     (("2026-11-24 18:00", "2026-11-25 08:00"),), "2026-11-25 10:00"),
    ("two pauses that overlap", NINE_TO_FIVE, "2026-11-24 09:00", 120,
     (("2026-11-24 10:00", "2026-11-24 11:00"), ("2026-11-24 10:30", "2026-11-24 12:00")),
     "2026-11-24 13:00"),
    ("a pause after the deadline", NINE_TO_FIVE, "2026-11-24 09:00", 60,
     (("2026-11-24 10:00", "2026-11-24 12:00"),), "2026-11-24 10:00"),
    ("an open pause", NINE_TO_FIVE, "2026-11-24 09:00", 120, (("2026-11-24 10:00", ""),), None),
    ("an open pause, too late to matter", NINE_TO_FIVE, "2026-11-24 09:00", 60,
     (("2026-11-24 10:00", ""),), "2026-11-24 10:00"),
]  # fmt: skip


def _at(text: str, calendar: Calendar) -> datetime:
    day, _, clock = text.partition(" ")
    hour, minute = (int(part) for part in clock.split(":"))
    wall = datetime.fromisoformat(day) + timedelta(hours=hour, minutes=minute)
    return wall.replace(tzinfo=ZoneInfo(calendar.zone)).astimezone(UTC)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_the_clock_agrees_with_what_was_worked_by_hand(case: tuple) -> None:  # type: ignore[type-arg]
    name, calendar, opened, minutes, paused, due = case
    pauses = [Pause(_at(a, calendar), _at(b, calendar) if b else None) for a, b in paused]
    given_at = _at(opened, calendar)
    found = deadline(given_at, timedelta(minutes=minutes), calendar, pauses)
    print(f"{name}: opened {opened} + {minutes} min, paused {paused or 'never'}: due {due}")  # noqa: T201
    assert found == (_at(due, calendar) if due else None)
    if found:
        assert business_time_between(given_at, found, calendar, pauses) == timedelta(
            minutes=minutes
        )


# --- for any calendar ----------------------------------------------------------------------

ZONES = ("UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Havana")
MOMENTS = st.integers(1_735_689_600, 1_830_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
DURATIONS = st.timedeltas(timedelta(0), timedelta(days=20))
DATES = st.frozensets(st.dates(date(2025, 1, 1), date(2028, 12, 31)), max_size=30)
PAUSES = st.lists(
    st.tuples(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9))).map(
        lambda one: Pause(one[0], one[0] + one[1])
    ),
    max_size=5,
)


@st.composite
def days(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.sets(st.integers(0, DAY), max_size=6)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = [draw(days()) for _ in range(7)]
    week[draw(st.integers(0, 6))] = ((540, 750), (810, 1020))
    country = draw(st.sampled_from(("", "GB", "DE")))
    zone = draw(st.sampled_from(ZONES))
    return Calendar(tuple(week), zone, country, closed=draw(DATES))  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(calendars(), MOMENTS, DURATIONS, PAUSES)
def test_any_instant_round_trips(
    calendar: Calendar, start: datetime, duration: timedelta, pauses: list[Pause]
) -> None:
    due = deadline(start, duration, calendar, pauses)
    assert due is not None
    assert business_time_between(start, due, calendar, pauses) == duration


@settings(max_examples=150, deadline=None)
@given(calendars(), MOMENTS, DURATIONS, PAUSES, PAUSES)
def test_pausing_never_shortens(
    calendar: Calendar, start: datetime, duration: timedelta, few: list[Pause], more: list[Pause]
) -> None:
    before = deadline(start, duration, calendar, few)
    after = deadline(start, duration, calendar, [*few, *more])
    assert before is not None
    assert after is not None
    assert after >= before


@settings(max_examples=100, deadline=None)
@given(calendars(), MOMENTS, DURATIONS, DATES)
def test_adding_holidays_never_brings_a_deadline_nearer(
    calendar: Calendar, start: datetime, duration: timedelta, closed: frozenset[date]
) -> None:
    less = Calendar(calendar.week, calendar.zone, calendar.country, closed=calendar.closed | closed)
    assert deadline(start, duration, less) >= deadline(start, duration, calendar)  # type: ignore[operator]


@settings(max_examples=100, deadline=None)
@given(calendars(), MOMENTS, MOMENTS, DURATIONS, DURATIONS)
def test_a_later_start_or_a_longer_time_is_never_due_earlier(
    calendar: Calendar, one: datetime, other: datetime, short: timedelta, more: timedelta
) -> None:
    early, late = sorted((one, other))
    due = deadline(early, short, calendar)
    assert due is not None
    assert due <= deadline(late, short, calendar)  # type: ignore[operator]
    assert due <= deadline(early, short + more, calendar)  # type: ignore[operator]


def test_a_calendar_that_never_opens_is_refused_instead_of_searched_for_ever() -> None:
    every = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(366 * 45))
    never = Calendar(weekdays((540, 1020)), closed=every)
    with pytest.raises(NeverOpen):
        deadline(datetime(2026, 1, 5, tzinfo=UTC), timedelta(minutes=1), never)


@pytest.mark.parametrize("day", [((600, 540),), ((540, 700), (690, 800)), ((0, 1441),)])
def test_periods_out_of_order_are_refused(day: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(WrongPeriods):
        Calendar(((), (), (), (), (), (), day))


def test_a_year_of_business_days_is_not_counted_day_by_day() -> None:
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    year = timedelta(hours=8 * 250)
    deadline(start, year, LUNCH)
    began = time.perf_counter()
    for _ in range(100):
        deadline(start, year, LUNCH)
    assert (time.perf_counter() - began) / 100 < 0.02
