"""What is different between two revisions, in sentences for the customer, in their language; pure.

Lines are read through the customer's view, so cost, margin and supplier cannot be told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.quotes.lifecycle.snapshots import lines_of
from domain.quotes.models import QuoteRevision
from domain.quotes.pricing import QuoteLine
from domain.quotes.writing.locales import Locale, locale_of
from domain.quotes.writing.templates import CODE, OVERVIEW, TECHNICAL
from domain.quotes.writing.view import CustomerLine, customer_line
from domain.quotes.writing.words import words_of
from domain.types import Money

AGREED = frozenset({"terms", "exclusions"})
"""Sections that bind the customer: a difference is told, whoever wrote them."""
Key = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as the customer sees it. `texts`: section → (title, content)."""

    revision: int
    lines: tuple[CustomerLine, ...]
    total: Money
    texts: Mapping[str, tuple[str, str]]
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """`lines`: what changed, one sentence each; `total`: the new total and the difference."""

    lines: tuple[str, ...]
    total: str
    validity: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(one for one in (*self.lines, self.total, self.validity) if one)


def side_of(sent: QuoteRevision) -> Side:
    total = Money(sent.total, sent.currency)
    return side(sent.revision, lines_of(sent), total, sent.documents, sent.valid_until)


def side(
    revision: int,
    lines: Iterable[QuoteLine],
    total: Money,
    documents: Mapping[str, dict[str, Any]],
    valid_until: date | None = None,
) -> Side:
    shown = tuple(customer_line(number, line) for number, line in enumerate(lines, 1))
    return Side(revision, shown, total, _texts(documents), valid_until)


def changes(old: Side, new: Side, language: str, country: str = "") -> Changes:
    return _Telling(language, country).of(old, new)


class _Telling:
    def __init__(self, language: str, country: str) -> None:
        self._words = words_of(language)
        self._locale: Locale = locale_of(language, country)

    def of(self, old: Side, new: Side) -> Changes:
        before, after = _keyed(old.lines), _keyed(new.lines)
        told: list[str] = []
        for key, line in after.items():
            was = before.get(key)
            told += [self._added(line)] if was is None else self._changed(was, line)
        told += [self._removed(line) for key, line in before.items() if key not in after]
        told += self._texts(old.texts, new.texts)
        is_later = new.valid_until and new.valid_until != old.valid_until
        day = self._locale.day(new.valid_until) if new.valid_until else ""
        validity = self._say("valid", day=day) if is_later else ""
        return Changes(tuple(told), self._total(old.total, new.total), validity)

    def _changed(self, was: CustomerLine, line: CustomerLine) -> list[str]:
        told = []
        if line.description != was.description:
            told.append(self._say("renamed", old=was.description, new=_what(line)))
        if line.quantity != was.quantity:
            told.append(self._line("quantity", line, self._number(was), self._number(line)))
        if line.unit_price != was.unit_price:
            old, new = (self._locale.price(one.unit_price) for one in (was, line))
            told.append(self._line("price", line, old, new))
        if _share(line) != _share(was):
            told.append(self._discount(was, line))
        if line.tax_rate != was.tax_rate:
            old, new = (self._locale.percent(one.tax_rate) for one in (was, line))
            told.append(self._line("tax", line, old, new))
        if (state := _state(line)) != _state(was):
            told.append(self._line(state, line))
        return told

    def _discount(self, was: CustomerLine, line: CustomerLine) -> str:
        old, new = (self._locale.money(one.discount) for one in (was, line))
        if not line.discount.amount:
            return self._line("discount_gone", line)
        return self._line("discount" if was.discount.amount else "discount_new", line, old, new)

    def _added(self, line: CustomerLine) -> str:
        told = self._line("added", line, "", self._number(line))
        state = _state(line)
        return told if state == "included" else f"{told} {self._line(state, line)}"

    def _removed(self, line: CustomerLine) -> str:
        return self._line("removed", line)

    def _texts(
        self, old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]
    ) -> list[str]:
        ids = [*new, *(id_ for id_ in old if id_ not in new)]
        different = (id_ for id_ in ids if old.get(id_, ("", ""))[1] != new.get(id_, ("", ""))[1])
        return [self._say("section", title=(new.get(i) or old[i])[0]) for i in different]

    def _total(self, old: Money, new: Money) -> str:
        total = self._locale.money(new)
        if old.currency != new.currency:
            return self._say("total", total=total)
        if old == new:
            return self._say("same", total=total)
        difference = Money(abs(new.amount - old.amount), new.currency)
        kind = "more" if new > old else "less"
        return self._say(kind, total=total, difference=self._locale.money(difference))

    def _number(self, line: CustomerLine) -> str:
        return self._locale.number(line.quantity)

    def _line(self, kind: str, line: CustomerLine, old: str = "", new: str = "") -> str:
        facts = {"old": old, "new": new, "unit": self._words.unit(line.unit)}
        return self._say(kind, what=_what(line), total=self._locale.money(line.total), **facts)

    def _say(self, kind: str, **facts: str) -> str:
        return self._words.changes[kind].format(**facts).rstrip(".") + "."


def _keyed(lines: Iterable[CustomerLine]) -> dict[Key, CustomerLine]:
    """By product, site and level; the same product twice is told apart by its order."""
    keyed: dict[Key, CustomerLine] = {}
    for line in lines:
        name = line.part_number or line.description
        same = (name, line.site, line.tier.value if line.tier else "")
        keyed[*same, sum(1 for key in keyed if key[:3] == same)] = line
    return keyed


def _what(line: CustomerLine) -> str:
    return f"{line.description} ({line.site})" if line.site else line.description


def _share(line: CustomerLine) -> Decimal:
    """Of the line, in hundredths of a percent: with the quantity the amount alone changes."""
    gross = (line.unit_price * line.quantity).amount
    share = line.discount.amount / gross if gross else Decimal(0)
    return share.quantize(Decimal("0.0001"))


def _state(line: CustomerLine) -> str:
    if line.is_alternate:
        return "alternate"
    return "optional" if line.is_optional else "included"


def _texts(documents: Mapping[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """What a person or a model wrote, and what is agreed; what code restates is in the lines."""
    return {
        f"{kind}.{section['id']}": (section["title"], section["content"])
        for kind in (OVERVIEW, TECHNICAL)
        for section in documents.get(kind, {}).get("sections", ())
        if section.get("origin", CODE) != CODE or section["id"] in AGREED
    }
