"""The catalogue as pure code sees it: frozen products, price sources, rates, norms."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property


@dataclass(frozen=True, slots=True)
class SupplierPrice:
    """A supplier's cost for one unit of a product; open ends are None."""

    supplier: str
    cost: Decimal
    valid_from: date | None = None
    valid_until: date | None = None
    is_verified: bool = False

    def is_valid_on(self, day: date) -> bool:
        """Whether the price is dated and `day` falls into its dates, both ends included."""
        if self.valid_from is None and self.valid_until is None:
            return False
        starts = self.valid_from is None or self.valid_from <= day
        return starts and (self.valid_until is None or day <= self.valid_until)


class BundleShown(StrEnum):
    """How a product made of others stands in a quote."""

    NONE = ""
    LINE = "line"
    EXPLODED = "exploded"


@dataclass(frozen=True, slots=True)
class Product:
    """`tax_rate` is a fraction (0.20); prices are per `unit` in `currency`, net of tax.

    `parts`: what one of a bundle is made of.
    """

    code: str
    name: str
    description: str = ""
    category: str = ""
    unit: str = "each"
    cost_price: Decimal | None = None
    base_price: Decimal | None = None
    supplier: str = ""
    part_number: str = ""
    is_service: bool = False
    tax_rate: Decimal = Decimal("0.20")
    currency: str = "GBP"
    floor_price: Decimal | None = None
    pack_size: Decimal | None = None
    """Pieces or metres in one unit; None: read from the name where the unit is a package."""
    supplier_prices: tuple[SupplierPrice, ...] = ()
    bundle_shown: BundleShown = BundleShown.NONE
    parts: "tuple[Part, ...]" = ()


@dataclass(frozen=True, slots=True)
class Rates:
    """What work costs the customer. A day rate is a sell price, of a pair of engineers."""

    day_rate: Decimal = Decimal(300)
    hours_per_day: Decimal = Decimal(8)
    overtime_factor: Decimal = Decimal("1.5")
    travel_per_km: Decimal = Decimal("0.50")
    tax_rate: Decimal = Decimal("0.20")
    currency: str = "GBP"


@dataclass(frozen=True, slots=True)
class Norm:
    """Hours that a kind of work takes. `applies_to`: words found in a product's name or
    category, separated by `|`; empty: once per job that has any other norm line."""

    code: str
    applies_to: str
    per_unit_hours: Decimal = Decimal(0)
    fixed_hours: Decimal = Decimal(0)
    description: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A quantity of a product in a bundle, or the work of a norm at the rates in force."""

    quantity: Decimal
    product: Product | None = None
    norm: Norm | None = None
    rates: Rates = field(default_factory=Rates)

    @property
    def hours(self) -> Decimal:
        if self.norm is None:
            return Decimal(0)
        return self.norm.fixed_hours + self.norm.per_unit_hours * self.quantity


@dataclass(frozen=True)
class Catalogue:
    """One revision of a tenant's catalogue. `synonyms` pairs a phrase with a product code."""

    products: tuple[Product, ...]
    norms: tuple[Norm, ...] = ()
    rates: Rates = field(default_factory=Rates)
    synonyms: tuple[tuple[str, str], ...] = ()
    currency: str = "GBP"
    revision: int = 0

    @cached_property
    def by_code(self) -> dict[str, Product]:
        return {product.code: product for product in self.products}

    def find(self, code: str | None) -> Product | None:
        return self.by_code.get(code) if code else None
