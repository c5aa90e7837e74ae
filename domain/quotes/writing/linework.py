"""A priced line as it stands in the parts list, and back; pure."""

from decimal import Decimal
from typing import Any

from domain.quotes.money.treatment import Treatment
from domain.quotes.pricing import PriceSource, QuoteLine, Tier, line_total
from domain.types import Money

CONFIDENTIAL = ("cost_price", "supplier", "source", "rule", "price_source")
"""What the customer never sees of a line."""


def line_content(number: int, line: QuoteLine) -> dict[str, Any]:
    return {
        "line_number": number,
        "description": line.description,
        "part_number": line.code,
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "unit_price": price(line.unit_price),
        "cost_price": price(line.unit_cost) if line.unit_cost else None,
        "discount": amount(line.discount),
        "total": amount(line.total),
        "tax_rate": plain(line.tax_rate),
        "tax_treatment": line.tax_treatment.value if line.tax_treatment else "",
        "category": category(line),
        "supplier": line.supplier,
        "optional": line.is_optional,
        "alternate": line.is_alternate,
        "tier": line.tier.value if line.tier else "",
        "site": line.site,
        "source": line.words or line.rule,
        "rule": line.rule,
        "notes": line.note,
        "price_source": line.price_source.value,
    }


def line_kept(content: dict[str, Any], currency: str) -> QuoteLine:
    """A line of an earlier version: its price and cost as they were, its total worked out."""
    quantity = Decimal(content["quantity"])
    unit_price = Money(Decimal(content["unit_price"]), currency)
    discount = Money(Decimal(content["discount"]), currency)
    source, cost = content["source"], content["cost_price"]
    rule = content.get("rule", source if source.startswith("norm ") else "")
    return QuoteLine(
        code=content["part_number"],
        description=content["description"],
        quantity=quantity,
        unit=content["unit"],
        unit_price=unit_price,
        discount=discount,
        total=line_total(quantity, unit_price, discount),
        tax_rate=Decimal(content.get("tax_rate", "0.20")),
        tax_treatment=Treatment(told) if (told := content.get("tax_treatment")) else None,
        category=content["category"],
        words="" if source == rule else source,
        rule=rule,
        note=content["notes"],
        site=content.get("site", ""),
        price_source=PriceSource(content["price_source"]),
        unit_cost=Money(Decimal(cost), currency) if cost is not None else None,
        supplier=content.get("supplier", ""),
        is_optional=content["optional"],
        is_alternate=content.get("alternate", False),
        tier=Tier(content["tier"]) if content.get("tier") else None,
    )


def category(line: QuoteLine) -> str:
    if "travel" in f"{line.category} {line.description}".lower():
        return "Travel"
    return "Labour" if is_labour(line) else "Materials"


def is_labour(line: QuoteLine) -> bool:
    is_norm = line.price_source in (PriceSource.DAY_RATE, PriceSource.NORM)
    return is_norm or "labour" in line.category.lower()


def is_hours(line: QuoteLine) -> bool:
    return line.unit.lower().startswith(("h", "std"))


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def amount(money: Money) -> str:
    return str(money.rounded().amount)


def price(money: Money) -> str:
    """Of one unit: in minor units, or as fine as it is."""
    rounded = money.rounded()
    return str(rounded.amount) if rounded.amount == money.amount else plain(money.amount)
