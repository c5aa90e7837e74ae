"""Bundles in a quote: one line that names its parts, or a line a part; work counted once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.catalogue.product import BundleShown, Part, Product
from domain.quotes.pricing import (
    PriceSource,
    QuoteLine,
    cost,
    line_total,
    part_price,
    part_quantity,
    sell,
    supplier,
)
from domain.types import Money

RULE = "bundle "
WITH_WORK = "with its labour"
_LONGEST = 500

Sold = tuple[Product, QuoteLine]


def shown(product: Product) -> str:
    """A product's name, with what is in it where it is a bundle."""
    if not product.parts:
        return product.name
    parts = ", ".join(_told(part) for part in product.parts)
    text = f"{product.name} ({parts})"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2]}…)"


def _told(part: Part) -> str:
    count = f"{part_quantity(part).normalize():f}"
    if part.product is None:
        return f"{count} h {part.norm.description or part.norm.code}" if part.norm else count
    unit = "" if part.product.unit == "each" else f" {part.product.unit}"
    return f"{count}{unit} × {part.product.name}"


def exploded(product: Product, line: QuoteLine, today: date) -> list[Sold]:
    """The lines a bundle stands for, each at its own price; else the line as it is.

    A bundle with a price of its own, or held up by its floor, is one line: its parts would
    come to another sum.
    """
    if product.bundle_shown is not BundleShown.EXPLODED or line.price_source != PriceSource.PARTS:
        return [(product, line)]
    return [sold for part in product.parts for sold in _part_lines(product, part, line, today)]


def _part_lines(bundle: Product, part: Part, line: QuoteLine, today: date) -> list[Sold]:
    price = part_price(part, today)
    if price is None:  # cannot be: the bundle was priced from it
        return []
    quantity = part_quantity(part) * line.quantity
    rule = f"{RULE}{bundle.code}"
    if has_work(bundle) or line.rule.endswith(WITH_WORK):
        rule = f"{rule} {WITH_WORK}"
    made = replace(
        line,
        quantity=quantity,
        unit_price=price,
        discount=Money(Decimal(0), price.currency),
        total=line_total(quantity, price),
        rule=rule,
        note=f"{line.quantity.normalize():f} × {bundle.name}",
    )
    if part.product is None:
        return [(bundle, _work(part, made))]
    product = part.product
    own, unit_cost = sell(product, today), cost(product, today)
    priced = replace(
        made,
        code=product.code,
        description=shown(product),
        unit=product.unit,
        tax_rate=product.tax_rate,
        category=product.category,
        price_source=own.source if own else PriceSource.PARTS,
        unit_cost=unit_cost.money if unit_cost else None,
        supplier=supplier(product, today),
    )
    return exploded(product, priced, today)


def _work(part: Part, line: QuoteLine) -> QuoteLine:
    norm = part.norm
    return replace(
        line,
        code=norm.code if norm else line.code,
        description=(norm.description or norm.code) if norm else line.description,
        unit="hour",
        tax_rate=part.rates.tax_rate,
        category="Labour",
        price_source=PriceSource.DAY_RATE,
        unit_cost=None,
        supplier="",
    )


def has_work(product: Product) -> bool:
    """Whether its price holds labour."""
    return any(
        part.norm is not None
        or (part.product is not None and (part.product.is_service or has_work(part.product)))
        for part in product.parts
    )


def goods(product: Product, line: QuoteLine) -> Iterator[Sold]:
    """What norms look at: the goods in a bundle that brings no labour of its own."""
    if line.rule.startswith(RULE) and line.rule.endswith(WITH_WORK):
        return
    if not product.parts:
        yield product, line
        return
    if has_work(product):
        return
    for part in product.parts:
        if part.product is not None:
            yield from goods(part.product, replace(line, quantity=part.quantity * line.quantity))
