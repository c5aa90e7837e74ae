"""A parts list as a person edited it, as lines priced anew; pure.

What is a matter of arithmetic or of the catalogue is not taken from the edit: totals, cost,
supplier. A line that names a product keeps the price it had, or gets the catalogue's; a price
that a person sets is marked as such, and no price goes under a product's floor.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.catalogue.product import Catalogue, Product
from domain.errors import Refused
from domain.quotes.bundles import shown
from domain.quotes.money.terms import Terms
from domain.quotes.money.treatment import Treatment, treatment_at
from domain.quotes.pricing import (
    PriceSource,
    QuoteLine,
    Tier,
    cost,
    floor,
    line_total,
    percentage_discount,
    sell,
    supplier,
)
from domain.quotes.revising import MOST, ImpossibleQuantity, UnderFloor
from domain.types import Money

MOST_LINES = 500
HIGHEST_PRICE = Decimal(100_000_000)

_Line = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]
_Word = Annotated[str, StringConstraints(max_length=100, strip_whitespace=True)]
_Number = Annotated[Decimal, Field(max_digits=18, allow_inf_nan=False)]


class EditedLine(BaseModel):
    """`discount`: an amount, or “10%”. Fields that code works out are accepted and not used."""

    model_config = ConfigDict(extra="ignore")

    description: _Line = ""
    part_number: _Word = ""
    quantity: _Number
    unit: _Word = ""
    unit_price: _Number | None = Field(default=None, ge=0, le=HIGHEST_PRICE)
    discount: _Word | _Number = Decimal(0)
    tax_rate: _Number | None = Field(default=None, ge=0, le=1)
    tax_treatment: Treatment | Literal[""] = ""
    category: _Word = ""
    site: _Line = ""
    notes: _Line = ""
    optional: bool = False
    alternate: bool = False
    tier: Literal["", "basic", "standard", "premium"] = ""


class EditedList(BaseModel):
    model_config = ConfigDict(extra="ignore")

    lines: list[EditedLine] = Field(min_length=1, max_length=MOST_LINES)


class UnknownProduct(Refused):
    def __init__(self, position: int, code: str) -> None:
        super().__init__(
            f"Line {position}: there is no product “{code}” in the catalogue. Correct the part "
            "number, or leave it out and give the line a description and a unit price."
        )


def relined(
    content: dict[str, Any],
    before: tuple[QuoteLine, ...],
    own: Catalogue,
    today: date,
    terms: Terms | None = None,
) -> tuple[QuoteLine, ...]:
    """Raises Refused with the line that is wrong, UnderFloor, UnknownProduct, NoVatNumber."""
    terms = terms or Terms()
    catalogue = terms.catalogue(own)
    known = list(before)
    lines = []
    for position, edited in enumerate(_read(content).lines, 1):
        old = _taken(known, edited)
        line = _line(position, edited, old, catalogue, today)
        line = _as_taxed(line, edited, old, terms)
        require_floor(line, catalogue)
        lines.append(line)
    return tuple(lines)


def _as_taxed(
    line: QuoteLine, edited: EditedLine, old: QuoteLine | None, terms: Terms
) -> QuoteLine:
    """A treatment that a person chose; else a rate of theirs; else the customer's."""
    was = old.tax_treatment if old else None
    if edited.tax_treatment and edited.tax_treatment != (was.value if was else ""):
        return terms.line_as(line, Treatment(edited.tax_treatment))
    if old is not None and line.tax_rate == old.tax_rate:
        return line
    if edited.tax_rate is not None:
        return replace(line, tax_treatment=treatment_at(line.tax_rate, terms.rates))
    return terms.taxed(line)


def require_floor(line: QuoteLine, catalogue: Catalogue) -> None:
    """Of a price or a discount that a person gave; what the catalogue said keeps it by itself."""
    product = catalogue.find(line.code)
    lowest = floor(product) if product else None
    if lowest is None:
        return
    if not line.discount.amount and line.price_source is not PriceSource.BY_HAND:
        return
    least = Money(lowest, line.unit_price.currency)
    if line.total < (least * line.quantity).rounded():
        raise UnderFloor(line, least)


def _read(content: dict[str, Any]) -> EditedList:
    try:
        return EditedList.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
        raise Refused(f"The parts list is wrong at {at}: {first['msg'].lower()}.") from error


def _taken(known: list[QuoteLine], edited: EditedLine) -> QuoteLine | None:
    """The line that is edited, taken out of `known`: the same product, at the same site first."""
    same = [line for line in known if _is_same(line, edited)]
    same.sort(key=lambda line: (line.site != edited.site, line.description != edited.description))
    if not same:
        return None
    known.remove(same[0])
    return same[0]


