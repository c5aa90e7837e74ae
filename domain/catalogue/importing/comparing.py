"""What a supplier's price list would change in the catalogue: pure, row by row."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from rapidfuzz import fuzz

from domain.catalogue.price_list import PriceList, ProductRow, RejectedRow
from domain.catalogue.product import Product

JUMP = Decimal(30)
"""Per cent, up or down, from which on a person should look twice."""
_ALIKE = 50
_SHORTEST_PART = 4


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class HeldPrice:
    """The price of this supplier that is in force, or comes next."""

    id: UUID
    cost: Decimal
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """A product of the catalogue as a list is compared with it. `is_theirs`: of this supplier."""

    id: UUID
    code: str
    part_number: str
    name: str
    currency: str
    values: Mapping[str, Any]
    is_retired: bool = False
    is_theirs: bool = False
    price: HeldPrice | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one product; `percent` of the old price; `also`: other fields that change."""

    kind: Kind
    code: str
    name: str
    row_number: int | None = None
    old: Decimal | None = None
    new: Decimal | None = None
    percent: Decimal | None = None
    also: tuple[str, ...] = ()
    product_id: UUID | None = None
    row: ProductRow | None = None
    price: HeldPrice | None = None

    @property
    def is_jump(self) -> bool:
        return self.percent is not None and abs(self.percent) > JUMP


@dataclass(frozen=True, slots=True)
class Terms:
    """How a supplier's list counts. `is_own`: the company's own goods, sold at what it says.

    `fields`: what the list tells of. `day`: the day it is looked at.
    """

    supplier: str
    is_own: bool
    currency: str
    fields: frozenset[str]
    day: date


@dataclass(frozen=True, slots=True)
class Comparison:
    steps: tuple[Step, ...]
    unchanged: int
    rejected: tuple[RejectedRow, ...]

    def of(self, kind: Kind) -> list[Step]:
        """Jumps first, then as in the file."""
        found = [step for step in self.steps if step.kind is kind]
        return sorted(found, key=lambda s: (not s.is_jump, s.row_number or 0, s.code))

    def counts(self) -> dict[str, int]:
        kinds = Counter(step.kind.value for step in self.steps)
        return {kind.value: kinds[kind.value] for kind in Kind} | {
            "unchanged": self.unchanged,
            "not_understood": len(self.rejected),
            "jumps": sum(step.is_jump for step in self.steps),
        }

    def digest(self) -> str:
        """The same only for the same changes."""
        told = hashlib.sha256()
        for step in self.steps:
            line = (step.kind, step.code, step.old, step.new, step.also, step.row_number)
            told.update(repr(line).encode())
        return told.hexdigest()


@dataclass(slots=True)
class _Shelf:
    """The catalogue by code and by part number."""

    by_code: dict[str, Known] = field(default_factory=dict)
    by_part: dict[str, Known | None] = field(default_factory=dict)
    """None: several products have this part number."""

    @classmethod
    def of(cls, known: Iterable[Known]) -> "_Shelf":
        shelf = cls()
        for one in known:
            shelf.by_code.setdefault(one.code.casefold(), one)
            if key := part_key(one.part_number):
                shelf.by_part[key] = None if key in shelf.by_part else one
        return shelf

    def find(self, product: Product) -> Known | None:
        for number in (product.part_number, product.code):
            if (key := part_key(number)) and (found := self.by_part.get(key)):
                return found
        return self.by_code.get(product.code.casefold())


def part_key(number: str) -> str:
    """A part number without its dashes and spaces; empty where it is too short to mean one."""
    key = re.sub(r"[^a-z0-9]", "", number.casefold())
    return key if len(key) >= _SHORTEST_PART else ""


