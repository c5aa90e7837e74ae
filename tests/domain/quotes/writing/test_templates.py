"""The four documents from lines: what the lines, norms and settings say, and nothing else."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from domain.catalogue.product import Catalogue, Product
from domain.quotes.drafting import draft
from domain.quotes.norms import INSTALLER_NORMS
from domain.quotes.pricing import QuoteLine, Tier
from domain.quotes.request import QuoteRequest, RequestedItem
from domain.quotes.writing.linework import line_content, line_kept
from domain.quotes.writing.plain_text import as_text
from domain.quotes.writing.templates import TYPES, Matter, written
from domain.types import utc_now

CATALOGUE = Catalogue(
    (
        Product("OUT", "Double outlet", category="Cabling", base_price=Decimal(54)),
        Product("WAR", "Warranty", category="Service", base_price=Decimal(99), is_service=True),
    ),
    norms=INSTALLER_NORMS,
)


def lines() -> tuple[QuoteLine, ...]:
    items = (
        RequestedItem("24 doubles", code="OUT", quantity=Decimal(24)),
        RequestedItem("maybe the warranty", code="WAR", quantity=Decimal(1), is_optional=True),
    )
    request = QuoteRequest(items, is_quote_request=True, is_installation=True)
    return draft(request, CATALOGUE, utc_now().date()).lines


MATTER = Matter("Cabling", lines(), questions=("Which ceiling?",), location="Leeds",
                deadline="March", terms="30 days net.")  # fmt: skip


def section(content: dict[str, Any], id_: str) -> str:
    return next(s["content"] for s in content["sections"] if s["id"] == id_)


def test_there_are_four_with_their_sections_in_order() -> None:
    made = written(MATTER)
    assert tuple(made) == TYPES
    for kind in TYPES[1:]:
        orders = [one["order"] for one in made[kind]["sections"]]
        assert orders == list(range(1, len(orders) + 1))
        assert all(set(one) == {"id", "title", "content", "order", "origin"}
                   for one in made[kind]["sections"])  # fmt: skip


def test_they_say_what_is_known() -> None:
    made = written(MATTER)
    overview = made["overview"]
    # 24 × 54 + 16 hours (9.6 + 2.4 + 4) × 37.50
    assert "£1,896.00 before tax, £2,275.20 in all" in section(overview, "summary")
    assert "Warranty" in section(overview, "options")
    assert "Still open: Which ceiling?" in section(overview, "assumptions")
    assert "9.6 hours by our usual time" in section(overview, "assumptions")
    assert section(overview, "terms") == "30 days net."
    assert "Site: Leeds" in section(made["technical"], "requirements")
    assert "16 hours of a pair of engineers: 2 days of 8 hours" in section(
        made["build"], "resources"
    )
    assert "Install 24 pcs · Double outlet" in section(made["build"], "steps")


def test_the_customers_are_in_their_language_and_the_internal_one_in_the_companys() -> None:
    made = written(replace(MATTER, language="de"))
    assert "1.896,00\u00a0€" not in as_text(made["overview"])
    assert "1.896,00\u00a0£ vor Steuer" in section(made["overview"], "summary")
    assert "of a pair of engineers" in section(made["build"], "resources")


def test_what_nobody_said_is_not_invented() -> None:
    made = written(Matter("Nothing"))
    assert section(made["build"], "timeline") == "No date has been asked for."
    assert section(made["overview"], "exclusions") == "Whatever is not listed is not included."
    assert section(made["overview"], "terms") == (
        "The quote is valid for 30 days from the day it is sent."
    )


def test_tiers_are_totalled_each_with_the_quote_at_standard() -> None:
    base = lines()[0]
    better = replace(base, code="PRE", tier=Tier.PREMIUM)
    made = written(replace(MATTER, lines=(base, replace(base, tier=Tier.STANDARD), better)))
    summary = made["parts_list"]["summary"]
    assert summary["subtotal"] == "2592.00"
    assert summary["tiers"]["basic"]["subtotal"] == "1296.00"
    assert summary["tiers"]["premium"]["subtotal"] == "2592.00"
    assert "Premium: £3,110.40" in section(made["overview"], "options")


def test_a_line_comes_back_from_its_document_as_it_was() -> None:
    for number, line in enumerate(lines(), 1):
        kept = line_kept(line_content(number, line), "GBP")
        assert replace(kept, category=line.category) == line
