"""What a ticket's history means for its policy: pauses, due times, what fires when; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from domain.sla.clock import NeverOpen, Pause, business_time_between, deadline
from domain.sla.policies import Policy
from domain.tickets.lifecycle import FINISHED

FIRST_RESPONSE, RESOLUTION = TARGETS = ("first_response", "resolution")
WARNED, CRITICAL, BREACHED = LEVELS = ("warned", "critical", "breached")
WAITING = "waiting_customer"


class Step(NamedTuple):
    """From then on the ticket was in that status."""

    at: datetime
    status: str


class Firing(NamedTuple):
    at: datetime
    target: str
    level: str
    due: datetime


@dataclass(frozen=True, slots=True)
class History:
    """`steps`: by time, the first is the opening. `answered_at`: the first visible answer."""

    steps: Sequence[Step]
    priority: str
    answered_at: datetime | None = None

    @property
    def started_at(self) -> datetime:
        return self.steps[0].at

    @property
    def finished_at(self) -> datetime | None:
        """When the last stretch of finished statuses began, if it still lasts."""
        if self.steps[-1].status not in FINISHED:
            return None
        at = self.steps[-1].at
        for step in reversed(self.steps):
            if step.status not in FINISHED:
                break
            at = step.at
        return at

    @property
    def is_cancelled(self) -> bool:
        return self.steps[-1].status == "cancelled"

    def pauses(self) -> list[Pause]:
        """While it waited for the customer, and while it was finished before it was reopened."""
        found = [
            Pause(step.at, after.at)
            for step, after in pairwise(self.steps)
            if step.status == WAITING or step.status in FINISHED
        ]
        if self.steps[-1].status == WAITING:
            found.append(Pause(self.steps[-1].at))
        return [one for one in found if self.finished_at is None or one.since < self.finished_at]


@dataclass(frozen=True, slots=True)
class Times:
    """`firings`: by time, all that are to fire unless something changes first."""

    pauses: Sequence[Pause]
    first_response_due: datetime | None
    resolution_due: datetime | None
    firings: Sequence[Firing]

    def next(self, fired: Iterable[tuple[str, str]]) -> datetime | None:
        known = set(fired)
        return next((f.at for f in self.firings if (f.target, f.level) not in known), None)


def times(history: History, policy: Policy) -> Times:
    pauses = history.pauses()
    target = policy.target(history.priority)
    ends = {FIRST_RESPONSE: _first_of(history), RESOLUTION: history.finished_at}
    allowed = {FIRST_RESPONSE: target.first_response, RESOLUTION: target.resolution}
    due: dict[str, datetime | None] = {}
    firings = []
    for name in TARGETS:
        made = _levels(history, policy, allowed[name], pauses)
        due[name] = made[BREACHED]
        firings += [
            Firing(at, name, level, made[BREACHED] or at)
            for level, at in made.items()
            if at is not None and (ends[name] is None or at < ends[name])  # type: ignore[operator]
        ]
    return Times(pauses, due[FIRST_RESPONSE], due[RESOLUTION], sorted(firings))


def _first_of(history: History) -> datetime | None:
    """What ends the wait for a first response: it, or the end of the ticket without one."""
    known = [at for at in (history.answered_at, history.finished_at) if at is not None]
    return min(known) if known else None


def _levels(
    history: History, policy: Policy, allowed: timedelta, pauses: Sequence[Pause]
) -> dict[str, datetime | None]:
    shares = {WARNED: policy.warning, CRITICAL: policy.critical, BREACHED: 1.0}
    return {
        level: _due(history.started_at, allowed * share, policy, pauses)
        for level, share in shares.items()
    }


def _due(
    start: datetime, allowed: timedelta, policy: Policy, pauses: Sequence[Pause]
) -> datetime | None:
    """A calendar that hardly ever opens must not keep the other tickets' clocks from running."""
    try:
        return deadline(start, allowed, policy.calendar, pauses)
    except NeverOpen:
        return None


def share_used(history: History, policy: Policy, name: str, now: datetime) -> float:
    """Of the target's time; more than 1 after the deadline."""
    target = policy.target(history.priority)
    allowed = target.first_response if name == FIRST_RESPONSE else target.resolution
    until = history.answered_at if name == FIRST_RESPONSE and history.answered_at else now
    used = business_time_between(history.started_at, until, policy.calendar, history.pauses())
    return used / allowed
