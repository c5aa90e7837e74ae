"""A contract as the page's data: its sections, charges and term, who agrees, who signed; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.paper.cleaning import blocks, line, rows
from bot.paper.page import US_PAPER, House, company_of
from domain.quotes.writing.locales import Locale, locale_of
from domain.quotes.writing.view import Addressee
from domain.quotes.writing.words import words_of
from domain.types import Money

INTERVALS = ("once", "monthly", "quarterly", "yearly")


@dataclass(frozen=True, slots=True)
class Charged:
    """A charge, net, for one interval."""

    description: str
    quantity: Decimal
    unit: str
    unit_price: Money
    total: Money
    interval: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed for the customer. `when`: as written in the page's language."""

    name: str
    role: str
    email: str
    when: str
    is_code_proven: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """What a contract says. `digest`: of what is signed; empty: a draft."""

    number: str
    title: str
    language: str
    sections: Sequence[tuple[str, str]]
    charges: Sequence[Charged]
    starts_on: date
    ends_on: date
    customer: Addressee
    digest: str = ""
    signed: Signed | None = None


def contract_page(text: Text, house: House, own: Mapping[str, str]) -> dict[str, Any]:
    """`own`: the fixed words of contracts in the text's language."""
    words = words_of(text.language)
    locale = locale_of(text.language, house.country)
    paper = words.paper
    term = own["from_to"].format(start=locale.day(text.starts_on), end=locale.day(text.ends_on))
    return {
        "lang": locale.language,
        "region": house.country if locale.language == "en" else None,
        "paper": "us-letter" if house.country in US_PAPER else "a4",
        "accent": house.branding.colour,
        "logo": house.has_logo,
        "title": f"{own['contract']} {text.number}: {line(text.title, 200)}",
        "author": line(house.shown_name, 200),
        "number": text.number,
        "is_draft": not text.digest,
        "words": {
            **{name: paper[name] for name in ("description", "amount", "draft")},
            **{name: paper[name] for name in ("name", "role", "signature", "date")},
            **{name: own[name] for name in ("contract", "charges", "net", "term")},
        },
        "company": company_of(house, words),
        "customer": _customer(text.customer, paper["vat_number"]),
        "facts": [
            {"name": own["number"], "value": text.number},
            {"name": own["term"], "value": term},
        ],
        "heading": line(text.title, 200),
        "sections": [{"title": line(t, 200), "blocks": blocks(c)} for t, c in text.sections],
        "charges": _charges(text.charges, own, locale, words.unit),
        "digest": text.digest,
        "signed": _signed(text.signed, own),
    }  # fmt: skip


def _customer(to: Addressee, vat: str) -> list[str]:
    said = [line(part, 200) for part in (to.company, to.name) if part.strip()]
    said += rows(to.address, 500)
    return said + ([line(f"{vat} {to.vat_number}", 100)] if to.vat_number else [])


def _charges(
    charges: Sequence[Charged], own: Mapping[str, str], locale: Locale, unit: Any
) -> list[dict[str, Any]]:
    """By how often they come, each with its sum."""
    found = []
    for interval in INTERVALS:
        mine = [one for one in charges if one.interval == interval]
        if not mine:
            continue
        total = mine[0].total * 0
        for one in mine:
            total = total + one.total
        found.append(
            {
                "title": own[interval],
                "total": locale.money(total),
                "rows": [
                    {
                        "description": line(one.description),
                        "quantity": locale.number(one.quantity.normalize()),
                        "unit": line(unit(one.unit), 20),
                        "unit_price": locale.price(one.unit_price),
                        "amount": locale.money(one.total),
                    }
                    for one in mine
                ],
            }
        )
    return found


def _signed(signed: Signed | None, own: Mapping[str, str]) -> dict[str, str] | None:
    if signed is None:
        return None
    proof = f" ({own['by_code']})" if signed.is_code_proven else ""
    return {
        "name": line(signed.name, 120),
        "role": line(signed.role, 120),
        "email": line(signed.email, 254) + proof,
        "when": line(signed.when, 80),
    }
