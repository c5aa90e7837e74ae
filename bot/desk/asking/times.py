"""A time as staff type it (`2d`, `monday 14:00`, `next week`, `1 December`); pure."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.tickets.working.clock import zone

MORNING = time(9)
FARTHEST = timedelta(days=3660)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FEW = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_SPAN = re.compile(
    r"(?:in )?(\d{1,4}|(?<=in )(?:an?|one|two|three|four|five|six)) ?"
    r"(m|min|h|d|w|minute|hour|day|week)s?\b",
    re.I,
)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\b")
_WORD = re.compile(rf"(?:next )?(today|tonight|tomorrow|{'|'.join(_DAYS)})\b", re.I)
_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?",
    "aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})\.?"
_TH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_NAMED = tuple(
    re.compile(rf"(?:the )?{one}(?: of)? {other}(?:,? (?P<year>\d{{4}}))?(?=[\s,:]|$)", re.I)
    for one, other in ((_TH, _MONTH), (_MONTH, _TH))
)
_PERIOD = re.compile(
    r"(?:the )?(?:(?P<next>next) |(?P<end>end) of (?:the |this |next )?)(?P<what>week|month)\b",
    re.I,
)
_CLOCK = re.compile(r"[ T,]*(at )?(\d{1,2})(?::(\d{2}))? ?(am|pm)?(?=[\s,:]|$)", re.I)
_LEAD = re.compile(r"^(?:until|till|on|by|for|at)\s+", re.I)


def moment(words: str, now: datetime, where: ZoneInfo) -> tuple[datetime | None, str]:
    """The time at the beginning of the words, and what is left of them; None: there is none.

    A day without an hour is nine o'clock where the company is.
    """
    plain = _LEAD.sub("", words.strip())
    if found := _SPAN.match(plain):
        unit = _UNITS[found[2][0].lower()]
        count = _FEW.get(found[1].lower()) or int(found[1])
        return now + timedelta(**{unit: count}), plain[found.end() :].strip(" ,:")
    day, rest = _day(plain, now.astimezone(where).date())
    if day is None:
        return None, words.strip()
    hour, rest = _hour(rest)
    at = datetime.combine(day, hour, where)
    if at <= now and not _DATE.match(plain) and day == now.astimezone(where).date():
        at = now + timedelta(hours=3)
    return (at, rest.strip(" ,:")) if at - now < FARTHEST else (None, words.strip())


def _day(plain: str, today: date) -> tuple[date | None, str]:
    """The day that the words begin with."""
    for read in (_dated, _in_words, _period):
        day, rest = read(plain, today)
        if day is not None:
            return day, rest
    return None, plain


def _dated(plain: str, today: date) -> tuple[date | None, str]:
    """`2026-12-01`, `1 December`, `Dec 1st`; without a year the next such day."""
    if found := _DATE.match(plain):
        try:
            return date(int(found[1]), int(found[2]), int(found[3])), plain[found.end() :]
        except ValueError:
            return None, plain
    for pattern in _NAMED:
        if found := pattern.match(plain):
            month = [bool(re.fullmatch(m, found["month"], re.I)) for m in _MONTHS].index(True) + 1
            year = int(found["year"] or today.year)
            try:
                day = date(year, month, int(found["day"]))
                if day < today and not found["year"]:
                    day = date(year + 1, month, day.day)
            except ValueError:
                return None, plain
            return day, plain[found.end() :]
    return None, plain


def _period(plain: str, today: date) -> tuple[date | None, str]:
    """`next week` is its Monday, `end of the week` a Friday, `end of the month` its last day."""
    found = _PERIOD.match(plain)
    if found is None:
        return None, plain
    rest = plain[found.end() :]
    is_next = found["next"] or " next " in found[0].lower()
    if found["what"].lower() == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 if is_next else 0)
        friday = monday + timedelta(days=4)
        if found["next"]:
            return monday, rest
        return (friday if friday >= today else friday + timedelta(days=7)), rest
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    if found["next"]:
        return first, rest
    if is_next:
        first = (first + timedelta(days=32)).replace(day=1)
    return first - timedelta(days=1), rest


def _in_words(plain: str, today: date) -> tuple[date | None, str]:
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
    if found is None or not (found[1] or found[3] or found[4]):
        return MORNING, rest
    hour, minute = int(found[2]), int(found[3] or 0)
    half = (found[4] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        return MORNING, rest
    return time(hour, minute), rest[found.end() :]


__all__ = ["moment", "zone"]
