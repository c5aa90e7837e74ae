"""A time as staff type it (`2d`, `monday`, `tomorrow 14:00`, `2026-12-01`); pure."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.tickets.working.clock import zone

MORNING = time(9)
FARTHEST = timedelta(days=3660)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(?:in )?(\d{1,4}) ?(m|min|h|d|w|minute|hour|day|week)s?\b", re.I)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\b")
_WORD = re.compile(rf"(?:next )?(today|tonight|tomorrow|{'|'.join(_DAYS)})\b", re.I)
_CLOCK = re.compile(r"[ T,]*(?:at )?(\d{1,2})(?::(\d{2}))? ?(am|pm)?(?=\s|$)", re.I)
_LEAD = re.compile(r"^(?:until|till|on|by|for|at)\s+", re.I)


def moment(words: str, now: datetime, where: ZoneInfo) -> tuple[datetime | None, str]:
    """The time at the beginning of the words, and what is left of them; None: there is none.

    A day without an hour is nine o'clock where the company is.
    """
    plain = _LEAD.sub("", words.strip())
    if found := _SPAN.match(plain):
        unit = _UNITS[found[2][0].lower()]
        return now + timedelta(**{unit: int(found[1])}), plain[found.end() :].strip(" ,:")
    day, rest = _day(plain, now.astimezone(where).date())
    if day is None:
        return None, words.strip()
    hour, rest = _hour(rest)
    at = datetime.combine(day, hour, where)
    if at <= now and _WORD.match(plain) and day == now.astimezone(where).date():
        at = now + timedelta(hours=3)
    return (at, rest.strip(" ,:")) if at - now < FARTHEST else (None, words.strip())


def _day(plain: str, today: date) -> tuple[date | None, str]:
    if found := _DATE.match(plain):
        try:
            return date(int(found[1]), int(found[2]), int(found[3])), plain[found.end() :]
        except ValueError:
            return None, plain
    found = _WORD.match(plain)
    if found is None:
        return None, plain
    word, rest = found[1].lower(), plain[found.end() :]
    if word in ("today", "tonight"):
        return today, rest
    if word == "tomorrow":
        return today + timedelta(days=1), rest
    ahead = (_DAYS.index(word) - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead), rest


def _hour(rest: str) -> tuple[time, str]:
    found = _CLOCK.match(rest)
    if found is None or not (found[2] or found[3]):
        return MORNING, rest
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] and found[3].lower() == "pm" and hour < 12:
        hour += 12
    if hour > 23 or minute > 59:
        return MORNING, rest
    return time(hour, minute), rest[found.end() :]


__all__ = ["moment", "zone"]
