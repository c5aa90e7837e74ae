"""Finds in a text what can be checked: amounts, percentages, dates, times, phones, links, codes.

Each fact carries every reading it may have (1.200 is 1200 or 1.2; 03/04 is two dates), so that
two spellings of one thing meet: £1,200.00 and GBP 1200.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial

from bot.agents.support.words import CURRENCIES, MONTHS, WEEKDAYS, WEEKDAYS_SHORT, with_digits


class Kind(StrEnum):
    LINK = "link"
    EMAIL = "e-mail address"
    REFERENCE = "reference number"
    DATE = "date"
    TIME = "time"
    WEEKDAY = "weekday"
    RELATIVE = "day"
    PHONE = "phone number"
    MONEY = "amount of money"
    PERCENT = "percentage"
    FREE = "promise that it costs nothing"
    CODE = "code"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Fact:
    """`readings` are canonical: `GBP 1200`, `2026-11-25` (0000 for no year), minutes, digits."""

    kind: Kind
    text: str
    readings: frozenset[str]


Reader = Callable[[re.Match[str]], frozenset[str]]

_GAP = "\u00a0\u202f '’"
_NUM = rf"(?<![\d.,])\d{{1,3}}(?:[{_GAP}.,]\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d)|\d+(?:[.,]\d+)?"
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_WEEKDAY_SHORT = "|".join(sorted(WEEKDAYS_SHORT, key=len, reverse=True))
_SYMBOL = r"us\$|[£€$¥]"
_CURRENCY_WORD = "|".join(sorted((w for w in CURRENCIES if w.isalpha()), key=len, reverse=True))
_TLD = (
    "com|org|net|io|uk|de|fr|es|nl|eu|ie|ch|pl|pt|se|no|dk|info|biz|app|dev|shop|store|xyz|online|"
    "site|top|link|click|ru|cn|ca|au|cloud|support|help|ai|gg|ly"
)
_PRICE_DISTANCE = 45
_PRICED = re.compile(
    r"\b(prices?|priced|costs?|total|fees?|charged?|rate|pay|preis|kostet|kosten|prix|coûte|"
    r"precio|cuesta)\b[^.!?\n]{0,30}$",
    re.IGNORECASE,
)


def _number(text: str) -> frozenset[Decimal]:
    """Every value that a written number may mean."""
    bare = re.sub(rf"[{_GAP}]", "", text)
    marks = [c for c in bare if c in ".,"]
    if not marks:
        return frozenset({Decimal(bare)})
    whole, mark, fraction = bare.rpartition(marks[-1])
    as_decimal = Decimal(f"{re.sub('[.,]', '', whole)}.{fraction}")
    as_groups = Decimal(re.sub("[.,]", "", bare))
    if len(fraction) != 3 or len(set(marks)) > 1:
        return frozenset({as_decimal})
    return frozenset({as_groups}) if marks.count(mark) > 1 else frozenset({as_groups, as_decimal})


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _as_link(match: re.Match[str]) -> frozenset[str]:
    return frozenset({canonical_link(match[0])})


def canonical_link(link: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", link.strip().lower())
    return bare.rstrip(".,;:!?)>]\"'/")


def _as_date(match: re.Match[str]) -> frozenset[str]:
    named = {name: value for name, value in match.groupdict().items() if value}
    year = int(named.get("y", "0"))
    year += 2000 if 0 < year < 100 else 0
    if "month" in named:
        return frozenset({f"{year:04}-{MONTHS[named['month'].lower()]:02}-{int(named['d']):02}"})
    first, second = int(named["a"]), int(named["b"])
    orders = ((second, first), (first, second)) if "iso" not in named else ((first, second),)
    return frozenset(f"{year:04}-{m:02}-{d:02}" for m, d in orders if _is_day(year, m, d))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year or 2024, month, day))
    except ValueError:
        return False


def _as_month(match: re.Match[str]) -> frozenset[str]:
    return frozenset({f"{int(match['y']):04}-{MONTHS[match['month'].lower()]:02}-00"})


def _as_time(match: re.Match[str]) -> frozenset[str]:
    hour, minute = int(match["h"]), int(match["m"] or 0)
    half = (match["half"] or "").lower()[:1]
    if half in {"a", "p"}:
        return frozenset({str((hour % 12 + (12 if half == "p" else 0)) * 60 + minute)})
    both = {hour * 60 + minute} | ({(hour + 12) * 60 + minute} if hour < 12 else set())
    return frozenset(map(str, both))


def _as_phone(match: re.Match[str]) -> frozenset[str]:
    digits = re.sub(r"\D", "", match[0])
    return frozenset({digits[-9:]}) if len(digits) >= 9 else frozenset()


def _as_money(match: re.Match[str]) -> frozenset[str]:
    currency = CURRENCIES[(match["before"] or match["after"]).lower()]
    scale = {"k": 1000, "m": 1_000_000}.get((match["scale"] or "").lower(), 1)
    amount = match["x"] or match["y"]
    return frozenset(f"{currency} {plain(value * scale)}" for value in _number(amount))


def _as_pence(match: re.Match[str]) -> frozenset[str]:
    return frozenset({f"GBP {plain(Decimal(match['x']) / 100)}"})


def _as_numbers(match: re.Match[str]) -> frozenset[str]:
    return frozenset(plain(value) for value in _number(match["x"]))


def _as_weekday(match: re.Match[str]) -> frozenset[str]:
    short = WEEKDAYS_SHORT.get(match[0])
    return frozenset({str(WEEKDAYS[match[0].lower()] if short is None else short)})


def _as_words(match: re.Match[str]) -> frozenset[str]:
    return frozenset({re.sub(r"\s+", " ", match[0].lower())})


def squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _as_code(match: re.Match[str]) -> frozenset[str]:
    return frozenset({squeezed(match[0])})


def _as_free(_: re.Match[str]) -> frozenset[str]:
    return frozenset({"free"})


_FREE = (
    r"\b(?:free of charge|for free|(?:is|are|it's|completely|totally) free\b(?! to)|"
    r"free (?:installation|delivery|shipping|visit|survey|replacement|upgrade|repair|call-?out)|"
    r"(?:at )?no (?:extra |additional )?(?:charge|cost)\b|without charge|complimentary|gratis|"
    r"kostenlos\w*|kostenfrei|gratuit\w*|sin (?:coste|costo|cargo)|offert par)"
)
_RULES: tuple[tuple[Kind, str, Reader], ...] = (
    (Kind.LINK, r"\b(?:javascript|data|vbscript|file):\S+", _as_link),
    (Kind.EMAIL, r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", _as_words),
    (Kind.LINK, r"\b(?:https?://|www\.)[^\s<>()\[\]]+", _as_link),
    (
        Kind.LINK,
        rf"(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_TLD})(?![\w-]|\.\w)(?:/[^\s<>()\[\]]*)?",
        _as_link,
    ),
    (Kind.REFERENCE, r"\b(?:TKT|QT|CT)-[\d-]*\d", _as_words),
    (Kind.CODE, r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)", _as_code),
    (Kind.DATE, r"\b(?P<iso>(?P<y>\d{4}))-(?P<a>\d\d)-(?P<b>\d\d)(?!\d)", _as_date),
    (
        Kind.DATE,
        r"(?<![\d.,/-])(?P<a>\d{1,2})([./-])(?P<b>\d{1,2})\2(?P<y>\d{4}|\d\d)(?![\d/]|[.-]\d)",
        _as_date,
    ),
    (
        Kind.DATE,
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?\s+(?:of\s+|de\s+)?(?P<month>{_MONTH})\b\.?"
        r"(?:,?\s+(?:de\s+)?(?P<y>\d{4}))?",
        _as_date,
    ),
    (
        Kind.DATE,
        rf"\b(?-i:(?!may\b|march\b))(?P<month>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>\d{{4}}))?",
        _as_date,
    ),
    (Kind.DATE, rf"\b(?P<month>{_MONTH})\s+(?:de\s+)?(?P<y>\d{{4}})\b", _as_month),
    (
        Kind.TIME,
        r"\b(?P<h>[01]?\d|2[0-3])(?::(?P<m>[0-5]\d))\s*(?P<half>[ap]\.?m\b)?(?!\d)",
        _as_time,
    ),
    (
        Kind.TIME,
        r"\b(?P<h>[01]?\d|2[0-3])(?:[.h](?P<m>[0-5]\d))?\s*"
        r"(?P<half>[ap]\.?m\b|uhr\b|o'clock\b|heures?\b(?=\s+(?:du|précises)))",
        _as_time,
    ),
    (
        Kind.MONEY,
        rf"(?P<before>(?:{_SYMBOL})|\b(?:gbp|eur|usd|chf|cad|aud))\s?(?P<x>{_NUM})"
        r"(?P<scale>[km]\b)?(?P<after>)(?P<y>)",
        _as_money,
    ),
    (
        Kind.MONEY,
        rf"(?P<before>)(?P<x>)\b(?P<y>{_NUM})(?P<scale>[km])?[ \u00a0-]?"
        rf"(?P<after>{_SYMBOL}|(?:{_CURRENCY_WORD}|zł)\b)",
        _as_money,
    ),
    (Kind.MONEY, r"\b(?P<x>\d{1,3}) ?(?:p|pence)\b", _as_pence),
    (
        Kind.PERCENT,
        rf"(?P<x>{_NUM})\s?(?:%|per ?cent\b|prozent\b|pour ?cent\b|por ciento\b)",
        _as_numbers,
    ),
    (Kind.PHONE, r"(?<![\w.])\+?\(?\d[\d \u00a0().\-/]{7,}\d(?![\w])", _as_phone),
    (Kind.RELATIVE, r"\b(?:tomorrow|tonight|next week|demain)\b", _as_words),
    (Kind.WEEKDAY, rf"\b(?:{_WEEKDAY}|(?-i:{_WEEKDAY_SHORT}))\b", _as_weekday),
    (Kind.FREE, _FREE, _as_free),
)
_COMPILED = tuple((kind, re.compile(rule, re.IGNORECASE), read) for kind, rule, read in _RULES)
_MARKERS = re.compile(
    r"^[ \t]*(?:[-*•][ \t]*)?\d{1,2}[.)]\s|\[\d{1,2}\]|"
    r"\b(?:step|option|point|schritt|paso|étape)\s+\d{1,2}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)\b",
    re.IGNORECASE | re.MULTILINE,
)
_TOKEN = re.compile(r"[A-Za-zÀ-ž0-9](?:[\w./+-]*[\w+])?")
_GLUED = re.compile(rf"(?P<x>{_NUM})-?[^\W\d_]{{1,4}}")
_LONE = re.compile(rf"(?P<x>{_NUM})")


def facts(text: str) -> tuple[Fact, ...]:
    """All facts, none counted twice; list markers, citation marks and “step 2” are none."""
    rest = with_digits(text)
    found: list[Fact] = []
    for kind, pattern, read in _COMPILED:
        rest = pattern.sub(partial(_taken, found, kind, read), rest)
    rest = _MARKERS.sub(_blank, rest)
    rest = _TOKEN.sub(partial(_taken_token, found), rest)
    found += _lone_numbers(rest)
    return tuple(found)


def _taken(found: list[Fact], kind: Kind, read: Reader, match: re.Match[str]) -> str:
    """Notes the fact and blanks its words, so that no later rule reads them again."""
    readings = read(match)
    if not readings:
        return match[0]
    found.append(Fact(kind, match[0].strip(), readings))
    return _blank(match)


def _blank(match: re.Match[str]) -> str:
    return "\n" * len(match[0])


def _taken_token(found: list[Fact], match: re.Match[str]) -> str:
    """Codes (GS-2210) and numbers glued to a unit (90m, 24x)."""
    token = match[0]
    if not any(c.isdigit() for c in token) or not any(c.isalpha() for c in token):
        return token
    glued = _GLUED.fullmatch(token)
    if glued:
        found.append(Fact(Kind.NUMBER, token, _as_numbers(glued)))
    else:
        found.append(Fact(Kind.CODE, token, _as_code(match)))
    return _blank(match)


def _lone_numbers(rest: str) -> Iterator[Fact]:
    for match in _LONE.finditer(rest):
        before = rest[max(0, match.start() - _PRICE_DISTANCE) : match.start()]
        kind = Kind.MONEY if _PRICED.search(before) else Kind.NUMBER
        prefix = "? " if kind is Kind.MONEY else ""
        yield Fact(kind, match[0], frozenset(prefix + value for value in _as_numbers(match)))
