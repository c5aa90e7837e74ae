"""A quote as its customer sees it: the one way out of the company for what a quote says; pure.

Only what is named here is shown. Cost, margin, supplier, where a price or a quantity came from
and the internal document have no field, so nothing can carry them along.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.quotes.money.exchange import Exchange
from domain.quotes.money.treatment import Treatment
from domain.quotes.pricing import QuoteLine, Tier, Totals, tier_totals, totals
from domain.quotes.writing.linework import category
from domain.quotes.writing.templates import CODE, OVERVIEW, TECHNICAL
from domain.quotes.writing.words import words_of
from domain.types import Money

RESTATING = frozenset(
    {"options", "benefits", "specifications", "deliverables", "testing", "requirements"}
)
"""Sections which, as code writes them, only say again what the head and the lines show."""
NOTHING = ("none", "none_named", "none_known")


@dataclass(frozen=True, slots=True)
class CustomerLine:
    number: int
    part_number: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Money
    discount: Money
    total: Money
    tax_rate: Decimal
    tax_treatment: Treatment | None
    category: str
    site: str
    note: str
    is_optional: bool
    is_alternate: bool
    tier: Tier | None

    @property
    def is_counted(self) -> bool:
        """In the quote's total, which with tiers is the Standard one."""
        return not (self.is_optional or self.is_alternate) and self.tier in (None, Tier.STANDARD)


@dataclass(frozen=True, slots=True)
class CustomerSection:
    id: str
    title: str
    content: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom the quote is for; `address` in lines."""

    name: str = ""
    company: str = ""
    address: str = ""
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the lines. `issued_on`, `valid_until`: None before it is sent."""

    number: str
    revision: int
    title: str
    is_draft: bool
    currency: str
    language: str
    addressee: Addressee = Addressee()
    location: str = ""
    deadline: str = ""
    reference: str = ""
    words: str = ""
    """The customer's own."""
    written_on: date | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    validity_days: int = 30
    exchange: Exchange | None = None
    """At which rate the prices were taken over from the company's own currency."""
    exempt_reason: str = ""


@dataclass(frozen=True, slots=True)
class CustomerView:
    heading: Heading
    lines: tuple[CustomerLine, ...]
    totals: Totals
    tiers: Mapping[Tier, Totals]
    """Empty where there are none."""
    overview: tuple[CustomerSection, ...]
    technical: tuple[CustomerSection, ...]


def customer_view(
    heading: Heading, lines: Iterable[QuoteLine], documents: Mapping[str, dict[str, Any]]
) -> CustomerView:
    """`documents`: type → content, whichever there are."""
    own = tuple(lines)
    is_tiered = any(line.tier for line in own)
    return CustomerView(
        heading=heading,
        lines=tuple(customer_line(number, line) for number, line in enumerate(own, 1)),
        totals=totals(own, heading.currency),
        tiers=tier_totals(own, heading.currency) if is_tiered else {},
        overview=_sections(documents.get(OVERVIEW, {}), heading.language),
        technical=_sections(documents.get(TECHNICAL, {}), heading.language),
    )


def customer_line(number: int, line: QuoteLine) -> CustomerLine:
    return CustomerLine(
        number=number,
        part_number="" if line.rule.startswith("norm ") else line.code,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        discount=line.discount,
        total=line.total,
        tax_rate=line.tax_rate,
        tax_treatment=line.tax_treatment,
        category=category(line),
        site=line.site,
        note=line.note,
        is_optional=line.is_optional,
        is_alternate=line.is_alternate,
        tier=line.tier,
    )


def _sections(content: Mapping[str, Any], language: str) -> tuple[CustomerSection, ...]:
    """Without what code wrote only so that the document is whole."""
    nothing = {words_of(language).say(sentence) for sentence in NOTHING}
    return tuple(
        CustomerSection(section["id"], section["title"], section["content"])
        for section in content.get("sections", ())
        if section.get("origin", CODE) != CODE
        or (section["id"] not in RESTATING and section["content"] not in nothing)
    )
