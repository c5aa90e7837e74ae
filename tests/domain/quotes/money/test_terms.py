"""On which terms a customer buys, as rows: what is not known is asked of staff, never guessed."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.product import Catalogue, Product
from domain.catalogue.service import Products
from domain.customers.models import Company
from domain.errors import Conflict, Refused
from domain.quotes.approval import Approver, OverLimit, Unsettled, approve
from domain.quotes.drafting import draft
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.states import NeedsApproval
from domain.quotes.models import Quote
from domain.quotes.money.rates import ExchangeRates, NewRate
from domain.quotes.money.settling import settle
from domain.quotes.money.terms import terms_for
from domain.quotes.request import QuoteRequest, RequestedItem
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.quotes.writing.editing import DocumentEditor
from domain.quotes.writing.versions import QuoteDocuments, Why
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.types import new_id
from tests.conftest import Entered

TODAY = date(2026, 11, 25)
PRODUCTS = [Product("OUT", "Double outlet", base_price=Decimal(54), floor_price=Decimal(50)),
            Product("BOOK", "Manual", base_price=Decimal(10), tax_rate=Decimal(0))]  # fmt: skip
CATALOGUE = Catalogue(tuple(PRODUCTS))


async def company(tenant: Entered, **fields: str) -> Company:
    row = Company(id=new_id(), tenant_id=tenant.tenant_id, name="Acme GmbH", **fields)
    tenant.session.add(row)
    await tenant.session.flush()
    return row


async def drafted(tenant: Entered, buyer: Company) -> Quote:
    items = tuple(
        RequestedItem("24 doubles", code=code, quantity=Decimal(24)) for code in ("OUT", "BOOK")
    )
    request = QuoteRequest(items, is_quote_request=True, language="en")
    terms = await terms_for(tenant.session, tenant.tenant_id, (buyer.id, None), TODAY)
    made = draft(request, CATALOGUE, TODAY, terms)
    whom = QuoteFor("Cabling", company_id=buyer.id)
    return await Quotes(tenant.session, tenant.tenant_id).draft(
        whom, Drafted(request, made, "24 doubles", 1, terms=terms), actor="bot"
    )


async def rate(tenant: Entered, number: str = "1.1712", on: date = TODAY) -> None:
    new = NewRate("GBP", "EUR", Decimal(number), on, "ECB")
    await ExchangeRates(tenant.session, tenant.tenant_id).add(new, actor="test")


async def enter(session: AsyncSession, tenant_id: UUID) -> None:
    await session.flush()
    await session.execute(
        text("select set_config('app.tenant_id', :tenant, true)"), {"tenant": str(tenant_id)}
    )


@pytest.fixture
async def neighbour(tenant: Entered) -> UUID:
    """Another tenant, in the same transaction."""
    tenant_id = uuid4()
    await enter(tenant.session, tenant_id)
    slug = f"n{tenant_id.hex[:10]}"
    await Tenants(tenant.session, tenant_id).add(slug, "Neighbour", TenantSettings())
    await enter(tenant.session, tenant.tenant_id)
    return tenant_id


async def theirs(tenant: Entered, neighbour: UUID, number: str = "1.5") -> None:
    await enter(tenant.session, neighbour)
    await rate(Entered(neighbour, tenant.session), number)
    await enter(tenant.session, tenant.tenant_id)


async def test_a_quote_keeps_the_rate_and_its_day(tenant: Entered, neighbour: UUID) -> None:
    await theirs(tenant, neighbour, "9")
    await rate(tenant)
    quote = await drafted(tenant, await company(tenant, currency="EUR", language="de"))
    assert (quote.currency, quote.exchange_from) == ("EUR", "GBP")
    assert (quote.exchange_rate, quote.exchange_rate_on) == (Decimal("1.1712"), TODAY)
    assert quote.language == "de"
    assert quote.subtotal == Decimal("1798.80")  # 24 × 63.24 + 24 × 11.71
    assert quote.staff_questions == []
    await rate(tenant, "2", TODAY + timedelta(days=1))
    assert quote.exchange_rate == Decimal("1.1712")


@pytest.mark.parametrize("days", [None, 31])
async def test_without_a_rate_of_today_staff_are_asked(
    tenant: Entered, neighbour: UUID, days: int | None
) -> None:
    await theirs(tenant, neighbour)
    if days:
        await rate(tenant, on=TODAY - timedelta(days=days))
    quote = await drafted(tenant, await company(tenant, currency="EUR"))
    assert (quote.currency, quote.exchange_rate) == ("GBP", None)
    [question] = quote.staff_questions
    assert "GBP to EUR" in question
    with pytest.raises(Unsettled, match="quote terms"):
        await approve(tenant.session, quote, Approver(new_id(), None))
    with pytest.raises(Unsettled):
        await move(tenant.session, tenant.tenant_id, quote, Move("sent", "test"))
    assert "EUR" not in str(
        (await QuoteDocuments(tenant.session, tenant.tenant_id).present(quote.id, "overview"))
        .content
    )  # fmt: skip
    await rate(tenant)
    await settle(tenant.session, tenant.tenant_id, quote.id, TODAY, actor="test")
    assert (quote.currency, quote.staff_questions) == ("EUR", [])
    assert quote.subtotal == Decimal("1798.80")
    held = await QuoteDocuments(tenant.session, tenant.tenant_id).present(quote.id, "parts_list")
    assert held.content["summary"]["currency"] == "EUR"


async def test_terms_taken_again_lead_back_to_the_own_currency(tenant: Entered) -> None:
    await rate(tenant)
    buyer = await company(tenant, currency="EUR")
    quote = await drafted(tenant, buyer)
    buyer.currency, buyer.tax_treatment = "GBP", "exempt"
    await settle(tenant.session, tenant.tenant_id, quote.id, TODAY, actor="test")
    assert (quote.currency, quote.exchange_rate, quote.tax) == ("GBP", None, Decimal(0))
    assert quote.subtotal == Decimal("1536.00")


async def test_reverse_charge_needs_a_vat_number(tenant: Entered) -> None:
    await Products(tenant.session, tenant.tenant_id).import_all(PRODUCTS)
    buyer = await company(tenant, tax_treatment="reverse_charge", vat_number="12")
    quote = await drafted(tenant, buyer)
    assert quote.tax == Decimal("259.20")  # VAT as usual until it is known
    assert "“12” is none" in quote.staff_questions[0]
    buyer.vat_number = "DE 123 456 789"
    await settle(tenant.session, tenant.tenant_id, quote.id, TODAY, actor="test")
    assert (quote.tax, quote.staff_questions) == (Decimal(0), [])
    lines = await Quotes(tenant.session, tenant.tenant_id).lines(quote.id)
    assert {row.tax_treatment for row in lines} == {"reverse_charge"}
    held = await QuoteDocuments(tenant.session, tenant.tenant_id).present(quote.id, "parts_list")
    [tax] = held.content["summary"]["taxes"]
    assert tax["treatment"] == "reverse_charge"
    buyer.tax_treatment = "standard"
    await settle(tenant.session, tenant.tenant_id, quote.id, TODAY, actor="test")
    assert quote.tax == Decimal("259.20")  # a manual stays at zero


async def test_a_line_may_be_taxed_otherwise_and_a_new_one_follows_the_quote(
    tenant: Entered,
) -> None:
    await rate(tenant)
    quote = await drafted(tenant, await company(tenant, currency="EUR"))
    documents = QuoteDocuments(tenant.session, tenant.tenant_id)
    content = (await documents.present(quote.id, "parts_list")).content
    content["lines"][0]["tax_treatment"] = "reduced"
    content["lines"].append({"part_number": "OUT", "quantity": "1", "site": "Attic"})
    editor = DocumentEditor(tenant.session, tenant.tenant_id)
    await editor.edit((quote.id, "parts_list"), content, Why("tax", "staff:1"), CATALOGUE)
    rows = await Quotes(tenant.session, tenant.tenant_id).lines(quote.id)
    assert [(row.tax_treatment, row.tax_rate) for row in rows] == [
        ("reduced", Decimal("0.05")), ("zero", Decimal(0)), ("standard", Decimal("0.20")),
    ]  # fmt: skip
    assert rows[2].unit_price == Decimal("63.24")
    content["lines"][0]["tax_treatment"] = "reverse_charge"
    with pytest.raises(Refused, match="VAT number"):
        await editor.edit((quote.id, "parts_list"), content, Why("tax", "staff:1"), CATALOGUE)


async def test_a_version_in_another_currency_is_not_taken_back(tenant: Entered) -> None:
    buyer = await company(tenant, currency="EUR")
    quote = await drafted(tenant, buyer)
    await rate(tenant)
    await settle(tenant.session, tenant.tenant_id, quote.id, TODAY, actor="test")
    editor = DocumentEditor(tenant.session, tenant.tenant_id)
    with pytest.raises(Refused, match="Version 1 is in GBP"):
        await editor.roll_back((quote.id, "parts_list"), 1, Why("back", "staff:1"), CATALOGUE)


async def test_a_pair_has_one_rate_a_day(tenant: Entered, neighbour: UUID) -> None:
    await rate(tenant)
    await theirs(tenant, neighbour, "3")
    with pytest.raises(Conflict, match="GBP to EUR"):
        await rate(tenant, "1.2")
    rates = ExchangeRates(tenant.session, tenant.tenant_id)
    for wrong in ("0", "-1"):
        with pytest.raises(Refused):
            await rate(tenant, wrong, TODAY - timedelta(days=1))
    [row] = await rates.page(5)
    await rates.change(row.id, {"rate": Decimal(2)}, actor="test")
    found = await rates.on("GBP", "EUR", TODAY)
    assert found is not None
    assert found.rate == 2
    assert await rates.on("EUR", "GBP", TODAY) is None


async def test_a_limit_is_in_the_companys_own_currency(tenant: Entered) -> None:
    await rate(tenant, "100")
    quote = await drafted(tenant, await company(tenant, currency="EUR"))
    assert quote.total > 100_000
    with pytest.raises(OverLimit, match=r"1795\.20 GBP"):
        await approve(tenant.session, quote, Approver(new_id(), Decimal(1795)))
    with pytest.raises(NeedsApproval):
        await move(
            tenant.session, tenant.tenant_id, quote, Move("sent", "test", limit=Decimal(1795))
        )
    await move(tenant.session, tenant.tenant_id, quote, Move("sent", "test", limit=Decimal(1796)))
    assert quote.status == "sent"
