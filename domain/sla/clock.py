"""Business time: when a promised duration is over on a calendar, and how much has passed; pure.

An instant is business time when the wall clock of the calendar's zone shows a time within a
period of that day. Where the clock jumps over a period's edge, the edge is the jump; where an
hour comes twice, a period begins with the first and ends with the second. All is counted in whole
microseconds, so that any instant round-trips: between(start, deadline(start, d)) == d.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from domain.errors import Refused

DAY = 24 * 60
YEARS = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

Periods = tuple[tuple[int, int], ...]
"""Of one day, in minutes from midnight: ((540, 750), (810, 1020)) with a lunch break."""


class WrongPeriods(Refused):
    def __init__(self, reason: str) -> None:
        super().__init__(f"These are no business hours: {reason}.")


class NeverOpen(Refused):
    def __init__(self) -> None:
        super().__init__(f"The calendar is not open long enough within {YEARS} years.")


@dataclass(frozen=True, slots=True)
class Calendar:
    """`week`: the periods of Monday to Sunday. `country` (ISO 3166) and `region` bring their
    public holidays, `closed` the company's own."""

    week: tuple[Periods, ...]
    zone: str = "UTC"
    country: str = ""
    region: str = ""
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise WrongPeriods("give seven days, one of them open")
        for day in self.week:
            last = 0
            for start, end in day:
                if not last <= start < end <= DAY:
                    raise WrongPeriods("each period ends after it begins and before the next")
                last = end

    def is_closed(self, day: date) -> bool:
        return day in self.closed or day in _holidays(self.country, self.region, day.year)


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that does not count. `until` None: still going on."""

    since: datetime
    until: datetime | None = None


WORKDAY: Periods = ((9 * 60, 17 * 60),)
AROUND_THE_CLOCK = Calendar((((0, DAY),),) * 7)


def weekdays(*periods: tuple[int, int]) -> tuple[Periods, ...]:
    """The same periods from Monday to Friday."""
    return (tuple(periods),) * 5 + ((), ())


def business_time_between(
    start: datetime, end: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> timedelta:
    """Zero where the end comes first."""
    total = 0
    for since, until in _running(start, end, pauses):
        total += _elapsed(since, until, calendar)
    return total * _TICK


def deadline(
    start: datetime, duration: timedelta, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """The first instant at which the duration has passed; None while a pause is open before it.

    Raises NeverOpen.
    """
    at, left = start, duration // _TICK
    for pause in _merged(pauses):
        if pause.until is not None and pause.until <= at:
            continue
        available = _elapsed(at, pause.since, calendar) if pause.since > at else 0
        if available >= left:
            break
        if pause.until is None:
            return None
        left -= available
        at = pause.until
    return _after(at, left, calendar)


def _running(
    start: datetime, end: datetime, pauses: Iterable[Pause]
) -> list[tuple[datetime, datetime]]:
    """What is left of the span without its pauses."""
    spans, at = [], start
    for pause in _merged(pauses):
        if pause.since > at:
            spans.append((at, min(pause.since, end)))
        if pause.until is None:
            return [span for span in spans if span[0] < span[1]]
        at = max(at, pause.until)
    return [span for span in [*spans, (at, end)] if span[0] < span[1]]


def _merged(pauses: Iterable[Pause]) -> list[Pause]:
    """By time, without overlaps."""
    merged: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: one.since):
        last = merged[-1] if merged else None
        if last is None or (last.until is not None and last.until < pause.since):
            merged.append(pause)
        elif last.until is not None:
            is_longer = pause.until is None or pause.until > last.until
            merged[-1] = Pause(last.since, pause.until if is_longer else last.until)
    return merged


# --- the open spans of a year, in microseconds since 1970 -----------------------------------


@dataclass(frozen=True, slots=True)
class _Year:
    """`passed`: how much business time the year has had at each span's end."""

    starts: Sequence[int]
    ends: Sequence[int]
    passed: Sequence[int]

    @property
    def total(self) -> int:
        return self.passed[-1] if self.passed else 0

    def elapsed(self, at: int) -> int:
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        return self.passed[index] - max(0, self.ends[index] - at)

    def when(self, elapsed: int) -> int:
        index = bisect_left(self.passed, elapsed)
        return self.ends[index] - (self.passed[index] - elapsed)


def _elapsed(start: datetime, end: datetime, calendar: Calendar) -> int:
    if end <= start:
        return 0
    zone = ZoneInfo(calendar.zone)
    first, last = start.astimezone(zone).year, end.astimezone(zone).year
    whole = sum(_year(calendar, year).total for year in range(first, last))
    return (
        whole
        + _year(calendar, last).elapsed(_tick(end))
        - _year(calendar, first).elapsed(_tick(start))
    )


def _after(start: datetime, duration: int, calendar: Calendar) -> datetime:
    if duration <= 0:
        return start
    first = start.astimezone(ZoneInfo(calendar.zone)).year
    needed = duration + _year(calendar, first).elapsed(_tick(start))
    for number in range(first, first + YEARS):
        year = _year(calendar, number)
        if needed <= year.total:
            return _EPOCH + year.when(needed) * _TICK
        needed -= year.total
    raise NeverOpen


def _tick(at: datetime) -> int:
    return (at - _EPOCH) // _TICK


@lru_cache(maxsize=512)
def _year(calendar: Calendar, year: int) -> _Year:
    zone = ZoneInfo(calendar.zone)
    starts: list[int] = []
    ends: list[int] = []
    day = date(year, 1, 1)
    while day.year == year:
        for period in () if calendar.is_closed(day) else calendar.week[day.weekday()]:
            # An hour that comes twice at midnight belongs to one day only.
            start = max(_edge(day, period[0], zone, fold=0), ends[-1] if ends else 0)
            end = _edge(day, period[1], zone, fold=1)
            if start < end:
                starts.append(start)
                ends.append(end)
        day += timedelta(days=1)
    lengths = [end - start for start, end in zip(starts, ends, strict=True)]
    return _Year(starts, ends, list(accumulate(lengths)))


def _edge(day: date, minute: int, zone: ZoneInfo, *, fold: int) -> int:
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001
    at = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != wall:
        at = _jump(wall, zone)
    return _tick(at)


def _jump(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clock jumps over this time of day."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    while after - before > _TICK:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


@lru_cache(maxsize=512)
def _holidays(country: str, region: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    import holidays  # heavy: only where a calendar names a country

    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError as error:
        raise WrongPeriods(f"nobody knows the holidays of {country} {region}".strip()) from error
