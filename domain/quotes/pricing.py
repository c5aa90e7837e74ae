"""Prices of a quote: pure, in Decimal, rounded half-up to the minor unit once a line.

Cost: supplier price valid today, then a verified supplier price, then the product's cost.
Sell: the product's base price, else of a bundle the sum of its parts, else cost × 1.20; never
under the floor, which of a bundle is at least the sum of its parts' floors.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.catalogue.product import Part, Product, Rates
from domain.quotes.money.treatment import Treatment
from domain.types import Money

MARKUP = Decimal("1.20")
NORM_MARKUP = {"materials": Decimal("1.15"), "labour": Decimal("1.20")}


class PriceSource(StrEnum):
    BASE_PRICE = "base price"
    SUPPLIER_PRICE = "supplier price valid today × 1.20"
    VERIFIED_PRICE = "verified supplier price × 1.20"
    PRODUCT_COST = "cost × 1.20"
    FLOOR = "floor price"
    DAY_RATE = "day rate"
    NORM = "norm"
    CONTRACT = "contract"
    BY_HAND = "set by hand"
    PARTS = "sum of its parts"


class Tier(StrEnum):
    BASIC = "basic"
    STANDARD = "standard"
    PREMIUM = "premium"


@dataclass(frozen=True, slots=True)
class Price:
    """A unit's price and where it came from."""

    money: Money
    source: PriceSource


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A priced line; `total` is quantity × unit_price − discount, rounded. Lines without a
    tier belong to every tier."""

    code: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Money
    discount: Money
    total: Money
    tax_rate: Decimal = Decimal("0.20")
    tax_treatment: Treatment | None = None
    """None: as its rate says, in quotes from before treatments."""
    category: str = ""
    words: str = ""
    rule: str = ""
    """The norm or rule that added the line; empty where the customer's words did."""
    note: str = ""
    """How the quantity came about: "30 m in lengths of 3"."""
    site: str = ""
    price_source: PriceSource = PriceSource.BASE_PRICE
    unit_cost: Money | None = None
    supplier: str = ""
    is_optional: bool = False
    is_alternate: bool = False
    tier: Tier | None = None

    @property
    def is_summed(self) -> bool:
        return not (self.is_optional or self.is_alternate)


@dataclass(frozen=True, slots=True)
class TaxSum:
    """`treatment`: where the law wants more said than the rate."""

    rate: Decimal
    net: Money
    tax: Money
    treatment: Treatment | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    subtotal: Money
    taxes: tuple[TaxSum, ...]
    tax: Money
    total: Money


def cost(product: Product, today: date) -> Price | None:
    """What one unit costs us; of several valid supplier prices the lowest."""
    valid = [p.cost for p in product.supplier_prices if p.is_valid_on(today)]
    if valid:
        return Price(Money(min(valid), product.currency), PriceSource.SUPPLIER_PRICE)
    verified = [p.cost for p in product.supplier_prices if p.is_verified]
    if verified:
        return Price(Money(min(verified), product.currency), PriceSource.VERIFIED_PRICE)
    if product.cost_price is None:
        return _cost_of_parts(product, today)
    return Price(Money(product.cost_price, product.currency), PriceSource.PRODUCT_COST)


def _cost_of_parts(product: Product, today: date) -> Price | None:
    """Work has no cost of its own, as everywhere; goods without a known cost leave it unknown."""
    total = Money(Decimal(0), product.currency)
    goods = [part for part in product.parts if part.product is not None]
    for part in goods:
        own = cost(part.product, today) if part.product else None
        if own is None or own.money.currency != product.currency:
            return None
        total += own.money * part.quantity
    return Price(total, PriceSource.PARTS) if goods else None


def supplier(product: Product, today: date) -> str:
    """Whose price the cost is; the product's own supplier where no price list gives it."""
    valid = [p for p in product.supplier_prices if p.is_valid_on(today)]
    known = valid or [p for p in product.supplier_prices if p.is_verified]
    return min(known, key=lambda p: p.cost).supplier if known else product.supplier


def sell(product: Product, today: date) -> Price | None:
    """What the customer pays for one unit, rounded; None when no source gives a price."""
    if product.base_price is not None:
        price = Price(Money(product.base_price, product.currency), PriceSource.BASE_PRICE)
    elif product.parts:
        total = _sell_of_parts(product, today)
        if total is None:
            return None
        price = Price(total, PriceSource.PARTS)
    elif (own := cost(product, today)) is not None:
        price = Price(own.money * MARKUP, own.source)
    else:
        return None
    lowest = floor(product)
    if lowest is not None and price.money.amount < lowest:
        price = Price(Money(lowest, product.currency), PriceSource.FLOOR)
    return replace(price, money=price.money.rounded())


