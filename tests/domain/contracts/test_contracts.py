"""Contracts in the database: made once, signed as seen, renewed without a gap, quoted again."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from domain.catalogue.product import Catalogue, Product
from domain.contracts.making import Agreed, Making, NotAccepted
from domain.contracts.models import Contract, ContractQuote
from domain.contracts.renewing import come_due, renew
from domain.contracts.revenue import revenue
from domain.contracts.service import Contracts, Signatory
from domain.contracts.support import Used, left, use
from domain.contracts.templates import Templates
from domain.contracts.terms import TooLate
from domain.customers.models import Company
from domain.database import Database
from domain.errors import Conflict, NotFound, Refused
from domain.events import DomainEvent
from domain.quotes.drafting import Draft
from domain.quotes.models import Quote
from domain.quotes.pricing import PriceSource, QuoteLine, totals
from domain.quotes.request import QuoteRequest
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.sla.keeping import contract_policies
from domain.sla.models import BusinessCalendar, SlaPolicy
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.service import NewTicket, Tickets
from domain.types import Money, new_id
from tests.conftest import Entered

START = date(2026, 3, 1)
ANNA = Signatory("Anna Weber", "Managing director", "Anna@Acme.example")


def line(code: str, price: str, unit: str, **more: Any) -> QuoteLine:
    money = Money(Decimal(price))
    return QuoteLine(
        code, f"Thing {code}", Decimal(1), unit, money, Money(Decimal(0)), money, **more
    )


async def company(tenant: Entered) -> Company:
    acme = Company(
        id=new_id(), tenant_id=tenant.tenant_id, name="Acme {{ title }}", vat_number="GB123"
    )
    tenant.session.add(acme)
    await tenant.session.flush()
    return acme


async def accepted(tenant: Entered, *lines: QuoteLine) -> Quote:
    found = lines or (
        line("CARE", "100", "month"),
        line("CAM", "500", "each"),
        line("EXTRA", "9", "each", is_optional=True),
    )
    made = Draft(True, found, (), totals(found, "GBP"), "GBP")
    request = QuoteRequest(is_quote_request=True, text="care")
    whom = QuoteFor("Care for Acme", company_id=(await company(tenant)).id)
    quote = await Quotes(tenant.session, tenant.tenant_id).draft(
        whom, Drafted(request, made, "care", 1), actor="test"
    )
    quote.status = "accepted"
    return quote


async def contract(tenant: Entered, **agreed: Any) -> Contract:
    quote = await accepted(tenant)
    making = Making(tenant.session, tenant.tenant_id)
    return await making.from_quote(quote.id, Agreed(START, **agreed), actor="test")


async def active(tenant: Entered, **agreed: Any) -> Contract:
    made = await contract(tenant, **agreed)
    service = Contracts(tenant.session, tenant.tenant_id)
    await service.move(made.id, "pending_signature", actor="test")
    return await service.sign(made.id, ANNA, actor="test", digest=made.digest)


async def test_an_accepted_quote_becomes_one_contract(tenant: Entered) -> None:
    quote = await accepted(tenant)
    making = Making(tenant.session, tenant.tenant_id)
    made = await making.from_quote(quote.id, Agreed(START), actor="test")
    again = await making.from_quote(quote.id, Agreed(START, months=24), actor="test")
    assert again is made
    assert made.number.startswith("CT-")
    assert (made.annual_value, made.once_value) == (Decimal(1200), Decimal(500))
    assert (made.ends_on, made.version, made.status) == (date(2027, 2, 28), 1, "draft")
    lines = await Contracts(tenant.session, tenant.tenant_id).lines(made.id)
    assert [(row.code, row.interval) for row in lines] == [("CARE", "monthly"), ("CAM", "once")]
    text = json.dumps(made.sections, ensure_ascii=False)
    assert "Acme {{ title }}" in text
    assert quote.number in text
    assert "1200.00 GBP a year" in text


async def test_only_an_accepted_quote_becomes_one(tenant: Entered) -> None:
    quote = await accepted(tenant)
    quote.status = "sent"
    with pytest.raises(NotAccepted, match="is sent"):
        await Making(tenant.session, tenant.tenant_id).from_quote(
            quote.id, Agreed(START), actor="test"
        )


async def test_goods_alone_are_a_sale(tenant: Entered) -> None:
    quote = await accepted(tenant, line("CAM", "500", "each"))
    made = await Making(tenant.session, tenant.tenant_id).from_quote(
        quote.id, Agreed(START), actor="test"
    )
    assert (made.kind, made.annual_value) == ("sale", Decimal(0))


async def test_a_signature_binds_what_was_seen(tenant: Entered) -> None:
    made = await contract(tenant)
    service = Contracts(tenant.session, tenant.tenant_id)
    with pytest.raises(Refused, match="does not wait"):
        await service.sign(made.id, ANNA, actor="test")
    await service.move(made.id, "pending_signature", actor="test")
    seen = made.digest
    with pytest.raises(Refused, match="only a draft"):
        await service.edit(made.id, made.sections, summary="x", actor="test")
    await service.move(made.id, "draft", actor="test", why="a mistake in it")
    changed = [made.sections[0] | {"content": "other words"}]
    await service.edit(made.id, changed, summary="other words", actor="test")
    await service.move(made.id, "pending_signature", actor="test")
    with pytest.raises(Conflict):
        await service.sign(made.id, ANNA, actor="test", digest=seen)
    await service.sign(made.id, ANNA, actor="test", digest=made.digest)
    assert (made.status, made.signatory["email"]) == ("active", "anna@acme.example")
    with pytest.raises(Refused, match="is active"):
        await service.sign(made.id, ANNA, actor="test")
    told = [entry.action for entry in await service.log(made.id)]
    assert told == ["drafted", "sent", "taken_back", "changed", "sent", "signed"]


async def test_nobody_is_active_without_a_signature(tenant: Entered) -> None:
    made = await contract(tenant)
    service = Contracts(tenant.session, tenant.tenant_id)
    await service.move(made.id, "pending_signature", actor="test")
    with pytest.raises(Refused, match="by a signature"):
        await service.move(made.id, "active", actor="test")


async def test_a_former_text_comes_back_as_a_new_version(tenant: Entered) -> None:
    made = await contract(tenant)
    service = Contracts(tenant.session, tenant.tenant_id)
    first = list(made.sections)
    await service.edit(made.id, first[:2], summary="shorter", actor="test", version=1)
    with pytest.raises(Conflict):
        await service.edit(made.id, first[:1], summary="late", actor="test", version=1)
    await service.roll_back(made.id, 1, actor="test")
    assert made.sections == first
    versions = [(row.version, row.changes_summary) for row in await service.versions(made.id)]
    assert versions[0] == (3, "as version 1")
    assert versions[1] == (2, "shorter")
    with pytest.raises(Refused, match="what was changed"):
        await service.edit(made.id, first, summary=" ", actor="test")


async def test_days_move_a_contract_once(tenant: Entered) -> None:
    made = await active(tenant)
    passed = tenant.session, tenant.tenant_id
    assert await come_due(*passed, date(2026, 11, 29)) == []
    assert [due.what for due in await come_due(*passed, date(2026, 11, 30))] == ["renewal_due"]
    assert await come_due(*passed, date(2026, 12, 1)) == []
    assert made.status == "pending_renewal"
    assert [due.what for due in await come_due(*passed, date(2027, 3, 1))] == ["expired"]
    assert await come_due(*passed, date(2028, 1, 1)) == []
    query = select(DomainEvent.kind).where(DomainEvent.subject_id == made.id)
    kinds = list(await tenant.session.scalars(query))
    assert kinds.count("contract.renewal_due") == kinds.count("contract.expired") == 1


async def test_one_that_renews_itself_goes_on_without_a_gap(tenant: Entered) -> None:
    made = await active(tenant, renewal="automatic")
    passed = tenant.session, tenant.tenant_id
    await come_due(*passed, date(2026, 12, 1))
    assert [due.what for due in await come_due(*passed, date(2027, 3, 1))] == ["renewed"]
    assert (made.status, made.starts_on, made.ends_on) == (
        "active",
        START,
        date(2028, 2, 29),
    )


async def test_notice_ends_it_on_its_day(tenant: Entered) -> None:
    made = await active(tenant, renewal="automatic")
    service = Contracts(tenant.session, tenant.tenant_id)
    today, soon = date(2026, 6, 1), date(2026, 6, 10)
    with pytest.raises(TooLate, match="2026-07-01"):
        await service.cancel(made.id, soon, today, actor="test", why="moves")
    await service.cancel(made.id, soon, today, actor="test", why="moves", is_agreed=True)
    assert made.status == "active"
    assert await come_due(tenant.session, tenant.tenant_id, soon) == []
    await come_due(tenant.session, tenant.tenant_id, soon + timedelta(days=1))
    assert made.status == "cancelled"


async def test_a_renewal_is_quoted_at_todays_prices(tenant: Entered) -> None:
    made = await active(tenant)
    catalogue = Catalogue((Product("CARE", "Care", unit="month", base_price=Decimal(110)),))
    making = Making(tenant.session, tenant.tenant_id)
    quote = await making.to_quote(made.id, catalogue, date(2026, 12, 1), actor="test")
    lines = await Quotes(tenant.session, tenant.tenant_id).lines(quote.id)
    assert [(row.code, row.unit_price, row.price_source) for row in lines] == [
        ("CARE", Decimal(110), PriceSource.BASE_PRICE.value),
        ("CAM", Decimal(500), PriceSource.CONTRACT.value),
    ]
    assert "2027-03-01 to 2028-02-29" in quote.request
    linked = await tenant.session.scalar(
        select(ContractQuote.contract_id).where(ContractQuote.quote_id == quote.id)
    )
    assert linked == made.id
    quote.status = "accepted"
    following = await making.from_quote(quote.id, Agreed(date(2027, 3, 1)), actor="test")
    assert following.renews_id == made.id


async def test_what_is_included_is_counted_by_period(tenant: Entered) -> None:
    hours = {"name": "Hours", "amount": "10", "unit": "h", "per": "month"}
    made = await active(tenant, kind="support", included_services=(hours,))
    passed = tenant.session, made
    with pytest.raises(Refused, match="includes Hours, not “Tea”"):
        await use(*passed, Used("Tea", Decimal(1), date(2026, 3, 5)), actor="test")
    after = await use(*passed, Used("hours", Decimal(8), date(2026, 3, 31)), actor="test")
    assert after.left == 2
    after = await use(*passed, Used("hours", Decimal(3), date(2026, 3, 31)), actor="test")
    assert (after.used, after.left) == (11, 0)
    assert (await left(*passed, date(2026, 4, 1)))[0].left == 10
    query = select(DomainEvent.kind).where(DomainEvent.kind == "contract.used_up")
    assert len(list(await tenant.session.scalars(query))) == 1


async def test_a_running_contract_chooses_the_policy_of_its_companys_tickets(
    tenant: Entered,
) -> None:
    calendar = BusinessCalendar(id=new_id(), tenant_id=tenant.tenant_id, name="c", week={})
    policy = SlaPolicy(
        id=new_id(),
        tenant_id=tenant.tenant_id,
        name="Gold",
        calendar_id=calendar.id,
        targets={},
    )
    tenant.session.add(calendar)
    await tenant.session.flush()
    tenant.session.add(policy)
    await tenant.session.flush()
    made = await active(tenant, kind="support", sla_policy_id=policy.id)
    service = Tickets(tenant.session, tenant.tenant_id)
    theirs = await service.open(NewTicket("late"))
    theirs.company_id = made.company_id
    other = await service.open(NewTicket("other"))
    await tenant.session.flush()
    assert await contract_policies(tenant.session, [theirs, other]) == {theirs.id: policy.id}
    await Contracts(tenant.session, tenant.tenant_id).move(made.id, "suspended", actor="test")
    assert await contract_policies(tenant.session, [theirs, other]) == {}


async def test_revenue_counts_what_runs_and_what_is_about_to_end(tenant: Entered) -> None:
    await active(tenant)
    await contract(tenant)
    (found,) = await revenue(tenant.session, tenant.tenant_id, date(2026, 6, 1), 90)
    assert (found.contracts, found.annual, found.monthly) == (1, 1200, Decimal("100.00"))
    assert (found.ending_contracts, found.ending) == (0, 0)
    (later,) = await revenue(tenant.session, tenant.tenant_id, date(2026, 12, 1), 90)
    assert (later.ending_contracts, later.ending) == (1, 1200)


async def test_templates_keep_their_versions(tenant: Entered) -> None:
    templates = Templates(tenant.session, tenant.tenant_id)
    own = [{"id": "all", "title": "All", "content": "{{ customer }}"}]
    made = await templates.add("Care", own, actor="test", language="de")
    with pytest.raises(Conflict):
        await templates.add("Care", own, actor="test")
    await templates.change(made.id, [own[0] | {"content": "new"}], note="new", actor="test")
    await templates.roll_back(made.id, 1, actor="test")
    assert made.sections[0]["content"] == "{{ customer }}"
    assert [row.version for row in await templates.versions(made.id)] == [3, 2, 1]
    assert (await templates.chosen(None, "de")).id == made.id
    await templates.switch(made.id, False)
    assert (await templates.chosen(None, "de")).name == "Standard (Deutsch)"


async def test_another_company_sees_nothing_of_them(
    tenant: Entered, shared_database: Database
) -> None:
    made = await active(tenant)
    other = new_id()
    async with shared_database.transaction(other) as session:
        await Tenants(session, other).add(f"t{other.hex[:10]}", "Other", TenantSettings())
        theirs = Contracts(session, other)
        with pytest.raises(NotFound):
            await theirs.get(made.id)
        with pytest.raises(NotFound):
            await theirs.numbered(made.number)
        assert await theirs.page(10) == []
        assert await revenue(session, other, START, 90) == ()
        await session.rollback()


async def test_only_what_runs_is_renewed(tenant: Entered) -> None:
    service = Contracts(tenant.session, tenant.tenant_id)
    unsigned = await contract(tenant)
    await service.move(unsigned.id, "pending_signature", actor="test")
    with pytest.raises(Refused, match="only one that runs"):
        renew(service, unsigned, actor="test", why="")
    assert unsigned.status == "pending_signature"
    ending = await active(tenant)
    await service.cancel(
        ending.id, date(2026, 9, 1), date(2026, 6, 1), actor="test", why="they move"
    )
    with pytest.raises(Refused, match="cancelled from 2026-09-01"):
        renew(service, ending, actor="test", why="")


async def test_what_runs_ends_by_notice_and_not_by_a_move(tenant: Entered) -> None:
    made = await active(tenant)
    service = Contracts(tenant.session, tenant.tenant_id)
    with pytest.raises(Refused, match="giving notice"):
        await service.move(made.id, "cancelled", actor="test")
    unsigned = await contract(tenant)
    await service.move(unsigned.id, "cancelled", actor="test")
    assert unsigned.status == "cancelled"


async def test_a_contract_is_in_the_customers_language(tenant: Entered) -> None:
    making = Making(tenant.session, tenant.tenant_id)
    quote = await accepted(tenant)
    company = await tenant.session.get_one(Company, quote.company_id)
    company.language = "de"
    made = await making.from_quote(quote.id, Agreed(START), actor="test")
    said = json.dumps(made.sections, ensure_ascii=False).replace("\u00a0", " ")
    for words in ("Vertragsparteien", "1.200,00 £ im Jahr", "1. März 2026", "im Monat"):
        assert words in said, words
    company.language = ""
    plain = await accepted(tenant)
    plain.company_id = quote.company_id
    other = await making.from_quote(plain.id, Agreed(START), actor="test")
    assert other.sections[0]["title"] == "Who agrees"
    templates = Templates(tenant.session, tenant.tenant_id)
    assert [one.language for one in await templates.all()] == ["en", "de"]
    own = await templates.add("Ours", other.sections, actor="test")
    assert (await templates.chosen(None, "fr")).language == "en"  # what they wrote, no more ours
    assert (await templates.chosen(own.id, "de")).id == own.id


async def test_a_renewal_is_taxed_as_its_customer_is_today(tenant: Entered) -> None:
    made = await contract(tenant)
    acme = await tenant.session.get_one(Company, made.company_id)
    acme.tax_treatment, acme.vat_number, acme.currency = "reverse_charge", "DE123456789", "EUR"
    making = Making(tenant.session, tenant.tenant_id)
    quote = await making.to_quote(made.id, Catalogue(()), START, actor="test")
    lines = await Quotes(tenant.session, tenant.tenant_id).lines(quote.id)
    assert {(row.tax_treatment, row.tax_rate) for row in lines} == {("reverse_charge", Decimal(0))}
    assert (quote.currency, quote.exchange_rate, quote.staff_questions) == ("GBP", None, [])
