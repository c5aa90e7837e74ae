"""Quotes as staff and other systems ask for them."""

from dataclasses import dataclass
from uuid import UUID

from bot.engine.quoting import QuoteDrafter
from bot.model.turns import TenantView
from domain.customers.models import Company, Person
from domain.database import Database
from domain.errors import NotFound, Refused
from domain.quotes.models import Quote
from domain.quotes.service import Drafted, QuoteFor, Quotes
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


async def generate(
    database: Database, drafter: QuoteDrafter, tenant_id: UUID, wish: QuoteWish, *, actor: str
) -> UUID:
    """Reads and prices with no transaction open, then stores; the quote's id."""
    async with database.transaction(tenant_id) as session:
        tenant = await Tenants(session, tenant_id).get()
        person = await session.get(Person, wish.customer_id)
        company = None if person else await session.get(Company, wish.customer_id)
    if person is None and company is None:
        raise NotFound("customer", wish.customer_id)
    view = TenantView(
        id=tenant_id, slug=tenant.slug, name=tenant.name, currency=tenant.settings["currency"]
    )
    drafted = await drafter.draft(view, wish.words)
    if not drafted.draft.is_quote:
        raise NothingToQuote
    whom = QuoteFor(
        title=wish.title,
        person_id=person.id if person else None,
        company_id=company.id if company else (person.company_id if person else None),
    )
    async with database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).draft(whom, drafted, actor=actor)
        _place(quote, wish)
    return quote.id


async def try_out(
    database: Database, drafter: QuoteDrafter, tenant_id: UUID, words: str, previous: str
) -> Drafted:
    """As `generate`, for nobody: nothing is stored."""
    async with database.transaction(tenant_id) as session:
        tenant = await Tenants(session, tenant_id).get()
    view = TenantView(
        id=tenant_id, slug=tenant.slug, name=tenant.name, currency=tenant.settings["currency"]
    )
    return await drafter.draft(view, words, previous)


def _place(quote: Quote, wish: QuoteWish) -> None:
    quote.location = wish.location or quote.location
    quote.deadline = wish.deadline or quote.deadline
