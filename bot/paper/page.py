"""A customer's view of a quote as the page's data, written in their language; pure.

Every text is cleaned here; the template only places it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bot.paper.cleaning import blocks, line, rows
from domain.quotes.money.exchange import Exchange
from domain.quotes.money.treatment import Treatment
from domain.quotes.pricing import TaxSum, Tier, Totals
from domain.quotes.writing.locales import Locale, locale_of
from domain.quotes.writing.view import CustomerLine, CustomerSection, CustomerView
from domain.quotes.writing.words import Words, words_of
from domain.tenants.settings import Branding

GROUPED_FROM = 7
"""Lines from which on a table has groups."""
US_PAPER = frozenset({"US", "CA", "MX"})
LONGEST_REQUEST = 500
SHOWN_IN_HEAD = "summary"


@dataclass(frozen=True, slots=True)
class House:
    """The company whose paper it is."""

    name: str
    branding: Branding
    country: str = "GB"
    has_logo: bool = False

    @property
    def shown_name(self) -> str:
        return self.branding.company_name or self.name


def page_of(
    view: CustomerView, house: House, internal: dict[str, Any] | None = None
) -> dict[str, Any]:
    """`internal`: what `internal.py` adds on pages of its own, for the company only."""
    heading = view.heading
    words = words_of(heading.language)
    locale = locale_of(heading.language, house.country)
    main = [one for one in view.lines if one.is_counted]
    writer = _Rows(words, locale, view)
    return {
        "lang": locale.language,
        "region": house.country if locale.language == "en" else None,
        "paper": "us-letter" if house.country in US_PAPER else "a4",
        "accent": house.branding.colour,
        "logo": house.has_logo,
        "title": f"{words.paper['quote']} {heading.number}: {line(heading.title, 200)}",
        "author": line(house.shown_name, 200),
        "number": heading.number,
        "revision": str(heading.revision),
        "is_draft": heading.is_draft,
        "words": words.paper,
        "company": company_of(house, words),
        "customer": _customer(view),
        "facts": _facts(view, words, locale),
        "heading": line(heading.title, 200),
        "summary": [{"blocks": blocks(one.content)} for one in _summary(view)],
        "request": rows(heading.words, LONGEST_REQUEST) or None,
        "columns": writer.columns(main),
        "aside_columns": writer.columns(one for one in view.lines if not one.is_counted),
        "groups": writer.groups(main),
        "totals": _totals(view.totals, words, locale),
        "tax_notes": _tax_notes(view, words),
        "options": writer.rows(one for one in view.lines if one.is_optional),
        "alternates": writer.rows(
            one for one in view.lines if one.is_alternate and not one.is_optional
        ),
        "tiers": _tiers(view, writer, words, locale),
        "tiers_note": words.paper["tiers_note"].format(tier=words.paper["standard"]),
        "overview": [_section(one) for one in view.overview if one.id != SHOWN_IN_HEAD],
        "technical": [_section(one) for one in view.technical],
        "bank": rows(house.branding.bank_details),
        "acceptance": None if heading.is_draft else words.paper["acceptance_text"].format(
            number=heading.number,
            revision=heading.revision,
            total=locale.money(view.totals.total),
        ),
        "internal": internal,
    }  # fmt: skip


def company_of(house: House, words: Words) -> dict[str, Any]:
    branding = house.branding
    contact = [branding.phone, branding.email, branding.website]
    registered = [
        f"{words.paper['company_number']} {branding.company_number}"
        if branding.company_number
        else "",
        f"{words.paper['vat_number']} {branding.vat_number}" if branding.vat_number else "",
    ]
    told = [line(part, 200) for part in (house.shown_name, *registered) if part]
    return {
        "name": line(house.shown_name, 200),
        "lines": [*rows(branding.address, 500), *(line(part, 200) for part in contact if part)],
        "imprint": " · ".join(told),
    }


def _customer(view: CustomerView) -> list[str]:
    to = view.heading.addressee
    words = words_of(view.heading.language).paper
    vat = f"{words['vat_number']} {to.vat_number}" if to.vat_number else ""
    said = [line(part, 200) for part in (to.company, to.name) if part.strip()]
    said += rows(to.address, 500)
    return said + ([line(vat, 100)] if vat else [])


def _facts(view: CustomerView, words: Words, locale: Locale) -> list[dict[str, str]]:
    heading, paper, rate = view.heading, words.paper, view.heading.exchange
    day = heading.issued_on or heading.written_on
    facts = [
        (paper["number"], heading.number),
        (paper["revision"], str(heading.revision)),
        (paper["date"], locale.day(day) if day else ""),
        (paper["valid_until"], locale.day(heading.valid_until) if heading.valid_until else ""),
        (paper["reference"], line(heading.reference, 100)),
        (paper["site"], line(heading.location, 120)),
        (paper["wanted_by"], line(heading.deadline, 80)),
        (paper["exchange"], _rate(rate, words, locale) if rate else ""),
        (paper["exchange_on"], locale.day(rate.on) if rate else ""),
    ]
    return [{"name": name, "value": value} for name, value in facts if value]


def _rate(exchange: Exchange, words: Words, locale: Locale) -> str:
    return words.paper["exchange_rate"].format(
        source=exchange.source,
        rate=locale.number(exchange.rate),
        target=exchange.target,
    )


def _totals(of: Totals, words: Words, locale: Locale) -> dict[str, Any]:
    return {
        "subtotal": locale.money(of.subtotal),
        "taxes": [
            {
                "name": _tax_line(one, words).format(
                    rate=locale.percent(one.rate), net=locale.money(one.net)
                ),
                "value": locale.money(one.tax),
            }
            for one in of.taxes
        ],
        "total": locale.money(of.total),
    }


def _tax_line(one: TaxSum, words: Words) -> str:
    return words.tax[f"{one.treatment.value}_line"] if one.treatment else words.paper["tax_line"]


def _tax_notes(view: CustomerView, words: Words) -> list[str]:
    """What the law wants said, of every line on the page, also of options."""
    reason = line(view.heading.exempt_reason, 300)
    notes = {
        Treatment.EXEMPT: f"{words.tax['exempt']}: {reason}" if reason else words.tax["exempt"],
        Treatment.REVERSE_CHARGE: words.tax["reverse_charge"],
    }
    used = {one.tax_treatment for one in view.lines}
    return [note for treatment, note in notes.items() if treatment in used]


def _summary(view: CustomerView) -> Sequence[CustomerSection]:
    return [one for one in view.overview if one.id == SHOWN_IN_HEAD]


def _section(one: CustomerSection) -> dict[str, Any]:
    return {"title": line(one.title, 200), "blocks": blocks(one.content)}


def _tiers(
    view: CustomerView, writer: "_Rows", words: Words, locale: Locale
) -> list[dict[str, Any]]:
    own = [one for one in view.lines if not (one.is_optional or one.is_alternate)]
    return [
        {
            "name": words.paper[tier.value],
            "total": locale.money(sums.total),
            "is_chosen": tier is Tier.STANDARD,
            "rows": writer.rows(one for one in own if one.tier is tier),
        }
        for tier, sums in view.tiers.items()
    ]


class _Rows:
    """Lines as rows of a table with the columns that this quote needs."""

    def __init__(self, words: Words, locale: Locale, view: CustomerView) -> None:
        self._words, self._locale = words, locale
        self._currency = view.heading.currency
        self._has_rates = len({self._tax(one) for one in view.lines}) > 1
        self._marks_tiers = bool(view.tiers)

    def columns(self, lines: Iterable[CustomerLine]) -> list[dict[str, Any]]:
        keys = ["number", "description", "quantity", "unit", "unit_price"]
        keys += ["discount"] if any(one.discount.amount for one in lines) else []
        keys += ["tax"] if self._has_rates else []
        titles = self._words.paper | {"number": "", "unit": ""}
        return [
            {
                "key": key,
                "title": titles[key],
                "right": key not in ("number", "description", "unit"),
                "wide": key == "description",
            }
            for key in (*keys, "amount")
        ]

    def groups(self, lines: list[CustomerLine]) -> list[dict[str, Any]]:
        """By site where there are several, else by kind where it is a long list."""
        by: Callable[[CustomerLine], str]
        if len({one.site for one in lines}) > 1:
            order = list(dict.fromkeys(one.site for one in lines))
            by = lambda one: one.site  # noqa: E731
        elif len(lines) >= GROUPED_FROM and len({one.category for one in lines}) > 1:
            order = list(self._words.categories)
            by = lambda one: one.category  # noqa: E731
        else:
            return [{"title": None, "total": "", "rows": self.rows(lines)}]
        lines = sorted(lines, key=lambda one: order.index(by(one)))
        return [self._group(title, list(found)) for title, found in groupby(lines, by)]

    def _group(self, title: str, lines: list[CustomerLine]) -> dict[str, Any]:
        total = lines[0].total * 0
        for one in lines:
            total = total + one.total
        shown = self._words.categories.get(title, title) or "–"
        return {
            "title": line(shown, 120),
            "total": self._locale.money(total),
            "rows": self.rows(lines),
        }

    def rows(self, lines: Iterable[CustomerLine]) -> list[dict[str, Any]]:
        return [self._row(one) for one in lines]

    def _tax(self, one: CustomerLine) -> str:
        told = one.tax_treatment
        if told and told.has_note:
            return self._words.tax[f"{told.value}_short"]
        return self._locale.percent(one.tax_rate)

    def _row(self, one: CustomerLine) -> dict[str, Any]:
        locale = self._locale
        marks = [self._words.paper[one.tier.value]] if one.tier and self._marks_tiers else []
        return {
            "number": one.number,
            "description": line(one.description),
            "code": line(one.part_number, 60),
            "note": line(one.note, 300),
            "marks": marks,
            "quantity": locale.number(one.quantity),
            "unit": line(self._words.unit(one.unit), 20),
            "unit_price": locale.price(one.unit_price),
            "discount": locale.money(one.discount * -1) if one.discount.amount else "",
            "tax": self._tax(one),
            "amount": locale.money(one.total),
        }