def _is_same(line: QuoteLine, edited: EditedLine) -> bool:
    if edited.part_number or line.code:
        return line.code == edited.part_number
    return line.description == edited.description


def _line(
    position: int,
    edited: EditedLine,
    old: QuoteLine | None,
    catalogue: Catalogue,
    today: date,
) -> QuoteLine:
    if not 0 < edited.quantity <= MOST:
        raise ImpossibleQuantity(edited.description or f"Line {position}")
    base = old or _fresh(position, edited, catalogue, today)
    price = base.unit_price
    given = Money(edited.unit_price, price.currency) if edited.unit_price is not None else price
    is_by_hand = given != price and given != price.rounded()
    price = given if is_by_hand else price
    discount = _discount(position, edited, price)
    return replace(
        base,
        description=edited.description or base.description,
        quantity=edited.quantity,
        unit=edited.unit or base.unit,
        unit_price=price,
        discount=discount,
        total=line_total(edited.quantity, price, discount),
        tax_rate=base.tax_rate if edited.tax_rate is None else edited.tax_rate,
        site=edited.site,
        note=edited.notes,
        price_source=PriceSource.BY_HAND if is_by_hand else base.price_source,
        is_optional=edited.optional,
        is_alternate=edited.alternate,
        tier=Tier(edited.tier) if edited.tier else None,
    )


def _fresh(position: int, edited: EditedLine, catalogue: Catalogue, today: date) -> QuoteLine:
    """A line that was not there: of the catalogue, or wholly in the person's words."""
    product = catalogue.find(edited.part_number) or _so_called(edited, catalogue)
    if product is None and not edited.part_number:
        return _free(position, edited, catalogue)
    if product is None:
        raise UnknownProduct(position, edited.part_number)
    return _of_product(position, edited, product, today)


def _so_called(edited: EditedLine, catalogue: Catalogue) -> Product | None:
    """A product taken out and written in again by its name is that product, with its floor."""
    if edited.part_number or not edited.description:
        return None
    name = " ".join(edited.description.split()).casefold()
    same = (one for one in catalogue.products if " ".join(one.name.split()).casefold() == name)
    return next(same, None)


def _of_product(position: int, edited: EditedLine, product: Product, today: date) -> QuoteLine:
    price = sell(product, today)
    own = cost(product, today)
    if price is None and edited.unit_price is None:
        raise Refused(
            f"Line {position}: {product.name} has no price in the catalogue: give a unit price."
        )
    given = Money(edited.unit_price or Decimal(0), product.currency)
    return QuoteLine(
        code=product.code,
        description=shown(product),
        quantity=edited.quantity,
        unit=product.unit,
        unit_price=price.money if price else given,
        discount=given * 0,
        total=given * 0,
        tax_rate=product.tax_rate,
        category=product.category,
        price_source=price.source if price else PriceSource.BY_HAND,
        unit_cost=own.money if own else None,
        supplier=supplier(product, today),
    )


def _free(position: int, edited: EditedLine, catalogue: Catalogue) -> QuoteLine:
    if not edited.description or edited.unit_price is None:
        raise Refused(
            f"Line {position}: give a part number, or a description and a unit price of your own."
        )
    nothing = Money(Decimal(0), catalogue.currency)
    return QuoteLine(
        code="",
        description=edited.description,
        quantity=edited.quantity,
        unit=edited.unit or "each",
        unit_price=Money(edited.unit_price, catalogue.currency),
        discount=nothing,
        total=nothing,
        tax_rate=catalogue.rates.tax_rate,
        category=edited.category,
        price_source=PriceSource.BY_HAND,
    )


def _discount(position: int, edited: EditedLine, price: Money) -> Money:
    """Raises Refused unless it is from nothing to all of the line."""
    given = str(edited.discount).strip() or "0"
    number = _number(given.removesuffix("%"))
    amount = Money(number, price.currency) if number is not None else None
    if number is not None and given.endswith("%"):
        amount = percentage_discount(edited.quantity, price, number)
    if amount is None or not 0 <= amount.amount <= (price * edited.quantity).amount:
        raise Refused(
            f"Line {position}: a discount is an amount of up to the whole line, or a percentage "
            "like 10%."
        )
    return amount.rounded()


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def without_confidential(content: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """A parts list for who may not see costs."""
    hidden = frozenset(fields)
    lines = [{k: v for k, v in line.items() if k not in hidden} for line in content["lines"]]
    return content | {"lines": lines}
