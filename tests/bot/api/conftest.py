"""Two companies with one thing of each kind, and a client that calls the API as one of them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import tenants
from bot.desk.pricing.price_lists import File, preview
from bot.runtime import Runtime
from domain.catalogue.importing.lists import PriceLists
from domain.catalogue.keeping.rates import DayRates, Norms
from domain.catalogue.keeping.suppliers import NewPrice, SupplierPrices, Suppliers
from domain.catalogue.keeping.synonyms import Synonyms
from domain.catalogue.layout import Layout
from domain.catalogue.models import CatalogueProposal
from domain.catalogue.product import Catalogue, Product
from domain.catalogue.service import Products
from domain.contracts.making import Agreed, Making
from domain.contracts.service import Contracts, Signatory
from domain.conversations.models import Conversation, Message, RawEvent
from domain.customers.joining.links import CustomerLinks, NewLink
from domain.customers.joining.merging import Because, CustomerMerges
from domain.customers.models import Company, Identity, Person, Site
from domain.customers.optouts import Address, OptOuts
from domain.database import Database, TenantOwned
from domain.events import DomainEvent
from domain.knowledge.service import Articles, ArticleText
from domain.prompts.service import NewBody, Prompts
from domain.quotes.drafting import draft
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.revisions import start_revision
from domain.quotes.money.rates import ExchangeRates, NewRate
from domain.quotes.request import QuoteRequest, RequestedItem
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.signing.models import ContractSignature, QuoteAcceptance
from domain.sla.keeping import Clocks
from domain.sla.models import SlaAlert
from domain.sla.service import Calendars, NewCalendar, Policies
from domain.staff.models import StaffMember
from domain.templates.models import MessageTemplate
from domain.tenants.models import ChannelAccount
from domain.tickets.joining.linking import TicketLinks
from domain.tickets.promises import Promise
from domain.tickets.service import NewComment, NewTicket, Tickets
from domain.tickets.working.articles import TicketArticles
from domain.tickets.working.ledger import PromiseLedger
from domain.tickets.working.macros import Macros
from domain.tickets.working.teams import Teams
from domain.tickets.working.views import SavedViews
from domain.types import new_id, utc_now
from domain.workflows.defaults import DEFAULTS
from domain.workflows.models import WorkflowFiring
from domain.workflows.service import Workflows
from domain.workflows.webhooks import Webhooks
from tests.launching import app_on

FIRST, SECOND = "harbour", "meadow"
ROLES = ("readonly", "staff", "admin")


@dataclass(frozen=True)
class Office:
    """A company, a key of each role, and the ids of what it has."""

    tenant_id: UUID
    keys: dict[str, str]
    ids: dict[str, str]

    def headers(self, role: str = "admin") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[role]}"}


class Client:
    """Calls /api/v1 as an office, in a role."""

    def __init__(self, http: httpx.AsyncClient, office: Office, role: str = "admin") -> None:
        self.http = http
        self.office = office
        self.role = role

    async def __call__(
        self, method: str, path: str, json: Any = None, **more: Any
    ) -> httpx.Response:
        headers = self.office.headers(self.role) | more.pop("headers", {})
        if json is not None:
            more["json"] = json
        return await self.http.request(method, f"/api/v1{path}", headers=headers, **more)

    async def get(self, path: str, **params: Any) -> Any:
        response = await self("GET", path, params=params or None)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, json: Any = None, **more: Any) -> httpx.Response:
        return await self("POST", path, {} if json is None else json, **more)


@pytest.fixture
def app(runtime: Runtime) -> FastAPI:
    return app_on(runtime)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.example") as client:
        yield client


@pytest.fixture
def open_office(runtime: Runtime) -> Callable[[str], Awaitable[Office]]:
    async def make(slug: str) -> Office:
        database = runtime.database
        tenant_id = await tenants.add(database, slug, slug.title())
        made = {
            role: await tenants.create_key(database, runtime.vault, tenant_id, role, role)
            for role in ROLES
        }
        spare, _ = await tenants.create_key(database, runtime.vault, tenant_id, "spare", "readonly")
        ids = await _furnished(database, tenant_id, slug) | {"key_id": str(spare)}
        ids |= await _priced(database, tenant_id, ids["code"])
        return Office(tenant_id, {role: secret for role, (_, secret) in made.items()}, ids)

    return make


@pytest.fixture
async def office(open_office: Callable[[str], Awaitable[Office]]) -> Office:
    return await open_office(FIRST)


@pytest.fixture
async def stranger(open_office: Callable[[str], Awaitable[Office]]) -> Office:
    return await open_office(SECOND)


@pytest.fixture
def call(http: httpx.AsyncClient, office: Office) -> Client:
    return Client(http, office)


@pytest.fixture
def strange_call(http: httpx.AsyncClient, stranger: Office) -> Client:
    return Client(http, stranger)


async def _priced(database: Database, tenant_id: UUID, code: str) -> dict[str, str]:
    """A supplier's price and list, a norm, and the rate that is there."""
    async with database.transaction(tenant_id) as session:
        supplier = await Suppliers(session, tenant_id).named("Wire & Co")
        price = NewPrice(code, Decimal(60), valid_from=date(2026, 1, 1))
        made = await SupplierPrices(session, supplier).add(price, actor="test")
        norm = await Norms(session, tenant_id).add({"code": "fit", "per_unit_hours": Decimal(1)})
        spare = await DayRates(session, tenant_id).add(
            {"name": "One person", "price": Decimal(500)}, actor="test"
        )
        word = await Synonyms(session, tenant_id).add("blue string", code, actor="test")
        proposal = CatalogueProposal(
            id=new_id(),
            tenant_id=tenant_id,
            kind="synonym",
            words="grey string",
            code=code,
            times=2,
        )
        session.add(proposal)
        lists = PriceLists(session, supplier)
        layout = Layout({"Code": "code", "Name": "name", "Cost": "cost_price"}, header_row=1)
        await lists.remember(layout, actor="test")
    listed = File("list.csv", f"Code,Name,Cost\n{code},Cat6 cable,61\n".encode())
    seen = await preview(database, tenant_id, supplier.id, listed, actor="test")
    return {
        "supplier_id": str(supplier.id),
        "price_id": str(made.price.id),
        "norm_id": str(norm.id),
        "rate_id": str(spare.id),
        "preview_id": str(seen.record.id),
        "synonym_id": str(word.id),
        "proposal_id": str(proposal.id),
    }


