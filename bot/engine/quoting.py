"""From a customer's words to a priced draft: read (by a model or without), then priced by code."""

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.files import attached
from bot.agents.quoting.files.wire import NamedFile, names_of, with_files
from bot.agents.quoting.laying import laid_on, make_it
from bot.agents.quoting.understanding import understand
from bot.engine.reading.catalogue import Buyer, CatalogueShelf
from bot.foundation.telemetry import log
from bot.model.failures import ModelFailed
from bot.model.turns import (
    DraftQuote,
    ReviseQuote,
    Step,
    TenantView,
    TurnContext,
    TurnResult,
)
from domain.catalogue.product import Catalogue
from domain.errors import Refused
from domain.quotes.approval import LONGEST_REASON, line_of
from domain.quotes.drafting import Draft, draft
from domain.quotes.lifecycle.revisions import start_revision
from domain.quotes.models import Quote
from domain.quotes.pricing import QuoteLine, totals
from domain.quotes.questions import LIMIT
from domain.quotes.request import QuoteRequest
from domain.quotes.revising import revised
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.tickets.lifecycle import FINISHED
from domain.tickets.service import NewComment, NewTicket, Tickets
from domain.types import utc_now

if TYPE_CHECKING:
    from bot.agents.quoting_llm.agent import QuotingAgent

FILES_FROM = 6
"""Messages before the turn whose files belong to a quote that is asked for now."""


WROTE_AGAIN = "The customer wrote again."


NOBODY: Buyer = (None, None)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A quote ready to be stored.

    `before`: what was drafted of the words so far, and `catalogue`: of a change alone.
    """

    action: DraftQuote | ReviseQuote
    drafted: Drafted
    before: Draft | None = None
    catalogue: Catalogue | None = None


class QuoteDrafter:
    """Reads with the model where there is one, else without; a model never sees a price."""

    def __init__(self, shelf: CatalogueShelf, agent: "QuotingAgent | None" = None) -> None:
        self._shelf = shelf
        self._agent = agent

    async def draft(
        self, tenant: TenantView, words: str, previous: str = "", buyer: Buyer = NOBODY
    ) -> Drafted:
        return await self._read(tenant, words, previous, buyer)

    async def prepare(self, context: TurnContext, result: TurnResult) -> tuple[Prepared, ...]:
        """What the quote actions of a turn come to; with no transaction open."""
        prepared = []
        for action in result.actions:
            if isinstance(action, DraftQuote | ReviseQuote):
                previous = _previous(context, action)
                buyer = (context.customer.company_id, context.customer.person_id)
                words = with_files(action.request, _lists(context, action))
                drafted = await self._read(context.tenant, words, previous, buyer)
                made = Prepared(action, drafted)
                prepared.append(await self._compared(context, made, words, previous))
        return tuple(prepared)

    async def _compared(
        self, context: TurnContext, made: Prepared, words: str, previous: str
    ) -> Prepared:
        """With what code reads of the words so far, and of all: their difference is the change."""
        if not isinstance(made.action, ReviseQuote):
            return made
        number = made.action.number
        index = await self._shelf.index(context.tenant.id)
        day = utc_now().date()
        read = (
            asyncio.to_thread(understand, previous, "", index),
            asyncio.to_thread(understand, words, previous, index),
        )
        terms = made.drafted.terms
        before, after = (
            draft(one, index.catalogue, day, terms) for one in await asyncio.gather(*read)
        )
        made = replace(made, before=before, catalogue=index.catalogue)
        if not was_sent(context, number):
            return made
        is_read = made.drafted.draft.is_quote and made.drafted.step != Step.EXTRACTIVE.value
        now = made.drafted.draft if is_read else after
        new = tuple(one for one in now.questions if one not in before.questions)
        return replace(made, drafted=replace(made.drafted, draft=replace(now, questions=new)))

    async def _read(self, tenant: TenantView, words: str, previous: str, buyer: Buyer) -> Drafted:
        index = await self._shelf.index(tenant.id)
        terms = await self._shelf.terms(tenant.id, buyer)
        step = Step.EXTRACTIVE
        further: tuple[str, ...] = ()
        request: QuoteRequest | None = None
        if self._agent is not None:
            try:
                read = await self._agent.understand(tenant, words, previous, index)
                request, further, step = read.request, read.questions, Step.MODEL
            except ModelFailed as error:
                log.warning("quoting.model_failed", tenant=tenant.slug, error=str(error))
        if request is None:
            request = await asyncio.to_thread(understand, words, previous, index)
        made = draft(request, index.catalogue, utc_now().date(), terms)
        if further:
            asked = tuple(dict.fromkeys((*made.questions, *further)))
            left = (*made.left_open, *asked[LIMIT:])
            made = replace(made, questions=asked[:LIMIT], left_open=left)
        said = "\n".join(part for part in (previous, words) if part)
        return Drafted(request, made, said, index.catalogue.revision, step.value, terms)


class QuoteWriter:
    """Stores a prepared quote in the turn's transaction and tells staff by a ticket."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, context: TurnContext) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._context = context

    async def write(self, prepared: Prepared) -> Quote:
        """Raises NotRevisable of a quote that was accepted or cancelled."""
        quotes = Quotes(self._session, self._tenant_id)
        action, remark = prepared.action, ""
        if isinstance(action, ReviseQuote):
            quote = await quotes.get((await quotes.numbered(action.number)).id, for_change=True)
            if quote.status != "draft":
                prepared, remark = await self._begin_revision(quote, prepared)
            elif await quotes.is_worked_on(quote):
                prepared, remark = await self._lay_on(quote, prepared)
            await quotes.redraft(quote.id, prepared.drafted, actor="bot", why=WROTE_AGAIN)
        else:
            quote = await quotes.draft(self._whom(action), prepared.drafted, actor="bot")
        await self._tell_staff(quote, prepared, remark)
        return quote

    async def _begin_revision(self, quote: Quote, prepared: Prepared) -> tuple[Prepared, str]:
        """The next revision of what was sent: its lines, with what the words change laid on."""
        said = prepared.action.request
        await start_revision(self._session, self._tenant_id, quote, "bot", said[:LONGEST_REASON])
        prepared, remark = await self._lay_on(quote, prepared)
        return prepared, f"Revision {quote.revision}. {remark}"

    async def _lay_on(self, quote: Quote, prepared: Prepared) -> tuple[Prepared, str]:
        """What people made of the lines stays, and what the words change is laid on them."""
        rows = await Quotes(self._session, self._tenant_id).lines(quote.id)
        lines = tuple(line_of(row, quote.currency) for row in rows)
        drafted, remark = _laid(quote, lines, prepared)
        return replace(prepared, drafted=drafted), remark

    def _whom(self, action: DraftQuote) -> QuoteFor:
        return QuoteFor(
            title=action.title,
            person_id=self._context.customer.person_id,
            company_id=self._context.customer.company_id,
            conversation_id=self._context.conversation.id,
        )

    async def _tell_staff(self, quote: Quote, prepared: Prepared, remark: str) -> None:
        tickets = Tickets(self._session, self._tenant_id)
        note = "\n".join(part for part in (remark, _note(quote, prepared.drafted)) if part)
        known = await tickets.with_id(quote.ticket_id) if quote.ticket_id else None
        if known is None or known.status in FINISHED:
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
            await tickets.comment(known, NewComment(note, visibility="internal"))
        await self._session.flush()


