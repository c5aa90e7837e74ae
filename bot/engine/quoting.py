"""From a customer's words to a priced draft: read (by a model or without), then priced by code."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.quoting.understanding import understand
from bot.engine.reading.catalogue import Buyer, CatalogueShelf
from bot.foundation.telemetry import log
from bot.model.failures import ModelFailed
from bot.model.turns import (
    DraftQuote,
    ModelUse,
    ReviseQuote,
    Step,
    TenantView,
    TurnContext,
    TurnResult,
)
from domain.quotes.drafting import draft
from domain.quotes.models import Quote
from domain.quotes.questions import LIMIT
from domain.quotes.request import QuoteRequest
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.tickets.service import NewComment, NewTicket, Tickets
from domain.types import utc_now

if TYPE_CHECKING:
    from bot.agents.quoting_llm.agent import QuotingAgent


NOBODY: Buyer = (None, None)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A quote ready to be stored, and what reading it cost."""

    action: DraftQuote | ReviseQuote
    drafted: Drafted
    use: ModelUse = field(default_factory=ModelUse)


class QuoteDrafter:
    """Reads with the model where there is one, else without; a model never sees a price."""

    def __init__(self, shelf: CatalogueShelf, agent: "QuotingAgent | None" = None) -> None:
        self._shelf = shelf
        self._agent = agent

    async def draft(
        self, tenant: TenantView, words: str, previous: str = "", buyer: Buyer = NOBODY
    ) -> Drafted:
        return (await self._read(tenant, words, previous, buyer))[0]

    async def prepare(self, context: TurnContext, result: TurnResult) -> tuple[Prepared, ...]:
        """What the quote actions of a turn come to; with no transaction open."""
        prepared = []
        for action in result.actions:
            if isinstance(action, DraftQuote | ReviseQuote):
                previous = _previous(context, action)
                buyer = (context.customer.company_id, context.customer.person_id)
                drafted, use = await self._read(context.tenant, action.request, previous, buyer)
                prepared.append(Prepared(action, drafted, use))
        return tuple(prepared)

    async def _read(
        self, tenant: TenantView, words: str, previous: str, buyer: Buyer
    ) -> tuple[Drafted, ModelUse]:
        index = await self._shelf.index(tenant.id)
        terms = await self._shelf.terms(tenant.id, buyer)
        step, use = Step.EXTRACTIVE, ModelUse()
        further: tuple[str, ...] = ()
        request: QuoteRequest | None = None
        if self._agent is not None:
            try:
                read = await self._agent.understand(tenant, words, previous, index)
                request, further, use, step = read.request, read.questions, read.use, Step.MODEL
            except ModelFailed as error:
                log.warning("quoting.model_failed", tenant=tenant.slug, error=str(error))
        if request is None:
            request = await asyncio.to_thread(understand, words, previous, index)
        made = draft(request, index.catalogue, utc_now().date(), terms)
        if further:
            asked = tuple(dict.fromkeys((*made.questions, *further)))[:LIMIT]
            made = replace(made, questions=asked)
        said = "\n".join(part for part in (previous, words) if part)
        drafted = Drafted(request, made, said, index.catalogue.revision, step.value, terms)
        return drafted, use


class QuoteWriter:
    """Stores a prepared quote in the turn's transaction and tells staff by a ticket."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, context: TurnContext) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._context = context

    async def write(self, prepared: Prepared) -> Quote:
        quotes = Quotes(self._session, self._tenant_id)
        action = prepared.action
        if isinstance(action, ReviseQuote):
            known = await quotes.numbered(action.number)
            quote = await quotes.redraft(
                known.id, prepared.drafted, actor="bot", why="The customer wrote again."
            )
        else:
            quote = await quotes.draft(self._whom(action), prepared.drafted, actor="bot")
        await self._tell_staff(quote, prepared)
        return quote

    def _whom(self, action: DraftQuote) -> QuoteFor:
        return QuoteFor(
            title=action.title,
            person_id=self._context.customer.person_id,
            company_id=self._context.customer.company_id,
            conversation_id=self._context.conversation.id,
        )

    async def _tell_staff(self, quote: Quote, prepared: Prepared) -> None:
        tickets = Tickets(self._session, self._tenant_id)
        note = _note(quote, prepared.drafted)
        if quote.ticket_id is None:
            ticket = await tickets.open(
                NewTicket(
                    subject=f"Check {quote.number}: {quote.title}",
                    description=note,
                    type="general",
                    tags=("quote",),
                    person_id=quote.person_id,
                    company_id=quote.company_id,
                    conversation_id=quote.conversation_id,
                    source=self._context.conversation.channel,
                )
            )
            quote.ticket_id = ticket.id
        else:
            ticket = await tickets.with_id(quote.ticket_id)
            await tickets.comment(ticket, NewComment(note, visibility="internal"))
        await self._session.flush()


def reply_with_questions(acknowledgement: str, drafted: Drafted) -> str:
    """What the customer is told: that it is being made, and what is still to be known."""
    asked = "\n".join(f"• {question}" for question in drafted.draft.questions)
    return "\n\n".join(part for part in (acknowledgement, asked) if part)


def _previous(context: TurnContext, action: DraftQuote | ReviseQuote) -> str:
    if isinstance(action, DraftQuote):
        return ""
    known = (quote.request for quote in context.quotes if quote.number == action.number)
    return next(known, "")


def _note(quote: Quote, drafted: Drafted) -> str:
    lines = "\n".join(
        f"{line.quantity.normalize():f} × {line.description}: {line.total}"
        for line in drafted.draft.lines
    )
    asked = [f"Open: {question}" for question in quote.open_questions]
    asked += [f"For you: {question}" for question in quote.staff_questions]
    open_points = "\n".join(asked)
    total = f"Total {quote.total} {quote.currency} ({quote.step})"
    return "\n".join(part for part in (lines, total, open_points) if part)