async def _furnished(database: Database, tenant_id: UUID, slug: str) -> dict[str, str]:
    async with database.transaction(tenant_id) as session:
        people = await _customer(session, tenant_id, slug)
        talk = await _conversation(session, tenant_id, UUID(people["person_id"]))
        work = await _work(session, tenant_id, people, talk)
        rule = await Workflows(session, tenant_id).add(DEFAULTS[0])
        _fired(session, tenant_id, rule.id, UUID(work["reference"]))
        hooks = await _webhook(session, tenant_id)
        sold = await _quote(session, tenant_id, slug, UUID(people["person_id"]))
        saved = await _prompt_versions(session, tenant_id, 2 if slug == FIRST else 1)
        promised = await _service_levels(session, tenant_id, UUID(work["reference"]))
        signed = await _contract(session, tenant_id, UUID(sold["quote_id"]))
        rate = NewRate("GBP", "EUR", Decimal("1.17"), utc_now().date(), slug)
        kept = await ExchangeRates(session, tenant_id).add(rate, actor="test")
    known = {"rule_id": str(rule.id), "exchange_id": str(kept.id), "program": "xero"} | signed
    return people | talk | work | sold | saved | promised | hooks | known


def _fired(session: AsyncSession, tenant_id: UUID, rule_id: UUID, ticket_id: UUID) -> None:
    session.add(
        WorkflowFiring(
            id=new_id(),
            tenant_id=tenant_id,
            rule_id=rule_id,
            rule_version=1,
            ticket_id=ticket_id,
            event="created",
            once=f"test:{ticket_id}",
            outcome="done",
        )
    )


async def _service_levels(
    session: AsyncSession, tenant_id: UUID, ticket_id: UUID
) -> dict[str, str]:
    """A policy of its own calendar, a calendar to spare, and a breach."""
    policy = await Policies(session, tenant_id).from_template("gold")
    week = {"mon": [["09:00", "12:30"], ["13:30", "17:00"]]}
    spare = await Calendars(session, tenant_id).add(NewCalendar("Mondays", week))
    breach = SlaAlert(
        id=new_id(),
        tenant_id=tenant_id,
        ticket_id=ticket_id,
        target="resolution",
        level="breached",
        due_at=utc_now(),
    )
    session.add(breach)
    await Clocks(session, tenant_id).keep([ticket_id], utc_now())
    return {"policy_id": str(policy.id), "calendar_id": str(spare.id), "alert_id": str(breach.id)}


