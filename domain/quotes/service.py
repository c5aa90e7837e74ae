"""Drafts quotes and redrafts them; every number was computed by pricing, none is taken over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.events import Happened, record
from domain.following import Since
from domain.numbers import next_number
from domain.quotes.drafting import Draft
from domain.quotes.models import (
    Quote,
    QuoteDocument,
    QuoteDocumentVersion,
    QuoteLineRecord,
    QuoteLogEntry,
)
from domain.quotes.money.terms import Terms
from domain.quotes.pricing import QuoteLine, Totals, totals
from domain.quotes.request import QuoteRequest
from domain.quotes.writing.versions import QuoteDocuments, Why
from domain.types import new_id, utc_now

BY_ITSELF = ("bot", "system", "schedule", "customer")
"""Who writes into a quote's log without being one of the company's people."""


@dataclass(frozen=True, slots=True)
class QuoteFor:
    """Whom a quote is for, and where the wish for it was said."""

    title: str
    person_id: UUID | None = None
    company_id: UUID | None = None
    conversation_id: UUID | None = None
    ticket_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft as priced, and what it rests on. `words`: all of the customer's so far.

    `terms`: None: those that the quote has already.
    """

    request: QuoteRequest
    draft: Draft
    words: str
    catalogue_revision: int
    step: str = "extractive"
    terms: Terms | None = None


