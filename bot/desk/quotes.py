"""Quotes as staff and other systems ask for them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine.quoting import QuoteDrafter
from bot.model.turns import TenantView
from domain.customers.models import Company, Person
from domain.database import Database
from domain.errors import NotFound, Refused
from domain.quotes.models import Quote
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.tenants.models import Tenant
from domain.tenants.service import Tenants


@dataclass(frozen=True, slots=True)
class QuoteWish:
    """What to draft and for whom. `customer_id` is a company's or a person's."""

    customer_id: UUID
    request: str
    title: str
    location: str = ""
    deadline: str = ""
    quantity: str = ""

    @property
    def words(self) -> str:
        further = (
            f"Quantity: {self.quantity}" if self.quantity else "",
            f"Location: {self.location}" if self.location else "",
            f"Needed by: {self.deadline}" if self.deadline else "",
        )
        return "\n".join(part for part in (self.request, *further) if part)


class NothingToQuote(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Nothing in the request could be read as a wish for a quote: say what is needed and "
            "how many, as in “24 double Cat6 outlets and a 24-port patch panel”."
        )


@dataclass(frozen=True, slots=True)
class Considered:
    """A wish read and priced, not stored yet."""

    wish: QuoteWish
    whom: QuoteFor
    drafted: Drafted


async def consider(
    database: Database, drafter: QuoteDrafter, tenant_id: UUID, wish: QuoteWish
) -> Considered:
    """Reads and prices with no transaction open. Raises NotFound or NothingToQuote."""
    async with database.transaction(tenant_id) as session:
        tenant = await Tenants(session, tenant_id).get()
        person = await session.get(Person, wish.customer_id)
        company = None if person else await session.get(Company, wish.customer_id)
    if person is None and company is None:
        raise NotFound("customer", wish.customer_id)
    company_id = company.id if company else (person.company_id if person else None)
    buyer = (company_id, person.id if person else None)
    drafted = await drafter.draft(_view(tenant), wish.words, buyer=buyer)
    if not drafted.draft.is_quote:
        raise NothingToQuote
    whom = QuoteFor(wish.title, person.id if person else None, company_id)
    return Considered(wish, whom, drafted)


async def store(
    session: AsyncSession, tenant_id: UUID, considered: Considered, *, actor: str
) -> Quote:
    quote = await Quotes(session, tenant_id).draft(considered.whom, considered.drafted, actor=actor)
    quote.location = considered.wish.location or quote.location
    quote.deadline = considered.wish.deadline or quote.deadline
    await session.flush()
    return quote


async def try_out(
    database: Database, drafter: QuoteDrafter, tenant_id: UUID, words: str, previous: str
) -> Drafted:
    """For nobody: nothing is stored."""
    async with database.transaction(tenant_id) as session:
        tenant = await Tenants(session, tenant_id).get()
    return await drafter.draft(_view(tenant), words, previous)


def _view(tenant: Tenant) -> TenantView:
    return TenantView(
        id=tenant.id, slug=tenant.slug, name=tenant.name, currency=tenant.settings["currency"]
    )
