"""Quotes as staff and other systems ask for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.quoting.files.wire import NamedFile, with_files
from bot.engine.files.reader import FileReader
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
class Upload:
    """A file that comes with a request and is kept nowhere else."""

    name: str
    content: bytes
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class QuoteWish:
    """What to draft and for whom. `customer_id` is a company's or a person's."""

    customer_id: UUID
    request: str
    title: str
    location: str = ""
    deadline: str = ""
    quantity: str = ""
    attachment_ids: tuple[UUID, ...] = ()
    """Files of conversations that belong to the request."""
    uploads: tuple[Upload, ...] = ()

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
    database: Database,
    drafter: QuoteDrafter,
    tenant_id: UUID,
    wish: QuoteWish,
    reader: FileReader | None = None,
) -> Considered:
    """Reads and prices with no transaction open. Raises NotFound, FileNotRead, NothingToQuote.

    `reader`: for a wish with files.
    """
    async with database.transaction(tenant_id) as session:
        tenant = await Tenants(session, tenant_id).get()
        person = await session.get(Person, wish.customer_id)
        company = None if person else await session.get(Company, wish.customer_id)
        while person and person.merged_into_id:
            person = await session.get(Person, person.merged_into_id)
        while company and company.merged_into_id:
            company = await session.get(Company, company.merged_into_id)
    if person is None and company is None:
        raise NotFound("customer", wish.customer_id)
    view = _view(tenant)
    files = await _files(reader, view, wish) if reader else ()
    company_id = company.id if company else (person.company_id if person else None)
    buyer = (company_id, person.id if person else None)
    drafted = await drafter.draft(view, with_files(wish.words, files), buyer=buyer)
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


async def with_uploads(
    database: Database, reader: FileReader, tenant_id: UUID, words: str, uploads: Sequence[Upload]
) -> str:
    """The words with what stands in the files. Raises FileNotRead."""
    async with database.transaction(tenant_id) as session:
        tenant = await Tenants(session, tenant_id).get()
    view = _view(tenant)
    read = [await reader.loose(view, one.name, one.content, one.content_type) for one in uploads]
    return with_files(words, read)


async def _files(reader: FileReader, view: TenantView, wish: QuoteWish) -> tuple[NamedFile, ...]:
    attached = await reader.attached(view, wish.attachment_ids) if wish.attachment_ids else ()
    loose = [
        await reader.loose(view, one.name, one.content, one.content_type) for one in wish.uploads
    ]
    return (*attached, *loose)


def _view(tenant: Tenant) -> TenantView:
    return TenantView(
        id=tenant.id, slug=tenant.slug, name=tenant.name, currency=tenant.settings["currency"]
    )