async def _webhook(session: AsyncSession, tenant_id: UUID) -> dict[str, str]:
    hooks = Webhooks(session, tenant_id)
    row = await hooks.add("https://crm.example/hook", ["ticket.*"], b"sealed")
    await session.flush()
    opened = (
        await session.scalars(
            select(DomainEvent)
            .where(DomainEvent.kind == "ticket.opened")
            .order_by(DomainEvent.sequence)
            .limit(1)
        )
    ).one()
    (delivery_id,) = await hooks.announce(opened)
    return {"subscription_id": str(row.id), "delivery_id": str(delivery_id)}


async def _quote(
    session: AsyncSession, tenant_id: UUID, slug: str, person_id: UUID
) -> dict[str, str]:
    product = Product(
        f"CAB-{slug}", f"Cat6 cable {slug}", base_price=Decimal("84.00"), supplier="Wire & Co"
    )
    rate = {"name": "Two people", "price": Decimal(900)}
    await DayRates(session, tenant_id).add(rate, actor="test")
    await Products(session, tenant_id).import_all([product])
    item = RequestedItem("cable", code=product.code, quantity=Decimal(1))
    request = QuoteRequest((item,), is_quote_request=True)
    drafted = Drafted(request, draft(request, Catalogue((product,)), utc_now().date()), "cable", 1)
    quote = await Quotes(session, tenant_id).draft(
        QuoteFor(f"Cable for {slug}", person_id=person_id), drafted, actor="test"
    )
    await move(session, tenant_id, quote, Move("sent", "test"))
    await start_revision(session, tenant_id, quote, "test", "Something is to be changed")
    document = {
        "revision": "2",
        "document_type": "overview",
        "document_version": "1",
        "section_id": "summary",
    }
    return {"quote_id": str(quote.id), "code": product.code} | document


async def _contract(session: AsyncSession, tenant_id: UUID, quote_id: UUID) -> dict[str, str]:
    """A running one that includes hours; its quote stays a draft."""
    quote = await Quotes(session, tenant_id).get(quote_id)
    quote.status = "accepted"
    hours = {"name": "Hours", "amount": "10", "unit": "h", "per": "year"}
    agreed = Agreed(utc_now().date(), kind="support", included_services=(hours,))
    made = await Making(session, tenant_id).from_quote(quote_id, agreed, actor="test")
    contracts = Contracts(session, tenant_id)
    await contracts.move(made.id, "pending_signature", actor="test")
    await contracts.sign(made.id, Signatory("Priya", "", "priya@dental.example"), actor="test")
    quote.status = "draft"
    session.add_all(_signed(tenant_id, quote_id, made.id))
    return {"contract_id": str(made.id), "template_id": str(made.template_id)}


def _signed(tenant_id: UUID, quote_id: UUID, contract_id: UUID) -> list[TenantOwned]:
    """As if both had been signed on their pages."""
    by = {"name": "Priya", "role": "Owner", "email": "priya@dental.example", "tenant_id": tenant_id}
    sha = {"paper_sha256": "0" * 64}
    return [
        QuoteAcceptance(
            id=new_id(),
            quote_id=quote_id,
            revision=1,
            total=Decimal(1),
            currency="GBP",
            **sha,
            **by,
        ),
        ContractSignature(id=new_id(), contract_id=contract_id, digest="0" * 64, **sha, **by),
    ]


async def _customer(session: AsyncSession, tenant_id: UUID, slug: str) -> dict[str, str]:
    own: dict[str, Any] = {"tenant_id": tenant_id}
    company = Company(id=new_id(), name=f"Dental {slug}", **own)
    session.add(company)
    await session.flush()
    site = Site(id=new_id(), company_id=company.id, name="Clinic", **own)
    person = Person(id=new_id(), company_id=company.id, name="Priya Shah", **own)
    session.add_all([site, person])
    await session.flush()
    identity = Identity(
        id=new_id(), person_id=person.id, kind="email", value="priya@dental.example", **own
    )
    other = Person(id=new_id(), name="Priya S.", **own)
    second = Company(id=new_id(), name=f"Dental {slug} Ltd", **own)
    session.add_all([identity, other, second])
    await session.flush()
    links = CustomerLinks(session, tenant_id)
    link = await links.suggest(NewLink(person.id, other.id, "order_number", "Named her ticket."))
    assert link is not None
    gone = Person(id=new_id(), name="P. Shah", **own)
    session.add(gone)
    await session.flush()
    because = Because("staff", "The same person.", "test")
    await CustomerMerges(session, tenant_id).merge(gone.id, person.id, because)
    optouts = OptOuts(session, tenant_id)
    await optouts.begin(Address("email", "priya@dental.example"), "customer", person_id=person.id)
    return {
        "other_person_id": str(other.id),
        "other_company_id": str(second.id),
        "customer_link_id": str(link.id),
        "company_id": str(company.id),
        "site_id": str(site.id),
        "person_id": str(person.id),
        "identity_id": str(identity.id),
    }