def was_sent(context: TurnContext, number: str) -> bool:
    """Whether the customer was sent that quote, so that a change makes a new version of it."""
    return any(q.number == number and q.status != "draft" for q in context.quotes)


def _laid(quote: Quote, lines: tuple[QuoteLine, ...], prepared: Prepared) -> tuple[Drafted, str]:
    """Where code cannot tell what changes the lines stay, and a remark for staff says so."""
    drafted, said = prepared.drafted, prepared.action.request
    remark = "The customer asked for a change."
    changed = lines
    if prepared.before is not None and prepared.catalogue is not None:
        change = make_it(said, lines) or laid_on(lines, prepared.before, drafted.draft)
        try:
            changed = revised(lines, change, prepared.catalogue)
        except Refused as error:
            remark = f"{remark} {error}"
    if changed == lines:
        remark = f"{remark} Nothing was changed yet: make the change by hand. They wrote: {said}"
    request = replace(
        drafted.request,
        is_quote_request=True,
        location=quote.location or drafted.request.location,
        deadline=quote.deadline or drafted.request.deadline,
        language=quote.language or drafted.request.language,
    )
    sums = totals(changed, quote.currency)
    made = Draft(True, changed, drafted.draft.questions, sums, quote.currency)
    words = "\n".join(part for part in (quote.request, said) if part)
    return replace(drafted, request=request, draft=made, words=words), remark


def reply_with_questions(acknowledgement: str, drafted: Drafted) -> str:
    """What the customer is told: that it is being made, and what is still to be known."""
    asked = "\n".join(f"• {question}" for question in drafted.draft.questions)
    return "\n\n".join(part for part in (acknowledgement, asked) if part)


def _previous(context: TurnContext, action: DraftQuote | ReviseQuote) -> str:
    if isinstance(action, DraftQuote):
        return ""
    known = (quote.request for quote in context.quotes if quote.number == action.number)
    return next(known, "")


def _lists(context: TurnContext, action: DraftQuote | ReviseQuote) -> list[NamedFile]:
    """The files of this turn; for a new quote those sent shortly before too, if none has them."""
    messages = context.messages
    if isinstance(action, DraftQuote):
        messages = (*context.history[-FILES_FROM:], *messages)
    used = {name for quote in context.quotes for name in names_of(quote.request)}
    found = {
        file.id: NamedFile(file.name, file.content)
        for file in attached(messages)
        if file.content and not file.is_heard
    }
    new = {file.id for file in attached(context.messages)}
    return [file for id_, file in found.items() if id_ in new or file.name not in used]


def _note(quote: Quote, drafted: Drafted) -> str:
    lines = "\n".join(
        f"{line.quantity.normalize():f} × {line.description}: {line.total}"
        + (f" ({line.note})" if line.note else "")
        for line in drafted.draft.lines
    )
    open_points = "\n".join(
        (
            *(f"Open: {question}" for question in quote.open_questions),
            *(f"Open, not asked yet: {question}" for question in drafted.draft.left_open),
            *(f"For you: {question}" for question in quote.staff_questions),
        )
    )
    total = f"Total {quote.total} {quote.currency} ({quote.step})"
    return "\n".join(part for part in (lines, total, open_points) if part)
