"""What a document would say if written anew: by a model where there is one, else by code."""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.quoting_llm.wording import DocumentWriter, Template
from bot.model.turns import TenantView
from domain.database import Database
from domain.errors import Conflict
from domain.quotes.approval import line_of
from domain.quotes.models import Quote
from domain.quotes.service import Quotes
from domain.quotes.writing.templates import PARTS_LIST, written
from domain.quotes.writing.versions import matter_of
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings


class Parts(Protocol):
    """The runtime has them."""

    @property
    def database(self) -> Database: ...
    @property
    def document_writer(self) -> DocumentWriter | None: ...


@dataclass(frozen=True, slots=True)
class Worded:
    """`content`: a model's words; None: those of code. `version`: of the quote that was read."""

    content: dict[str, Any] | None
    version: int

    def require_present(self, quote: Quote) -> None:
        if quote.version != self.version:
            raise Conflict(f"{quote.number} was changed meanwhile: try again.")


async def worded(parts: Parts, tenant_id: UUID, quote_id: UUID, kind: str) -> Worded:
    async with parts.database.transaction(tenant_id) as session:
        tenant, settings = await _of(session, tenant_id)
        quotes = Quotes(session, tenant_id)
        quote = await quotes.get(quote_id)
        version = quote.version
        lines = tuple(line_of(row, quote.currency) for row in await quotes.lines(quote_id))
        matter = matter_of(quote, lines, settings)
    if parts.document_writer is None or kind == PARTS_LIST:
        return Worded(None, version)
    template = Template(kind, written(matter)[kind])
    return Worded(await parts.document_writer.word(tenant, matter, template), version)


async def _of(session: AsyncSession, tenant_id: UUID) -> tuple[TenantView, TenantSettings]:
    known = Tenants(session, tenant_id)
    tenant = await known.get()
    view = TenantView(
        id=tenant.id, slug=tenant.slug, name=tenant.name, currency=tenant.settings["currency"]
    )
    return view, await known.settings()
