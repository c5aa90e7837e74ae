"""Prices of the catalogue in another currency, by a dated rate; pure.

A price is converted once, in full precision, and rounded to the minor unit where pricing rounds.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from domain.catalogue.product import Catalogue, Product, Rates


@dataclass(frozen=True, slots=True)
class Exchange:
    """One `source` is `rate` of `target`, since `on`."""

    source: str
    target: str
    rate: Decimal
    on: date

    def age_on(self, day: date) -> int:
        return (day - self.on).days


@dataclass(frozen=True)
class ConvertedCatalogue(Catalogue):
    """The catalogue as a quote in another currency sees it: a product is converted when it is
    asked for. What is priced in the other currency already stays as it is."""

    own: Catalogue = field(default_factory=lambda: Catalogue(()))
    exchange: Exchange | None = None

    def find(self, code: str | None) -> Product | None:
        product = self.own.find(code)
        if product is None or self.exchange is None:
            return product
        if product.currency != self.exchange.source:
            return product
        return converted_product(product, self.exchange)


def in_currency(catalogue: Catalogue, exchange: Exchange | None) -> Catalogue:
    if exchange is None or exchange.source != catalogue.currency:
        return catalogue
    return ConvertedCatalogue(
        products=(),
        norms=catalogue.norms,
        rates=_rates(catalogue.rates, exchange),
        synonyms=catalogue.synonyms,
        currency=exchange.target,
        revision=catalogue.revision,
        own=catalogue,
        exchange=exchange,
    )


def converted_product(product: Product, exchange: Exchange) -> Product:
    def at_rate(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else amount * exchange.rate

    return replace(
        product,
        currency=exchange.target,
        cost_price=at_rate(product.cost_price),
        base_price=at_rate(product.base_price),
        floor_price=at_rate(product.floor_price),
        supplier_prices=tuple(
            replace(price, cost=price.cost * exchange.rate) for price in product.supplier_prices
        ),
        parts=tuple(
            replace(
                part,
                product=converted_product(part.product, exchange) if part.product else None,
                rates=_rates(part.rates, exchange),
            )
            for part in product.parts
        ),
    )


def _rates(rates: Rates, exchange: Exchange) -> Rates:
    return replace(
        rates,
        day_rate=rates.day_rate * exchange.rate,
        travel_per_km=rates.travel_per_km * exchange.rate,
        currency=exchange.target,
    )
