"""Reads the demo company's files into frozen values; touches no database."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import TypeAdapter

from bot.demo.records import (
    DemoArticle,
    DemoCompany,
    DemoDayRate,
    DemoNorm,
    DemoProduct,
    DemoQuestion,
    DemoSupplier,
    DemoSupplierPrice,
)

NO_ARTICLE = "none"


def articles() -> tuple[DemoArticle, ...]:
    """Every article, by file name."""
    found = (f for f in _folder().joinpath("articles").iterdir() if f.name.endswith(".md"))
    return tuple(
        parsed_article(f.name.removesuffix(".md"), f.read_text("utf-8"))
        for f in sorted(found, key=lambda f: f.name)
    )


def parsed_article(stem: str, source: str) -> DemoArticle:
    """Raises ValueError for a file without front matter or without one of its three keys."""
    opening, _, rest = source.partition("---\n")
    header, closing, text = rest.partition("\n---\n")
    if opening or not closing:
        raise ValueError(f"{stem}: the front matter is missing")
    pairs = (line.partition(":") for line in header.splitlines())
    fields = {key.strip(): value.strip() for key, _, value in pairs}
    try:
        title, category, tags = fields["title"], fields["category"], fields["tags"]
    except KeyError as missing:
        raise ValueError(f"{stem}: the front matter has no {missing}") from None
    words = tuple(tag.strip() for tag in tags.strip("[]").split(",") if tag.strip())
    return DemoArticle(stem, title.strip('"'), category, words, text.strip())


def products() -> tuple[DemoProduct, ...]:
    return tuple(
        DemoProduct(
            code=row["code"],
            name=row["name"],
            description=row["description"],
            category=row["category"],
            unit=row["unit"],
            cost_price=Decimal(row["cost_price"]),
            base_price=Decimal(row["base_price"]) if row["base_price"] else None,
            supplier=row["supplier"],
            part_number=row["part_number"],
            is_service=row["is_service"] == "1",
            tax_rate=Decimal(row["tax_rate"]),
        )
        for row in _rows("products.csv")
    )


def suppliers() -> tuple[DemoSupplier, ...]:
    return tuple(
        DemoSupplier(
            name=row["name"],
            email=row["email"],
            phone=row["phone"],
            is_own_products=row["is_own_products"] == "1",
            lead_time_days=int(row["lead_time_days"]),
            is_verified=row["verified"] == "1",
        )
        for row in _rows("suppliers.csv")
    )


def supplier_prices() -> tuple[DemoSupplierPrice, ...]:
    return tuple(
        DemoSupplierPrice(
            supplier=row["supplier"],
            code=row["code"],
            cost_price=Decimal(row["cost_price"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            is_verified=row["verified"] == "1",
        )
        for row in _rows("supplier_prices.csv")
    )


def day_rates() -> tuple[DemoDayRate, ...]:
    return tuple(
        DemoDayRate(
            name=row["name"],
            people=int(row["people"]),
            price=Decimal(row["price"]),
            hours_per_day=Decimal(row["hours_per_day"]),
            overtime_factor=Decimal(row["overtime_factor"]),
        )
        for row in _rows("day_rates.csv")
    )


def norms() -> tuple[DemoNorm, ...]:
    return tuple(
        DemoNorm(
            code=row["code"],
            applies_to=row["applies_to"],
            per_unit_hours=Decimal(row["per_unit_hours"]),
            fixed_hours=Decimal(row["fixed_hours"]),
            description=row["description"],
        )
        for row in _rows("norms.csv")
    )


def company() -> DemoCompany:
    source = _folder().joinpath("company.json").read_bytes()
    return TypeAdapter(DemoCompany).validate_json(source)


def questions() -> tuple[DemoQuestion, ...]:
    """What customers would ask: a regression set for retrieval and triage."""
    read = TypeAdapter(DemoQuestion)
    lines = _folder().joinpath("questions.jsonl").read_text("utf-8").splitlines()
    return tuple(_without_placeholder(read.validate_json(line)) for line in lines)


def _without_placeholder(question: DemoQuestion) -> DemoQuestion:
    answered = question.article != NO_ARTICLE
    return question if answered else DemoQuestion(question.text, None, question.intent)


def _rows(name: str) -> Iterator[dict[str, str]]:
    lines = _folder().joinpath(name).read_text("utf-8").splitlines()
    yield from csv.DictReader(lines)


def _folder() -> Traversable:
    return files("bot.demo")
