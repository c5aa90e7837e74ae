"""The pages of a quote that stay in the company: cost, margin, supplier and the build document."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.paper.cleaning import blocks, line
from domain.quotes.pricing import QuoteLine, Tier
from domain.quotes.writing.locales import Locale, locale_of
from domain.quotes.writing.templates import BUILD
from domain.quotes.writing.words import Words, words_of
from domain.types import Money


def internal_part(
    lines: Sequence[QuoteLine],
    documents: dict[str, dict[str, Any]],
    house: tuple[str, str],
    *,
    with_costs: bool,
) -> dict[str, Any]:
    """`house`: the tenant's language and country. Without costs the build document alone."""
    words, locale = words_of(house[0]), locale_of(*house)
    sections = documents.get(BUILD, {}).get("sections", ())
    return {
        "title": words.internal["title"],
        "head": _head(words),
        "rows": [_row(n, one, locale) for n, one in enumerate(lines, 1)] if with_costs else [],
        "sums": _sums(lines, words, locale) if with_costs else [],
        "sections": [
            {"title": line(one["title"], 200), "blocks": blocks(one["content"])} for one in sections
        ],
    }


def _head(words: Words) -> list[str]:
    paper, internal = words.paper, words.internal
    return ["", paper["description"], paper["amount"], internal["cost"], internal["margin"],
            internal["supplier"]]  # fmt: skip


def _row(number: int, one: QuoteLine, locale: Locale) -> dict[str, Any]:
    cost = one.unit_cost * one.quantity if one.unit_cost else None
    said = f"“{one.words}”" if one.words else one.rule
    return {
        "number": number,
        "description": line(one.description, 200),
        "source": line(" · ".join(part for part in (one.price_source.value, said) if part), 300),
        "amount": locale.money(one.total),
        "cost": locale.money(cost) if cost else "–",
        "margin": locale.money(one.total - cost) if cost else "–",
        "supplier": line(one.supplier, 60),
    }


def _sums(lines: Sequence[QuoteLine], words: Words, locale: Locale) -> list[dict[str, str]]:
    """Over what the total is made of; lines without a cost are named apart."""
    counted = [one for one in lines if one.is_summed and one.tier in (None, Tier.STANDARD)]
    known = [one for one in counted if one.unit_cost]
    if not known:
        return []
    zero = known[0].total * 0
    cost = sum((one.unit_cost * one.quantity for one in known if one.unit_cost), zero)
    sold = sum((one.total for one in known), zero)
    unknown = sum((one.total for one in counted if not one.unit_cost), zero)
    margin = sold - cost
    share = f" ({locale.percent(_share(margin, sold))})" if sold.amount else ""
    return [
        {"name": words.internal["cost"], "value": locale.money(cost)},
        {"name": words.internal["margin"], "value": locale.money(margin) + share},
        {
            "name": f"{words.paper['amount']}, {words.internal['unknown_cost']}",
            "value": locale.money(unknown),
        },
    ]


def _share(margin: Money, sold: Money) -> Decimal:
    return (margin.amount / sold.amount).quantize(Decimal("0.001"))
