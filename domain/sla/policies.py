"""Which policy a ticket gets, its targets, and the policies that come ready made; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import Refused
from domain.sla.clock import AROUND_THE_CLOCK, WORKDAY, Calendar, Periods, WrongPeriods
from domain.tickets.lifecycle import PRIORITIES

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CONDITIONS = ("types", "companies", "channels", "tags")
HOUR = 60


class NoTarget(Refused):
    def __init__(self, reason: str) -> None:
        super().__init__(f"These are no targets: {reason}.")


@dataclass(frozen=True, slots=True)
class Target:
    """In business time."""

    first_response: timedelta
    resolution: timedelta


@dataclass(frozen=True, slots=True)
class Asked:
    """What a ticket must be for a policy to be meant; empty: anything."""

    types: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Asked":
        return cls(**{name: frozenset(map(str, stored.get(name) or ())) for name in CONDITIONS})

    def matches(self, ticket: "About") -> bool:
        return (
            (not self.types or ticket.type in self.types)
            and (not self.companies or ticket.company in self.companies)
            and (not self.channels or ticket.channel in self.channels)
            and (not self.tags or bool(self.tags & ticket.tags))
        )


@dataclass(frozen=True, slots=True)
class About:
    """What of a ticket decides on its policy."""

    type: str = "support"
    company: str = ""
    channel: str = ""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Policy:
    """`id` None: the tenant's settings. Shares are of a target's time."""

    name: str
    calendar: Calendar
    targets: Mapping[str, Target]
    id: UUID | None = None
    asked: Asked = field(default_factory=Asked)
    warning: float = 0.80
    critical: float = 0.95

    def target(self, priority: str) -> Target:
        return self.targets.get(priority) or self.targets["medium"]


def choose(
    ticket: About,
    policies: Iterable[Policy],
    default: Policy,
    *,
    own: UUID | None = None,
    contract: UUID | None = None,
) -> Policy:
    """The ticket's own, its contract's, the first that matches in order, else the default."""
    ordered = tuple(policies)
    known = {policy.id: policy for policy in ordered}
    for named in (own, contract):
        if named is not None and named in known:
            return known[named]
    return next((one for one in ordered if one.asked.matches(ticket)), default)


# --- from and to what is stored ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredCalendar:
    """As a row or a request has it."""

    zone: str
    week: Mapping[str, Any]
    country: str = ""
    region: str = ""
    closed: Iterable[str] = ()

    def read(self) -> Calendar:
        """Raises WrongPeriods."""
        try:
            ZoneInfo(self.zone)
            closed = frozenset(date.fromisoformat(day) for day in self.closed)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise WrongPeriods(f"{error}".strip("'")) from error
        if strange := set(self.week) - set(DAYS):
            raise WrongPeriods(f"“{min(strange)}” is no day of {', '.join(DAYS)}")
        week = tuple(tuple(_period(one) for one in self.week.get(day, ())) for day in DAYS)
        calendar = Calendar(week, self.zone, self.country, self.region, closed)
        calendar.is_closed(date(2026, 1, 1))  # an unknown country is refused now, not by night
        return calendar


def _period(stored: Any) -> tuple[int, int]:
    try:
        start, end = stored
        return _minutes(start), _minutes(end)
    except (ValueError, TypeError) as error:
        raise WrongPeriods("a period is a pair of times, 09:00 and 17:00") from error


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    if not (0 <= int(hours) <= 24 and 0 <= int(minutes) < 60):
        raise ValueError(clock)
    return int(hours) * HOUR + int(minutes)


def shown_week(week: Iterable[Periods]) -> dict[str, list[list[str]]]:
    return {
        name: [[f"{m // HOUR:02}:{m % HOUR:02}" for m in period] for period in periods]
        for name, periods in zip(DAYS, week, strict=True)
    }


def read_targets(stored: Mapping[str, Any]) -> dict[str, Target]:
    """Raises NoTarget."""
    targets = {}
    for priority, minutes in stored.items():
        if priority not in PRIORITIES:
            raise NoTarget(f"“{priority}” is no priority")
        try:
            first, whole = int(minutes["first_response"]), int(minutes["resolution"])
        except (KeyError, TypeError, ValueError) as error:
            raise NoTarget("each has first_response and resolution in minutes") from error
        if not 0 < first <= whole:
            raise NoTarget("a first response comes no later than the resolution")
        targets[priority] = Target(timedelta(minutes=first), timedelta(minutes=whole))
    if "medium" not in targets:
        raise NoTarget("medium is needed: the others fall back to it")
    return targets


# --- ready made (hours: first response / resolution) --------------------------------------------


@dataclass(frozen=True, slots=True)
class Template:
    title: str
    hours: Mapping[str, tuple[float, float]]
    is_around_the_clock: bool = False

    def targets(self) -> dict[str, dict[str, int]]:
        return {
            priority: {"first_response": round(first * HOUR), "resolution": round(whole * HOUR)}
            for priority, (first, whole) in self.hours.items()
        }

    def week(self) -> dict[str, list[list[str]]]:
        if self.is_around_the_clock:
            return shown_week(AROUND_THE_CLOCK.week)
        return shown_week((WORKDAY,) * 5 + ((), ()))


TEMPLATES: dict[str, Template] = {
    "standard": Template(
        "Standard", {"urgent": (1, 4), "high": (2, 8), "medium": (4, 24), "low": (8, 48)}
    ),
    "extended": Template("Extended", {"medium": (2, 16)}),
    "24x7": Template("24×7", {"medium": (1, 8)}, is_around_the_clock=True),
    "gold": Template("Gold", {"medium": (0.5, 4)}),
    "bronze": Template("Bronze", {"medium": (8, 48)}),
}


def fallback(first_response_hours: float, resolution_hours: float) -> Policy:
    """The tenant's settings as a policy: they name no calendar, so plain hours, day and night."""
    first = timedelta(hours=first_response_hours)
    target = Target(first, max(first, timedelta(hours=resolution_hours)))
    return Policy("Default", AROUND_THE_CLOCK, {"medium": target})
