"""A circuit breaker: a model that is down is left alone for a while, then tried once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Circuit(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    """One turn may try; until it is back, no other does."""


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    failures: int = 3
    pause: timedelta = timedelta(seconds=30)
    """After each failed trial twice as long, up to `longest_pause`."""
    longest_pause: timedelta = timedelta(minutes=5)


class Breaker:
    """Counts outages in a row. Every `admit` that says yes must end in one of the three calls."""

    def __init__(self, limits: BreakerLimits, clock: Callable[[], datetime]) -> None:
        self._limits = limits
        self._clock = clock
        self._failures = 0
        self._trials_failed = 0
        self._open_until: datetime | None = None
        self._is_trying = False
        self.last_reason = ""

    @property
    def circuit(self) -> Circuit:
        if self._open_until is None:
            return Circuit.CLOSED
        return Circuit.HALF_OPEN if self._clock() >= self._open_until else Circuit.OPEN

    def admit(self) -> bool:
        circuit = self.circuit
        if circuit is Circuit.CLOSED:
            return True
        if circuit is Circuit.OPEN or self._is_trying:
            return False
        self._is_trying = True
        return True

    def worked(self) -> None:
        """The service answered, well or not."""
        self._failures = self._trials_failed = 0
        self._open_until, self._is_trying, self.last_reason = None, False, ""

    def failed(self, reason: str) -> None:
        self._failures += 1
        self.last_reason = reason
        if self._is_trying:
            self._trials_failed += 1
        if self._is_trying or self._failures >= self._limits.failures:
            pause = self._limits.pause * 2 ** min(self._trials_failed, 8)
            self._open_until = self._clock() + min(pause, self._limits.longest_pause)
        self._is_trying = False

    def undecided(self) -> None:
        """The turn was dropped before anything was learned."""
        self._is_trying = False
