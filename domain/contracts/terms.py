"""How long a contract runs, when it is talked about again, and what is due today; pure.

A term includes its first and its last day: twelve months from 1 March end on the last of February.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from domain.errors import Refused

RENEWALS = ("manual", "automatic", "none")
LONGEST_MONTHS = 600


class TooLate(Refused):
    def __init__(self, number: str, earliest: date, notice_days: int) -> None:
        super().__init__(
            f"{number} is cancelled with {notice_days} days' notice: the earliest day is "
            f"{earliest.isoformat()}. Where both sides agree, say so and any day will do."
        )


@dataclass(frozen=True, slots=True)
class Term:
    """`renewal_notice`: days before the end at which renewing is talked about."""

    starts_on: date
    ends_on: date
    months: int
    renewal: str = "manual"
    renewal_notice: int = 90

    @property
    def notice_on(self) -> date:
        return self.ends_on - timedelta(days=self.renewal_notice)

    def next(self) -> "Term":
        """The term that follows without a gap, as long as this one."""
        starts_on = self.ends_on + timedelta(days=1)
        ends_on = last_day(starts_on, self.months)
        return Term(starts_on, ends_on, self.months, self.renewal, self.renewal_notice)


def last_day(starts_on: date, months: int) -> date:
    """The last day of so many months from a day on."""
    return add_months(starts_on, months) - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day so many months later; a month that is too short ends earlier."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


Due = Literal["renewal_due", "renewed", "expired", "cancelled"]


def due(status: str, term: Term, cancels_on: date | None, today: date) -> Due | None:
    """What has to happen to a contract today; asked again the next day, nothing is missed."""
    if status not in ("active", "pending_renewal", "suspended"):
        return None
    if cancels_on is not None and cancels_on < today:
        return "cancelled"
    if term.ends_on < today:
        goes_on = term.renewal == "automatic" and status != "suspended" and cancels_on is None
        return "renewed" if goes_on else "expired"
    is_talked_about = status == "active" and term.renewal != "none" and cancels_on is None
    return "renewal_due" if is_talked_about and term.notice_on <= today else None


def require_notice(number: str, last: date, today: date, notice_days: int) -> None:
    """Raises TooLate if `last`, the last day of the contract, comes sooner than was agreed."""
    earliest = today + timedelta(days=notice_days)
    if last < earliest:
        raise TooLate(number, earliest, notice_days)
