"""The page of a quote: what it shows, and what a customer does there."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.papers.making import Sheet, addressee_of, house_of
from bot.desk.signing.finding import At, Parts
from bot.desk.signing.telling import (
    NOTED,
    Question,
    is_said_already,
    subject_of,
    take_question,
    tell,
)
from bot.paper.page import page_of
from domain.contracts.calendar import today
from domain.quotes.lifecycle.freezing import frozen, frozen_hash
from domain.quotes.lifecycle.revisions import Revisions
from domain.quotes.lifecycle.snapshots import lines_of
from domain.quotes.lifecycle.states import OPEN
from domain.quotes.models import Quote, QuoteRevision
from domain.quotes.service import Quotes
from domain.quotes.writing.view import Heading, customer_view
from domain.signing.acceptance import Acceptances
from domain.signing.models import QuoteAcceptance
from domain.signing.signatories import Shown, needs_code
from domain.tenants.addresses import deposit_url
from domain.tenants.settings import TenantSettings
from domain.tickets.working.clock import zone
from domain.types import Money


class Standing(StrEnum):
    """What can be done with what was sent."""

    NOT_READY = "not_ready"
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class QuotePage:
    """`sheet`: the revision that was sent last, never a draft; None: nothing was sent yet.

    `former`: the revision that this one replaced; 0: none. `sha256`: of the paper; empty: there
    is none, and what has no paper is not accepted here.
    """

    quote: Quote
    standing: Standing
    settings: TenantSettings
    sheet: Sheet
    sent: QuoteRevision | None = None
    former: int = 0
    sha256: str = ""
    acceptance: QuoteAcceptance | None = None

    @property
    def language(self) -> str:
        return self.sheet.heading.language

    @property
    def shown(self) -> Shown | None:
        return Shown(self.sha256, self.sent.revision) if self.sent and self.sha256 else None

    @property
    def is_being_revised(self) -> bool:
        return self.sent is not None and self.quote.revision > self.sent.revision

    @property
    def asks_for_code(self) -> bool:
        total = self.sent.total if self.sent else Decimal(0)
        return needs_code(total, self.settings.quoting.code_above)

    @property
    def deposit(self) -> tuple[Money, str] | None:
        """What is paid first, and where; None: nothing."""
        quoting = self.settings.quoting
        if self.sent is None or not quoting.deposit_url:
            return None
        share = Money(self.sent.total * quoting.deposit_percent / 100, self.sent.currency)
        due = share.rounded()
        address = deposit_url(
            quoting.deposit_url, self.quote.number, due.amount, self.sent.currency
        )
        return due, address

    def data(self) -> dict[str, Any]:
        """As the paper has it: cleaned, in the customer's language."""
        view = customer_view(self.sheet.heading, self.sheet.lines, self.sheet.documents)
        return page_of(view, self.sheet.house)


async def quote_page(parts: Parts, at: At) -> QuotePage:
    async with parts.database.transaction(at.tenant_id) as session:
        quote = await Quotes(session, at.tenant_id).get(at.subject_id)
        revisions = await Revisions(session, at.tenant_id).all(quote.id)
        sent = revisions[-1] if revisions else None
        sha256 = await frozen_hash(session, quote.id, sent.revision) if sent else ""
        sheet, settings = await _sheet(session, quote, sent)
        return QuotePage(
            quote=quote,
            standing=standing(sent, await today(session, at.tenant_id)),
            settings=settings,
            sheet=sheet,
            sent=sent,
            former=revisions[-2].revision if len(revisions) > 1 else 0,
            sha256=sha256,
            acceptance=await Acceptances(session, at.tenant_id).of(quote.id),
        )


async def quote_paper(parts: Parts, at: At) -> tuple[str, bytes] | None:
    """The file's name and the very bytes that were sent last."""
    async with parts.database.transaction(at.tenant_id) as session:
        quote = await Quotes(session, at.tenant_id).get(at.subject_id)
        sent = await Revisions(session, at.tenant_id).sent(quote.id)
        paper = await frozen(session, quote.id, sent.revision) if sent else None
        return (f"{quote.number}-{paper.revision}.pdf", paper.content) if paper else None


async def note_viewed(parts: Parts, at: At, revision: int) -> None:
    async with parts.database.transaction(at.tenant_id) as session:
        if await Acceptances(session, at.tenant_id).view(at.subject_id, revision):
            quote = await Quotes(session, at.tenant_id).get(at.subject_id)
            words = f"The customer has opened {quote.number}, revision {revision}."
            await tell(session, subject_of(quote), words)


async def decline(parts: Parts, at: At, shown: Shown, reason: str) -> None:
    """Raises ShownIsOld and whatever forbids it."""
    async with parts.database.transaction(at.tenant_id) as session:
        acceptances = Acceptances(session, at.tenant_id)
        quote = await acceptances.decline(at.subject_id, shown, reason)
        words = f"The customer declined {quote.number}, revision {shown.revision}: {reason}"
        await tell(session, subject_of(quote), words)


async def ask(parts: Parts, at: At, question: Question) -> None:
    """A form that comes twice asks once."""
    async with parts.database.transaction(at.tenant_id) as session:
        quotes = Quotes(session, at.tenant_id)
        quote = await quotes.get(at.subject_id, for_change=True)
        if is_said_already(await quotes.log(quote.id), question):
            return
        quotes.note(quote, "asked", "customer", question.text[:NOTED])
        await take_question(session, subject_of(quote), question)


def standing(sent: QuoteRevision | None, day: date) -> Standing:
    """Also where the schedule has not come by yet: what is over is over."""
    if sent is None:
        return Standing.NOT_READY
    if sent.status not in OPEN:
        return Standing(sent.status)
    is_over = sent.valid_until is not None and sent.valid_until < day
    return Standing.EXPIRED if is_over else Standing.OPEN


async def _sheet(
    session: AsyncSession, quote: Quote, sent: QuoteRevision | None
) -> tuple[Sheet, TenantSettings]:
    house, settings, logo = await house_of(session, quote.tenant_id)
    what = sent or quote
    language = what.language or settings.language
    heading = Heading(
        number=quote.number,
        revision=what.revision,
        title=what.title if sent else "",
        is_draft=sent is None,
        currency=what.currency,
        language=language,
        addressee=await addressee_of(session, quote),
        location=what.location if sent else "",
        deadline=what.deadline if sent else "",
        reference=what.customer_reference if sent else "",
        words=what.request if sent else "",
        issued_on=_local_day(sent.sent_at, settings) if sent else None,
        valid_until=sent.valid_until if sent else None,
    )
    lines = lines_of(sent) if sent else ()
    documents = sent.documents if sent else {}
    made_at = int(sent.sent_at.timestamp()) if sent else 0
    return (
        Sheet(heading, lines, documents, house, settings.language, logo, made_at, quote.version),
        settings,
    )


def _local_day(at: datetime, settings: TenantSettings) -> date:
    return at.astimezone(zone(settings.time_zone)).date()
