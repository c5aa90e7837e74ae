"""A draft from a request: every line has its words or its norm, what cannot be priced is asked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.catalogue.product import Catalogue, Product
from domain.catalogue.units import convert
from domain.quotes import norms
from domain.quotes.bundles import exploded, shown
from domain.quotes.money.terms import Terms
from domain.quotes.pricing import QuoteLine, Totals, cost, line_total, sell, supplier, totals
from domain.quotes.questions import asked_and_left
from domain.quotes.request import Ask, OpenPoint, QuoteRequest, RequestedItem
from domain.types import Money


@dataclass(frozen=True, slots=True)
class Draft:
    """A priced draft. Optional lines are among `lines` and not in the sums."""

    is_quote: bool
    lines: tuple[QuoteLine, ...]
    questions: tuple[str, ...]
    totals: Totals
    currency: str = "GBP"
    left_open: tuple[str, ...] = ()
    """What is open beyond the questions: for staff."""

    @property
    def subtotal(self) -> Money:
        return self.totals.subtotal

    @property
    def tax(self) -> Money:
        return self.totals.tax

    @property
    def total(self) -> Money:
        return self.totals.total


def draft(request: QuoteRequest, own: Catalogue, today: date, terms: Terms | None = None) -> Draft:
    """Prices what a request names, on the customer's terms where they are known. Nothing in the
    request can change a price or give a discount."""
    terms = terms or Terms()
    catalogue = terms.catalogue(own)
    if not request.is_quote_request:
        return Draft(False, (), (), totals((), catalogue.currency), catalogue.currency)
    sold: list[tuple[Product, QuoteLine]] = []
    points: list[OpenPoint] = []
    for item in request.items:
        line = _line(item, catalogue, today)
        if isinstance(line, OpenPoint):
            points.append(line)
        elif line is not None:
            sold.extend(exploded(*line, today))
    lines = tuple(line for _, line in sold)
    if request.is_installation and catalogue.norms:
        lines += norms.labour_lines(sold, catalogue.norms, catalogue.rates)
    lines = tuple(terms.taxed(line) for line in lines)
    asked, left = asked_and_left(request, points)
    summed = totals(lines, catalogue.currency)
    return Draft(True, lines, asked, summed, catalogue.currency, left)


def _line(
    item: RequestedItem, catalogue: Catalogue, today: date
) -> tuple[Product, QuoteLine] | OpenPoint | None:
    """A line, why there is none, or nothing where the item itself says what is open."""
    product = catalogue.find(item.code)
    if product is None:
        return OpenPoint(Ask.MISSING, item.description or item.words) if item.code else None
    if item.quantity is None or item.quantity <= 0 or not item.words.strip():
        return None if item.open_points else OpenPoint(Ask.QUANTITY, item.description)
    price = sell(product, today)
    if price is None or price.money.currency != catalogue.currency:
        return OpenPoint(Ask.PRICE, product.name)
    converted = convert(item.quantity, item.unit, product)
    if converted is None:
        return OpenPoint(Ask.QUANTITY, item.description or product.name)
    own = cost(product, today)
    return product, QuoteLine(
        code=product.code,
        description=shown(product),
        quantity=converted.quantity,
        unit=product.unit,
        unit_price=price.money,
        discount=Money(Decimal(0), price.money.currency),
        total=line_total(converted.quantity, price.money),
        tax_rate=product.tax_rate,
        category=product.category,
        words=item.words,
        rule=item.rule,
        note="; ".join(filter(None, (item.source, converted.rule))),
        site=item.site,
        price_source=price.source,
        unit_cost=own.money if own else None,
        supplier=supplier(product, today),
        is_optional=item.is_optional,
    )


def as_json(made: Draft) -> dict[str, Any]:
    """The `quote` command's answer: amounts as text in the currency's minor units."""
    return {
        "is_quote": made.is_quote,
        "lines": [_line_json(line) for line in made.lines],
        "questions": list(made.questions),
        **({"left_open": list(made.left_open)} if made.left_open else {}),
        "subtotal": _amount(made.subtotal),
        "tax": _amount(made.tax),
        "total": _amount(made.total),
        "currency": made.currency,
    }


def _line_json(line: QuoteLine) -> dict[str, Any]:
    return {
        "code": line.code,
        "description": line.description,
        "quantity": f"{line.quantity.normalize():f}",
        "unit": line.unit,
        "unit_price": _amount(line.unit_price),
        "discount": _amount(line.discount),
        "total": _amount(line.total),
        "optional": line.is_optional,
        "words": line.words,
        "rule": line.rule,
        **({"note": line.note} if line.note else {}),
    }


def _amount(money: Money) -> str:
    return str(money.rounded().amount)