def _sell_of_parts(product: Product, today: date) -> Money | None:
    """None where a part has no price in the bundle's currency: nothing is guessed."""
    total = Money(Decimal(0), product.currency)
    for part in product.parts:
        own = part_price(part, today)
        if own is None or own.currency != product.currency:
            return None
        total += line_total(part_quantity(part), own)
    return total


def part_price(part: Part, today: date) -> Money | None:
    """Of one unit of a bundle's part: a product's price, or an hour's."""
    if part.product is None:
        return hourly_rate(part.rates)
    own = sell(part.product, today)
    return own.money if own else None


def part_quantity(part: Part) -> Decimal:
    """How many units, or hours, of it are in one bundle."""
    return part.quantity if part.product is not None else part.hours


def floor(product: Product) -> Decimal | None:
    """The lowest price of a unit: its own, of a bundle not under its parts' together."""
    lowest = [
        own * part.quantity
        for part in product.parts
        if part.product is not None and (own := floor(part.product)) is not None
    ]
    floors = ([product.floor_price] if product.floor_price is not None else []) + (
        [sum(lowest, Decimal(0))] if lowest else []
    )
    return max(floors, default=None)


def norm_price(unit_cost: Money, kind: str) -> Price:
    """The sell price of a norm's line that has none of its own; `kind`: materials or labour."""
    return Price((unit_cost * NORM_MARKUP[kind]).rounded(), PriceSource.NORM)


def percentage_discount(quantity: Decimal, unit_price: Money, percent: Decimal) -> Money:
    """The amount that `percent` (15 for 15 %) takes off a line, not yet rounded."""
    return unit_price * quantity * (percent / 100)


def line_total(quantity: Decimal, unit_price: Money, discount: Money | None = None) -> Money:
    gross = unit_price * quantity
    net = gross - discount if discount is not None else gross
    return max(net, Money(Decimal(0), net.currency)).rounded()


def hourly_rate(rates: Rates, *, is_overtime: bool = False) -> Money:
    """An hour of work, not rounded, so that 8 hours make exactly one day."""
    factor = rates.overtime_factor if is_overtime else Decimal(1)
    return Money(rates.day_rate * factor / rates.hours_per_day, rates.currency)


def labour(hours: Decimal, rates: Rates, overtime_hours: Decimal = Decimal(0)) -> Money:
    """hours ÷ hours per day × day rate; overtime hours × 1.5. Rounded."""
    weighted = hours + overtime_hours * rates.overtime_factor
    return Money(weighted * rates.day_rate / rates.hours_per_day, rates.currency).rounded()


def travel(kilometres: Decimal, rates: Rates) -> Money:
    return Money(kilometres * rates.travel_per_km, rates.currency).rounded()


def totals(lines: Iterable[QuoteLine], currency: str, tier: Tier = Tier.STANDARD) -> Totals:
    """Sums of what counts: no optional or alternate line, of tiers only `tier`.

    Tax is worked out on the sum of each rate, so the order of the lines means nothing; what is
    exempt or under reverse charge is summed apart from what is at zero.
    """
    net: dict[tuple[Decimal, str], Money] = {}
    zero = Money(Decimal(0), currency)
    for line in lines:
        if line.is_summed and line.tier in (None, tier):
            told = line.tax_treatment
            key = (line.tax_rate, told.value if told and told.has_note else "")
            net[key] = net.get(key, zero) + line.total
    taxes = tuple(
        TaxSum(rate, net[rate, told], (net[rate, told] * rate).rounded(),
               Treatment(told) if told else None)
        for rate, told in sorted(net)
    )  # fmt: skip
    subtotal = sum((each.net for each in taxes), zero)
    tax = sum((each.tax for each in taxes), zero)
    return Totals(subtotal.rounded(), taxes, tax.rounded(), (subtotal + tax).rounded())


def tier_totals(lines: tuple[QuoteLine, ...], currency: str) -> dict[Tier, Totals]:
    """Totals of each tier; the quote's own total is the Standard one."""
    return {tier: totals(lines, currency, tier) for tier in Tier}
