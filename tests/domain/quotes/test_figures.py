"""How quoting goes, counted: medians, shares, reasons, what is open."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from domain.catalogue.product import Catalogue, Product
from domain.errors import Refused
from domain.quotes.drafting import draft
from domain.quotes.figures import OpenValue, QuoteFigures, Told, counted, figures
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.models import Quote
from domain.quotes.request import QuoteRequest, RequestedItem
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.quotes.writing.editing import DocumentEditor
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.types import utc_now
from tests.conftest import Entered

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
CATALOGUE = Catalogue((Product("OUT", "Outlet", base_price=Decimal(50)),))


def told(status: str = "sent", wait: int = 10, sent: int | None = 30, **more: object) -> Told:
    fields: dict[str, object] = {"net": Decimal(100), "currency": "GBP"} | more
    return Told(
        NINE,
        NINE + timedelta(minutes=wait) if wait else None,
        NINE + timedelta(minutes=sent) if sent is not None else None,
        status,
        **fields,  # type: ignore[arg-type]
    )


def of(*quotes: Told) -> QuoteFigures:
    return counted(quotes, lambda at: at.date())


def test_what_a_period_comes_to() -> None:
    found = of(
        told("accepted", 10, 30),
        told("rejected", 20, 3000, is_edited=True, reason="Too  dear."),
        told("rejected", 40, 60, reason="too dear"),
        told("expired", 40, 60),
        told("sent", 0, 60, net=Decimal(250)),
        told("viewed", 0, 60, net=Decimal(70), currency="EUR"),
        told("draft", 0, None),
        told("cancelled", 0, None),
    )
    assert (found.drafted, found.approved, found.sent, found.won, found.lost) == (8, 4, 6, 1, 3)
    assert found.minutes_to_approval == Decimal("30.0")
    assert found.minutes_to_sending == Decimal("60.0")
    assert found.share_unedited == Decimal("0.833")
    assert found.share_same_day == Decimal("0.625")
    assert found.win_rate == Decimal("0.250")
    assert found.lost_reasons == (("Too dear", 2), ("expired without an answer", 1))
    assert found.pipeline == (
        OpenValue("EUR", Decimal(70), 1), OpenValue("GBP", Decimal(250), 1),
    )  # fmt: skip


def test_of_nothing_there_are_no_shares() -> None:
    found = of()
    assert (found.win_rate, found.share_same_day, found.minutes_to_approval) == (None, None, None)
    assert found.pipeline == ()


@given(st.lists(st.sampled_from(["accepted", "rejected", "expired", "sent", "draft"]), max_size=20))
def test_shares_are_shares(states: list[str]) -> None:
    found = of(*(told(state, sent=None if state == "draft" else 5) for state in states))
    for share in (found.win_rate, found.share_unedited, found.share_same_day):
        assert share is None or 0 <= share <= 1
    assert sum(count for _, count in found.lost_reasons) == found.lost


async def quoted(tenant: Entered) -> Quote:
    items = (RequestedItem("24 doubles", code="OUT", quantity=Decimal(2)),)
    request = QuoteRequest(items, is_quote_request=True)
    made = draft(request, CATALOGUE, utc_now().date())
    quotes = Quotes(tenant.session, tenant.tenant_id)
    return await quotes.draft(QuoteFor("x"), Drafted(request, made, "x", 1), actor="bot")


async def enter(tenant: Entered, tenant_id: object) -> None:
    await tenant.session.flush()
    await tenant.session.execute(
        text("select set_config('app.tenant_id', :tenant, true)"), {"tenant": str(tenant_id)}
    )


async def test_figures_are_read_from_the_log_of_the_own_quotes(tenant: Entered) -> None:
    neighbour = uuid4()
    await enter(tenant, neighbour)
    await Tenants(tenant.session, neighbour).add(f"n{neighbour.hex[:9]}", "N", TenantSettings())
    await quoted(Entered(neighbour, tenant.session))
    await enter(tenant, tenant.tenant_id)
    plain, edited, waiting = [await quoted(tenant) for _ in range(3)]
    editor = DocumentEditor(tenant.session, tenant.tenant_id)
    await editor.retitle(edited.id, {"title": "Other"}, "staff:1")
    for quote in (plain, edited, waiting):
        await move(tenant.session, tenant.tenant_id, quote, Move("sent", "staff:1"))
    await move(tenant.session, tenant.tenant_id, plain, Move("accepted", "customer"))
    lost = Move("rejected", "customer", "They chose a cheaper one")
    await move(tenant.session, tenant.tenant_id, edited, lost)
    today = utc_now().date()
    found = await figures(tenant.session, tenant.tenant_id, today - timedelta(1), today)
    assert (found.drafted, found.sent, found.won, found.lost) == (3, 3, 1, 1)
    assert found.share_unedited == Decimal("0.667")
    assert found.win_rate == Decimal("0.500")
    assert found.lost_reasons == (("They chose a cheaper one", 1),)
    assert found.pipeline == (OpenValue("GBP", Decimal("100.00"), 1),)
    before = await figures(tenant.session, tenant.tenant_id, date(2020, 1, 1), date(2020, 2, 1))
    assert before.drafted == 0
    with pytest.raises(Refused):
        await figures(tenant.session, tenant.tenant_id, today, today - timedelta(1))
