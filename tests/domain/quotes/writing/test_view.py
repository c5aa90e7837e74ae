"""The customer's view is the one way out: nothing confidential has a way through it."""

import json
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.paper.page import House, page_of
from domain.quotes.pricing import PriceSource, QuoteLine, Tier, line_total
from domain.quotes.writing.templates import Matter, written
from domain.quotes.writing.view import Heading, customer_view
from domain.tenants.settings import Branding
from domain.types import Money

SECRET = "zq7xk"
COST = Decimal("31337.77")

_line = st.builds(
    QuoteLine,
    code=st.from_regex(r"[A-Y]{1,5}", fullmatch=True),
    description=st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="zq"),
                        max_size=40),
    quantity=st.decimals("0.01", 500, places=2),
    unit=st.sampled_from(["each", "m", "hour"]),
    unit_price=st.decimals(0, 900, places=2).map(Money),
    discount=st.just(Money(Decimal(0))),
    total=st.just(Money(Decimal(0))),
    tax_rate=st.sampled_from([Decimal("0.20"), Decimal("0.05"), Decimal(0)]),
    category=st.sampled_from(["Cabling", "Labour", "Travel"]),
    words=st.just(f"words {SECRET}"),
    rule=st.sampled_from(["", f"rule {SECRET}"]),
    site=st.sampled_from(["", "Leeds", "York"]),
    price_source=st.sampled_from(list(PriceSource)),
    unit_cost=st.just(Money(COST)),
    supplier=st.just(f"supplier {SECRET}"),
    is_optional=st.booleans(),
    is_alternate=st.booleans(),
    tier=st.sampled_from([None, *Tier]),
)  # fmt: skip


@given(st.lists(_line, max_size=12), st.sampled_from(["en", "de", "fr"]), st.booleans())
def test_no_cost_margin_supplier_source_or_build_text_can_leak(
    drawn: list[QuoteLine], language: str, is_draft: bool
) -> None:
    lines = tuple(
        replace(one, total=line_total(one.quantity, one.unit_price, one.discount)) for one in drawn
    )
    documents = written(Matter("Cabling", lines, language=language))
    for section in documents["build"]["sections"]:
        section["content"] += f" build {SECRET}"
    heading = Heading("QT-1", 1, "Cabling", is_draft, "GBP", language)
    view = customer_view(heading, lines, documents)
    page = json.dumps(page_of(view, House("Us", Branding())), ensure_ascii=False)
    for shown in (repr(view), page):
        assert SECRET not in shown
        assert not any(source.value in shown for source in PriceSource if "×" in source.value)
        bare = shown.replace(",", "").replace(".", "").replace("\u00a0", "")
        assert "3133777" not in bare


def test_what_code_wrote_only_to_fill_a_document_is_not_shown() -> None:
    heading = Heading("QT-1", 1, "Cabling", is_draft=False, currency="GBP", language="en")
    documents = written(Matter("Cabling"))
    view = customer_view(heading, (), documents)
    assert [one.id for one in view.overview] == ["summary", "exclusions", "next_steps", "terms"]
    assert view.technical == ()
    documents["overview"]["sections"][2] |= {"content": "Faster.", "origin": "person"}
    assert "benefits" in [one.id for one in customer_view(heading, (), documents).overview]
