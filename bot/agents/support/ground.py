"""What a text may rest on: the facts of the cited sources, own records and customer's words."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.agents.support.facts import Fact, Kind, facts, plain, squeezed
from bot.agents.support.words import CURRENCIES, WEEKDAY_GROUPS, WEEKDAYS, WEEKDAYS_SHORT

FROM_THE_CUSTOMER = frozenset(
    {Kind.NUMBER, Kind.CODE, Kind.DATE, Kind.WEEKDAY, Kind.TIME, Kind.RELATIVE}
)
"""What may be repeated from the customer's own words. Never money, percentages or links: whoever
writes “you promised me £1” would make the bot say so."""

_ALL_DAYS = WEEKDAYS | {name.lower(): day for name, day in WEEKDAYS_SHORT.items()}
_DAY = "|".join(sorted(_ALL_DAYS, key=len, reverse=True))
_DAYS = re.compile(
    rf"\b({_DAY})\.?\s*(?:-|–|—|to|until|till|through|bis|à|a)\s*({_DAY})\b", re.IGNORECASE
)
_HOURS = re.compile(r"\b(\d{1,2})\s*(?:-|–|—|to|bis)\s*(\d{1,2})\b")
_CELL = re.compile(r"(?<![\w.,-])(\d+(?:[.,]\d+)*)(?=\s*(?:$|[^\w\s%.,-]|[.,](?:\s|$)))", re.M)
_MENTION = re.compile(
    "|".join(rf"\b{re.escape(w)}\b" if w.isalpha() else re.escape(w) for w in CURRENCIES), re.I
)

Readings = Mapping[Kind, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Ground:
    """`trusted`: articles, catalogue, records, staff; `said`: the customer's words."""

    trusted: Readings
    said: Readings
    codes: str
    references: frozenset[str]

    def supports(self, fact: Fact) -> bool:
        if fact.kind is Kind.REFERENCE:
            return bool(fact.readings & self.references)
        if fact.kind is Kind.CODE:
            return any(reading in self.codes for reading in fact.readings)
        if fact.kind is Kind.LINK:
            return all(self._is_known_link(reading) for reading in fact.readings)
        known = self.trusted.get(fact.kind, frozenset()) | self.said.get(fact.kind, frozenset())
        if fact.kind is Kind.DATE:
            return any(_same_date(a, b) for a in fact.readings for b in known)
        if fact.kind is Kind.MONEY:
            return self._is_known_amount(fact, known)
        if fact.kind is Kind.NUMBER:
            known |= {r.partition(" ")[2] for r in self.trusted.get(Kind.MONEY, frozenset())}
            known |= self.trusted.get(Kind.PERCENT, frozenset())
        return bool(fact.readings & known)

    def _is_known_link(self, link: str) -> bool:
        links = self.trusted.get(Kind.LINK, frozenset())
        return any(own == link or own.startswith(f"{link}/") for own in links)

    def _is_known_amount(self, fact: Fact, known: frozenset[str]) -> bool:
        """`? 30` is an amount without a currency: any trusted 30 bears it out."""
        if fact.readings & known:
            return True
        bare = {reading.partition(" ")[2] for reading in known}
        numbers = bare | self.trusted.get(Kind.NUMBER, frozenset())
        unsure = {reading[2:] for reading in fact.readings if reading.startswith("? ")}
        without = {reading[2:] for reading in known if reading.startswith("? ")}
        named = {reading.partition(" ")[2] for reading in fact.readings}
        return bool(unsure & numbers or named & without)


def ground(
    trusted: Iterable[str],
    said: Iterable[str],
    *,
    references: Iterable[str] = (),
    now: datetime | None = None,
) -> Ground:
    """`now` in the tenant's time zone makes today's date known."""
    sources, words = list(trusted), list(said)
    if now is not None:
        sources.append(f"{now:%Y-%m-%d}")
    known = _readings(sources)
    own = {kind: values for kind, values in _readings(words).items() if kind in FROM_THE_CUSTOMER}
    return Ground(
        trusted=known,
        said=own,
        codes=" ".join(squeezed(text) for text in (*sources, *words)),
        references=frozenset(number.lower() for number in references),
    )


def _readings(texts: Iterable[str]) -> dict[Kind, frozenset[str]]:
    found: defaultdict[Kind, set[str]] = defaultdict(set)
    for text in texts:
        for fact in facts(text):
            found[fact.kind] |= fact.readings
            found[Kind.NUMBER] |= _numbers_in(fact)
        _add_ranges(text, found)
        _add_prices_in_tables(text, found)
        if re.search(r"\b(?:free|no (?:extra )?charge|without charge)\b", text, re.IGNORECASE):
            found[Kind.FREE].add("free")
    return {kind: frozenset(values) for kind, values in found.items()}


def _numbers_in(fact: Fact) -> set[str]:
    """The year and day of a date, and the number of a code (GS-2210); never part of an amount."""
    if fact.kind is Kind.DATE:
        return {
            plain(Decimal(part)) for r in fact.readings for part in (r[:4], r[-2:]) if int(part)
        }
    if fact.kind is Kind.CODE:
        return {number for r in fact.readings for number in re.findall(r"\d{3,}", r)}
    return set()


def _add_ranges(text: str, found: defaultdict[Kind, set[str]]) -> None:
    for match in _DAYS.finditer(text):
        first, last = (_ALL_DAYS[match[i].lower()] for i in (1, 2))
        span = range(first, last + 1) if first <= last else (*range(first, 7), *range(last + 1))
        found[Kind.WEEKDAY] |= {str(day) for day in span}
    for words, days in WEEKDAY_GROUPS.items():
        if re.search(rf"\b{re.escape(words)}\b", text, re.IGNORECASE):
            found[Kind.WEEKDAY] |= {str(day) for day in days}
    for match in _HOURS.finditer(text):
        for hour in (int(match[1]), int(match[2])):
            if hour <= 24:
                found[Kind.TIME] |= {str(hour * 60), str((hour % 12 + 12) * 60)}


def _add_prices_in_tables(text: str, found: defaultdict[Kind, set[str]]) -> None:
    """In a text that names a currency, a number that stands alone (a cell) may be an amount."""
    currencies = {CURRENCIES[match[0].lower()] for match in _MENTION.finditer(text)}
    if not currencies:
        return
    for match in _CELL.finditer(text):
        for fact in facts(match[1]):
            found[Kind.MONEY] |= {f"{c} {r}" for c in currencies for r in fact.readings}


def _same_date(claimed: str, known: str) -> bool:
    """Year 0000 and day 00 stand for “not said”."""
    year, month, day = claimed.split("-")
    known_year, known_month, known_day = known.split("-")
    return (
        month == known_month
        and (year == known_year or "0000" in (year, known_year))
        and (day in (known_day, "00"))
    )
