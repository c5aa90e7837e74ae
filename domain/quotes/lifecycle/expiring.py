"""What the days bring to quotes that were sent: they end, their customer is reminded, staff are.

Each once a revision: what was done is marked in the transaction that does it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.states import OPEN
from domain.quotes.models import Quote, QuoteRevision
from domain.quotes.service import Quotes
from domain.quotes.writing.locales import locale_of
from domain.quotes.writing.words import words_of
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.working.clock import zone
from domain.types import Money

BATCH = 200
CLOCK = "schedule"
What = Literal["expired", "reminder", "follow_up"]


@dataclass(frozen=True, slots=True)
class Days:
    """The moment, and from when on something is due. None: never."""

    now: datetime
    today: date
    midnight: datetime
    """When today began where the company lives."""
    ends_by: date | None
    sent_before: datetime | None


@dataclass(frozen=True, slots=True)
class CameDue:
    """`text`: what the customer may be written; of a reminder alone."""

    what: What
    quote: Quote
    sent: QuoteRevision
    text: str = ""


def days_of(settings: TenantSettings, now: datetime) -> Days:
    quoting, here = settings.quoting, zone(settings.time_zone)
    today = now.astimezone(here).date()
    remind, follow = quoting.reminder_days, quoting.follow_up_days
    return Days(
        now,
        today,
        datetime.combine(today, time(), here),
        today + timedelta(days=remind) if remind else None,
        now - timedelta(days=follow) if follow else None,
    )


def due(sent: QuoteRevision, days: Days) -> tuple[What, ...]:
    """What is to be done about an open revision; nothing more once its last day has passed."""
    if sent.valid_until is not None and sent.valid_until < days.today:
        return ("expired",)
    what: list[What] = []
    if (
        sent.reminded_at is None
        and sent.valid_until is not None
        and days.ends_by is not None
        and sent.valid_until <= days.ends_by
        and sent.sent_at < days.midnight  # who was sent it today needs no reminder of it
    ):
        what.append("reminder")
    if (
        sent.status == "sent"
        and sent.followed_up_at is None
        and days.sent_before is not None
        and sent.sent_at <= days.sent_before
    ):
        what.append("follow_up")
    return tuple(what)


async def come_due(session: AsyncSession, tenant_id: UUID, now: datetime) -> list[CameDue]:
    """Locks what it touches, at most BATCH quotes; two of these at once share the work."""
    settings = await Tenants(session, tenant_id).settings()
    days, quotes = days_of(settings, now), Quotes(session, tenant_id)
    came = []
    for quote, sent in (await session.execute(_looked_at(days))).all():
        for what in due(sent, days):
            text = _reminder(quote, sent, settings) if what == "reminder" else ""
            came.append(CameDue(what, quote, sent, text))
            if what == "expired":
                why = "Its last day has passed."
                over = Move("expired", CLOCK, why, at=now, revision=sent.revision)
                await move(session, tenant_id, quote, over)
                continue
            if what == "reminder":
                sent.reminded_at = now
            else:
                sent.followed_up_at = now
            quotes.note(quote, _ACTIONS[what], CLOCK, "", revision=sent.revision)
    await session.flush()
    return came


_ACTIONS: dict[What, str] = {"reminder": "reminder due", "follow_up": "not looked at"}


def _looked_at(days: Days) -> Select[Quote, QuoteRevision]:
    """Both rows are locked: a row that somebody changed meanwhile is looked at as it is now."""
    looked_at = [QuoteRevision.valid_until < days.today]
    if days.ends_by is not None:
        looked_at.append(
            QuoteRevision.reminded_at.is_(None)
            & (QuoteRevision.valid_until <= days.ends_by)
            & (QuoteRevision.sent_at < days.midnight)
        )
    if days.sent_before is not None:
        looked_at.append(
            (QuoteRevision.status == "sent")
            & QuoteRevision.followed_up_at.is_(None)
            & (QuoteRevision.sent_at <= days.sent_before)
        )
    return (
        select(Quote, QuoteRevision)
        .join(QuoteRevision, QuoteRevision.quote_id == Quote.id)
        .where(QuoteRevision.status.in_(OPEN), or_(*looked_at))
        .order_by(QuoteRevision.valid_until, QuoteRevision.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _reminder(quote: Quote, sent: QuoteRevision, settings: TenantSettings) -> str:
    """In the quote's language."""
    if sent.valid_until is None:
        return ""
    language = sent.language or settings.language
    locale = locale_of(language, settings.country)
    return (
        words_of(language)
        .letters["reminder"]
        .format(
            number=quote.number,
            title=sent.title,
            total=locale.money(Money(sent.total, sent.currency)),
            day=locale.day(sent.valid_until),
        )
    )