async def _conversation(session: AsyncSession, tenant_id: UUID, person_id: UUID) -> dict[str, str]:
    own: dict[str, Any] = {"tenant_id": tenant_id}
    account = ChannelAccount(id=new_id(), channel="whatsapp", hint="15550001", **own)
    session.add(account)
    await session.flush()
    named = {"name": "waiting", "language": "en", "category": "utility", "body": "Hello {{1}}"}
    session.add(MessageTemplate(id=new_id(), channel_account_id=account.id, **named, **own))
    conversation = Conversation(
        id=new_id(),
        channel_account_id=account.id,
        channel="whatsapp",
        hint="447700900123",
        person_id=person_id,
        last_inbound_at=utc_now(),
        last_author="customer",
        **own,
    )
    session.add(conversation)
    await session.flush()
    thread: dict[str, Any] = {
        "conversation_id": conversation.id,
        "channel_account_id": account.id,
        "sent_at": utc_now(),
        **own,
    }
    said = Message(
        id=new_id(),
        direction="in",
        author="customer",
        text="The gate camera is dead",
        external_id="wamid.GATE",
        **thread,
    )
    draft = Message(
        id=new_id(), direction="out", author="bot", text="Have a look", state="draft", **thread
    )
    session.add(said)
    await session.flush()
    session.add(draft)
    kept = RawEvent(channel_account_id=account.id, digest=b"1", body=b"{", state="failed", **own)
    session.add(kept)
    await session.flush()
    return {
        "account_id": str(account.id),
        "event_id": str(kept.id),
        "conversation_id": str(conversation.id),
        "message_id": str(draft.id),
        "inbound_id": str(said.id),
    }


async def _work(
    session: AsyncSession, tenant_id: UUID, people: dict[str, str], talk: dict[str, str]
) -> dict[str, str]:
    member = StaffMember(id=new_id(), tenant_id=tenant_id, name="Sam", email="sam@desk.example")
    session.add(member)
    tickets = Tickets(session, tenant_id)
    ticket = await tickets.open(
        NewTicket(
            "Gate camera",
            "No picture since this morning",
            person_id=UUID(people["person_id"]),
            company_id=UUID(people["company_id"]),
            conversation_id=UUID(talk["conversation_id"]),
        )
    )
    comment = await tickets.comment(ticket, NewComment("Asked for the serial number"))
    other = await tickets.open(NewTicket("The other camera"))
    link_id = await TicketLinks(session, tenant_id).add(ticket, other, "related", actor="test")
    team = await Teams(session, tenant_id).add("Field")
    macro = await Macros(session, tenant_id).save("hello", "Hi {customer}", {}, actor="test")
    due = utc_now() + timedelta(days=1)
    promised = await PromiseLedger(session, tenant_id).add(
        ticket, Promise("Send it", due, due.date()), actor="test"
    )
    assert promised is not None
    view = await SavedViews(session, tenant_id).save("all", {"any_status": True}, None)
    article = await Articles(session, tenant_id).write(
        ArticleText("Reset a camera", "Hold the reset button for ten seconds.", "cameras"),
        author="sam",
        status="published",
    )
    await TicketArticles(session, tenant_id).link(ticket, article.id, actor="test")
    return {
        "staff_id": str(member.id),
        "reference": str(ticket.id),
        "article_id": str(article.id),
        "promise_id": str(promised.id),
        "other": str(other.id),
        "comment_id": str(comment.id),
        "link_id": str(link_id),
        "team_id": str(team.id),
        "macro_id": str(macro.id),
        "view_id": str(view.id),
    }


async def _prompt_versions(session: AsyncSession, tenant_id: UUID, count: int) -> dict[str, str]:
    """One more for the first company, so that its latest is not the other's as well."""
    prompts = Prompts(session, tenant_id, lambda name, body: ())
    for number in range(1, count + 1):
        body = f"Sort this for {{{{ company }}}} ({number}).\n"
        await prompts.save(NewBody("triage", body, "shorter"), author="sam")
    return {"name": "triage", "version": str(count)}