def compare(found: PriceList, known: Sequence[Known], terms: Terms) -> Comparison:
    """A row is new, changed, unchanged or not understood; what the list leaves out is gone."""
    shelf = _Shelf.of(known)
    met: dict[UUID, int] = {}
    steps: list[Step] = []
    rejected = list(found.rejected)
    unchanged = 0
    for row in found.rows:
        held = shelf.find(row.product)
        if defect := _defect(row, held, met, terms):
            rejected.append(RejectedRow(row.row_number, defect, (row.product.code,)))
            continue
        if held is not None:
            met[held.id] = row.row_number
        step = _step(row, held, terms)
        if step is None:
            unchanged += 1
        else:
            steps.append(step)
    steps += [_gone(one, terms) for one in known if one.id not in met and _is_held(one, terms)]
    rejected.sort(key=lambda row: row.row_number)
    return Comparison(tuple(steps), unchanged, tuple(rejected))


def _defect(row: ProductRow, held: Known | None, met: Mapping[UUID, int], terms: Terms) -> str:
    product = row.product
    sold_in = held.currency if held else terms.currency
    if product.currency != sold_in:
        return f"the price is in {product.currency}, the product is sold in {sold_in}"
    if _price(product, terms) is None and not terms.is_own:
        return "the price is missing"
    if held is None:
        return ""
    if held.id in met:
        return f"the same product as in row {met[held.id]} ({held.code})"
    if not _is_same(product, held):
        return (
            f"“{product.code}” is “{held.name}” in the catalogue, and “{product.name}” here: give "
            "it another code if it is another product"
        )
    return ""


def _is_same(product: Product, held: Known) -> bool:
    """A code may mean something else at another supplier."""
    if held.is_theirs or part_key(product.part_number) == part_key(held.part_number) != "":
        return True
    return fuzz.token_set_ratio(product.name.casefold(), held.name.casefold()) >= _ALIKE


def _price(product: Product, terms: Terms) -> Decimal | None:
    sells = terms.is_own and "base_price" in terms.fields
    return product.base_price if sells else product.cost_price


def _step(row: ProductRow, held: Known | None, terms: Terms) -> Step | None:
    new = _price(row.product, terms)
    if held is None:
        code, name = row.product.code, row.product.name
        return Step(Kind.NEW, code, name, row.row_number, new=new, row=row)
    old = _old_price(held, terms)
    also = _also(row, held, terms)
    if old == new and not also and not held.is_retired:
        return None
    return Step(
        Kind.CHANGED,
        held.code,
        held.name,
        row.row_number,
        old,
        new,
        _percent(old, new),
        also,
        held.id,
        row,
        held.price,
    )


def _old_price(held: Known, terms: Terms) -> Decimal | None:
    if not terms.is_own:
        return held.price.cost if held.price else None
    value = held.values["base_price" if "base_price" in terms.fields else "cost_price"]
    return value if value is None else Decimal(value)


def _also(row: ProductRow, held: Known, terms: Terms) -> tuple[str, ...]:
    """A supplier prices our products and does not rename them; of our own goods all is ours."""
    compared = terms.fields & held.values.keys()
    if not terms.is_own:
        compared &= {"base_price"}
    else:
        compared -= {"base_price"} if "base_price" in terms.fields else {"cost_price"}
    also = {name for name in compared if getattr(row.product, name) != held.values[name]}
    if held.price and not terms.is_own:
        given = {"valid_from": row.valid_from, "valid_until": row.valid_until}
        also |= {n for n, day in given.items() if day and day != getattr(held.price, n)}
    if held.is_retired:
        also.add("back on sale")
    return tuple(sorted(also))


def _percent(old: Decimal | None, new: Decimal | None) -> Decimal | None:
    if not old or new is None:
        return None
    return ((new - old) / old * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _is_held(one: Known, terms: Terms) -> bool:
    if one.is_retired:
        return False
    return one.is_theirs if terms.is_own else one.price is not None


def _gone(one: Known, terms: Terms) -> Step:
    return Step(
        Kind.GONE,
        one.code,
        one.name,
        old=_old_price(one, terms),
        product_id=one.id,
        price=one.price,
    )
