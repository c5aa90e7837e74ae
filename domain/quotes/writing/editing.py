"""Changes of a draft's documents by a person: edit, section, rollback, regenerate.

Whatever changes the parts list changes the lines, priced by code, and the other documents follow.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.product import Catalogue
from domain.catalogue.watching.proposals import learn
from domain.errors import NotFound, Refused
from domain.quotes.approval import line_of
from domain.quotes.models import Quote
from domain.quotes.money.terms import kept_terms
from domain.quotes.pricing import QuoteLine
from domain.quotes.service import Quotes
from domain.quotes.writing import sections
from domain.quotes.writing.linework import line_kept
from domain.quotes.writing.repricing import relined, require_floor
from domain.quotes.writing.templates import INTERNAL, PARTS_LIST, TYPES
from domain.quotes.writing.versions import Held, Outdated, QuoteDocuments, Why
from domain.types import utc_now


class NotADraft(Refused):
    def __init__(self, quote: Quote) -> None:
        super().__init__(
            f"{quote.number} is {quote.status}: only the documents of a draft can be changed."
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft, locked, with one of its documents."""

    quote: Quote
    held: Held


class DocumentEditor:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._quotes = Quotes(session, tenant_id)
        self._documents = QuoteDocuments(session, tenant_id)

    async def edit(
        self, at: tuple[UUID, str], content: dict[str, Any], why: Why, catalogue: Catalogue
    ) -> Held:
        """`at`: the quote and the document's type. Raises Refused, NotFound, Outdated."""
        opened = await self._open(at, why)
        if at[1] == PARTS_LIST:
            before = await self._lines(opened.quote)
            terms = await kept_terms(self._session, opened.quote)
            lines = relined(content, before, catalogue, utc_now().date(), terms)
            await learn(self._session, opened.quote, before, lines, actor=why.actor)
            return await self._relined(opened, lines, why, "edited")
        new = sections.edited(content, opened.held.content)
        return await self._rewritten(opened, new, why, "edited")

    async def edit_section(
        self, at: tuple[UUID, str], section_id: str, changes: dict[str, Any], why: Why
    ) -> Held:
        opened = await self._open(at, why)
        new = sections.changed(opened.held.content, section_id, changes)
        return await self._rewritten(opened, new, why, "edited")

    async def roll_back(
        self, at: tuple[UUID, str], number: int, why: Why, catalogue: Catalogue
    ) -> Held:
        """A new version that says what an earlier one said."""
        opened = await self._open(at, why)
        then = (await self._documents.at(*at, number)).content
        if at[1] != PARTS_LIST:
            return await self._rewritten(opened, then, why, "rolled back")
        _require_currency(opened.quote, then, number)
        kept = (line_kept(line, opened.quote.currency) for line in then["lines"])
        floors = (await kept_terms(self._session, opened.quote)).catalogue(catalogue)
        lines = tuple(_with_category(line, catalogue) for line in kept)
        for line in lines:
            require_floor(line, floors)
        return await self._relined(opened, lines, why, "rolled back")

    async def regenerate(
        self, at: tuple[UUID, str], why: Why, words: dict[str, Any] | None = None
    ) -> Held:
        """From the lines; `words`: sections that a model wrote instead of the template's."""
        opened = await self._open(at, why)
        lines = await self._lines(opened.quote)
        fresh = (await self._documents.from_lines(opened.quote, lines))[at[1]]
        return await self._rewritten(opened, words or fresh, why, "regenerated")

    async def retitle(self, quote_id: UUID, fields: dict[str, Any], actor: str) -> Quote:
        """What stands above the lines of a draft; the documents follow."""
        quote = await self._quotes.get(quote_id, for_change=True)
        if quote.status != "draft":
            raise NotADraft(quote)
        for name, value in fields.items():
            setattr(quote, name, value)
        if fields:
            quote.version += 1
            quote.updated_at = utc_now()
            told = f"Changed: {', '.join(sorted(fields)).replace('_', ' ')}"
            await self._documents.follow(quote, await self._lines(quote), Why(told, actor))
            self._quotes.note(quote, "retitled", actor, told)
        return quote

    async def _open(self, at: tuple[UUID, str], why: Why) -> Opened:
        quote_id, kind = at
        if kind not in TYPES:
            raise NotFound("document", kind)
        quote = await self._quotes.get(quote_id, for_change=True)
        held = await self._documents.present(quote_id, kind)
        if quote.status != "draft":
            raise NotADraft(quote)
        if why.seen is not None and why.seen != held.document.version:
            raise Outdated(kind, held.document.version)
        return Opened(quote, held)

    async def _lines(self, quote: Quote) -> tuple[QuoteLine, ...]:
        return tuple(line_of(row, quote.currency) for row in await self._quotes.lines(quote.id))

    async def _relined(
        self, opened: Opened, lines: tuple[QuoteLine, ...], why: Why, action: str
    ) -> Held:
        quote, document = opened.quote, opened.held.document
        await self._quotes.reline(quote, lines)
        before = document.version
        await self._documents.follow(quote, lines, why)
        if document.version == before:  # the same lines again: somebody asked for a version
            await self._documents.append(document, opened.held.content, why)
        self._quotes.note(quote, f"{PARTS_LIST} {action}", why.actor, why.summary)
        return await self._documents.present(quote.id, PARTS_LIST)

    async def _rewritten(
        self, opened: Opened, content: dict[str, Any], why: Why, action: str
    ) -> Held:
        """What the customer is to see has to be approved again."""
        quote, kind = opened.quote, opened.held.document.document_type
        if kind not in INTERNAL:
            quote.version += 1
        quote.updated_at = utc_now()
        held = await self._documents.append(opened.held.document, content, why)
        self._quotes.note(quote, f"{kind} {action}", why.actor, why.summary)
        return held


def _require_currency(quote: Quote, then: dict[str, Any], number: int) -> None:
    was = then.get("summary", {}).get("currency", quote.currency)
    if was != quote.currency:
        raise Refused(
            f"Version {number} is in {was} and {quote.number} is in {quote.currency} now: it "
            "cannot be taken back."
        )


def _with_category(line: QuoteLine, catalogue: Catalogue) -> QuoteLine:
    product = catalogue.find(line.code)
    return replace(line, category=product.category) if product else line