class Quotes:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._documents = QuoteDocuments(session, tenant_id)

    async def draft(self, whom: QuoteFor, drafted: Drafted, *, actor: str) -> Quote:
        """A new quote in draft, with its four documents in their first version."""
        quote = Quote(
            id=new_id(),
            tenant_id=self._tenant_id,
            number=await next_number(self._session, self._tenant_id, "QT", utc_now()),
            title=whom.title.strip()[:200] or "Quote",
            person_id=whom.person_id,
            company_id=whom.company_id,
            conversation_id=whom.conversation_id,
            ticket_id=whom.ticket_id,
        )
        self._session.add(quote)
        self._fill(quote, drafted)
        await self._session.flush()
        await self._write_lines(quote, drafted.draft.lines)
        await self._documents.follow(quote, drafted.draft.lines, Why("drafted", actor))
        self._log(quote, "drafted", actor, "")
        return quote

    async def redraft(self, quote_id: UUID, drafted: Drafted, *, actor: str, why: str) -> Quote:
        """Replaces lines and documents of a draft; a quote that was sent is never changed."""
        quote = await self.get(quote_id, for_change=True)
        if quote.status != "draft":
            raise Refused(f"{quote.number} is {quote.status}: only a draft can be changed.")
        self._fill(quote, drafted)
        quote.version += 1
        await self._replace_lines(quote, drafted.draft.lines)
        await self._documents.follow(quote, drafted.draft.lines, Why(why or "redrafted", actor))
        self._log(quote, "redrafted", actor, why)
        return quote

    async def is_worked_on(self, quote: Quote) -> bool:
        """Whether its lines are more than what was read of words: they were sent once, or a
        person changed something."""
        if quote.revision > 1:
            return True
        by_people = QuoteLogEntry.actor.not_in(BY_ITSELF)
        found = select(QuoteLogEntry.id).where(QuoteLogEntry.quote_id == quote.id, by_people)
        return bool(await self._session.scalar(select(found.exists())))

    async def reline(self, quote: Quote, lines: tuple[QuoteLine, ...]) -> None:
        """Other lines, already priced, for a locked draft: its sums and its version follow."""
        _sum(quote, totals(lines, quote.currency))
        quote.tier_type = "tiered" if any(line.tier for line in lines) else "single"
        quote.version += 1
        quote.updated_at = utc_now()
        await self._replace_lines(quote, lines)

    def note(
        self,
        quote: Quote,
        action: str,
        actor: str,
        comment: str,
        *,
        kind: str = "",
        revision: int | None = None,
    ) -> None:
        """In the quote's log, and as an event `quote.<kind>`: else the action, by underscores.

        `revision`: which one it happened to; None: the present one.
        """
        self._log(quote, action, actor, comment, kind=kind, revision=revision)

    async def get(self, quote_id: UUID, *, for_change: bool = False) -> Quote:
        """`for_change`: as it is once nobody else holds it, whatever was read before."""
        if for_change:
            await self._session.flush()
        quote = await self._session.get(
            Quote, quote_id, with_for_update=for_change, populate_existing=for_change
        )
        if quote is None:
            raise NotFound("quote", quote_id)
        return quote

    async def numbered(self, number: str) -> Quote:
        """By its whole number, or its last digits: of the latest day. Raises NotFound."""
        wanted = number.strip().upper()
        query = select(Quote).where(
            Quote.number.like(f"QT-%-{int(wanted[:9]):04d}")
            if wanted.isdecimal()
            else Quote.number == wanted
        )
        latest = query.order_by(Quote.number.desc()).limit(1)
        quote = (await self._session.scalars(latest)).one_or_none()
        if quote is None:
            raise NotFound("quote", number)
        return quote

    async def of_person(self, person_id: UUID, limit: int = 5) -> list[Quote]:
        query = select(Quote).where(Quote.person_id == person_id)
        return list(
            await self._session.scalars(query.order_by(Quote.created_at.desc()).limit(limit))
        )

    async def page(
        self,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        since: Since | None = None,
        **filters: Any,
    ) -> list[Quote]:
        query = select(Quote).order_by(Quote.created_at.desc(), Quote.id.desc()).limit(limit)
        if before:
            query = query.where(tuple_(Quote.created_at, Quote.id) < before)
        if since:
            query = since.of(query, Quote.updated_at, Quote.id)
        for field, value in filters.items():
            if value is not None:
                query = query.where(getattr(Quote, field) == value)
        return list(await self._session.scalars(query))

    async def lines(self, quote_id: UUID) -> list[QuoteLineRecord]:
        query = select(QuoteLineRecord).where(QuoteLineRecord.quote_id == quote_id)
        return list(await self._session.scalars(query.order_by(QuoteLineRecord.position)))

    async def documents(self, quote_id: UUID) -> list[tuple[QuoteDocument, QuoteDocumentVersion]]:
        """Each document with its present version."""
        held = await self._documents.all(quote_id)
        return [(one.document, one.version) for one in held.values()]

    async def log(self, quote_id: UUID) -> list[QuoteLogEntry]:
        query = select(QuoteLogEntry).where(QuoteLogEntry.quote_id == quote_id)
        order = (QuoteLogEntry.created_at, QuoteLogEntry.id)
        return list(await self._session.scalars(query.order_by(*order)))

    def _fill(self, quote: Quote, drafted: Drafted) -> None:
        made, request = drafted.draft, drafted.request
        quote.request = drafted.words
        quote.location, quote.deadline = request.location, request.deadline
        quote.language = request.language
        quote.currency = made.currency
        if drafted.terms is not None:
            take(quote, drafted.terms)
        _sum(quote, made.totals)
        quote.open_questions = list(made.questions)
        quote.catalogue_revision = drafted.catalogue_revision
        quote.step = drafted.step
        quote.updated_at = utc_now()

    async def _replace_lines(self, quote: Quote, lines: tuple[QuoteLine, ...]) -> None:
        old = delete(QuoteLineRecord).where(QuoteLineRecord.quote_id == quote.id)
        await self._session.execute(old)
        await self._write_lines(quote, lines)

    async def _write_lines(self, quote: Quote, lines: tuple[QuoteLine, ...]) -> None:
        for position, line in enumerate(lines, 1):
            self._session.add(
                QuoteLineRecord(
                    id=new_id(),
                    tenant_id=self._tenant_id,
                    quote_id=quote.id,
                    position=position,
                    code=line.code,
                    description=line.description,
                    quantity=line.quantity,
                    unit=line.unit,
                    unit_price=line.unit_price.amount,
                    unit_cost=line.unit_cost.amount if line.unit_cost else None,
                    discount=line.discount.amount,
                    tax_rate=line.tax_rate,
                    tax_treatment=line.tax_treatment.value if line.tax_treatment else "",
                    total=line.total.amount,
                    category=line.category,
                    supplier=line.supplier,
                    site=line.site,
                    words=line.words,
                    rule=line.rule,
                    note=line.note,
                    price_source=line.price_source.value,
                    is_optional=line.is_optional,
                    is_alternate=line.is_alternate,
                    tier=line.tier.value if line.tier else "",
                )
            )
        await self._session.flush()

    def _log(
        self,
        quote: Quote,
        action: str,
        actor: str,
        comment: str,
        *,
        kind: str = "",
        revision: int | None = None,
    ) -> None:
        self._session.add(
            QuoteLogEntry(
                id=new_id(),
                tenant_id=self._tenant_id,
                quote_id=quote.id,
                action=action,
                actor=actor,
                comment=comment,
                created_at=utc_now(),  # of two in one flush the first is the earlier
            )
        )
        payload = {
            "number": quote.number,
            "total": str(quote.total),
            "revision": revision or quote.revision,
        }
        named = kind or action.replace(" ", "_")
        happened = Happened(f"quote.{named}", quote.id, payload, actor)
        record(self._session, self._tenant_id, happened)


def take(quote: Quote, terms: Terms) -> None:
    """Keeps with the quote on which terms it is made; its currency is set before."""
    quote.tax_treatment = terms.treatment.value
    exchange = terms.exchange
    quote.exchange_from = exchange.source if exchange else ""
    quote.exchange_rate = exchange.rate if exchange else None
    quote.exchange_rate_on = exchange.on if exchange else None
    quote.staff_questions = list(terms.staff_questions)
    quote.language = terms.language or quote.language


def _sum(quote: Quote, sums: Totals) -> None:
    quote.subtotal = sums.subtotal.rounded().amount
    quote.tax = sums.tax.rounded().amount
    quote.total = sums.total.rounded().amount
