"""How quoting goes: how long drafts wait, what is sent as drafted, what is won, lost and open.

The counting is pure, over one row a quote; `figures` reads the rows of a period, which are the
quotes that were drafted in it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from statistics import median
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Refused
from domain.quotes.models import Quote, QuoteLogEntry
from domain.tenants.service import Tenants
from domain.tickets.working.clock import zone
from domain.types import Money

LONGEST_PERIOD = 731
LOST = ("rejected", "expired")
REASONS = 10
NOT_SAID, RAN_OUT = "not said", "expired without an answer"
_EDITS = ("redrafted", "retitled", "%edited", "%rolled back", "%regenerated")
_BY_ITSELF = ("bot", "schedule")


@dataclass(frozen=True, slots=True)
class Told:
    """A quote as it is counted; `net` in `currency`, the company's own where that is known."""

    created_at: datetime
    approved_at: datetime | None
    sent_at: datetime | None
    status: str
    net: Decimal
    currency: str
    is_edited: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenValue:
    """What has been sent and not been answered, before tax."""

    currency: str
    amount: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class QuoteFigures:
    """Shares are fractions; None where there is nothing to take a share of."""

    drafted: int
    approved: int
    sent: int
    won: int
    lost: int
    minutes_to_approval: Decimal | None
    minutes_to_sending: Decimal | None
    share_unedited: Decimal | None
    """Of what was sent: nobody of the company had changed it before."""
    share_same_day: Decimal | None
    """Of what was drafted: sent on the day on which it was."""
    win_rate: Decimal | None
    """Of what was decided: accepted, rejected or expired."""
    lost_reasons: tuple[tuple[str, int], ...]
    pipeline: tuple[OpenValue, ...]


def counted(quotes: Sequence[Told], day_of: Callable[[datetime], date]) -> QuoteFigures:
    """`day_of`: which day it was where the company lives."""
    sent = [one for one in quotes if one.sent_at]
    won = sum(one.status == "accepted" for one in quotes)
    lost = [one for one in quotes if one.status in LOST]
    same_day = sum(day_of(one.sent_at) == day_of(one.created_at) for one in sent if one.sent_at)
    return QuoteFigures(
        drafted=len(quotes),
        approved=sum(one.approved_at is not None for one in quotes),
        sent=len(sent),
        won=won,
        lost=len(lost),
        minutes_to_approval=_minutes(one.approved_at - one.created_at for one in quotes
                                     if one.approved_at),
        minutes_to_sending=_minutes(one.sent_at - one.created_at for one in sent if one.sent_at),
        share_unedited=_share(sum(not one.is_edited for one in sent), len(sent)),
        share_same_day=_share(same_day, len(quotes)),
        win_rate=_share(won, won + len(lost)),
        lost_reasons=_reasons(lost),
        pipeline=_pipeline(quotes),
    )  # fmt: skip


def _minutes(waits: Iterable[timedelta]) -> Decimal | None:
    told = [max(wait, timedelta(0)).total_seconds() / 60 for wait in waits]
    return Decimal(median(told)).quantize(Decimal("0.1")) if told else None


def _share(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) / whole).quantize(Decimal("0.001")) if whole else None


def _reasons(lost: Iterable[Told]) -> tuple[tuple[str, int], ...]:
    """As they were written, capitals and spaces aside; the most frequent first."""
    counts: Counter[str] = Counter()
    written: dict[str, str] = {}
    for one in lost:
        said = " ".join(one.reason.split()).rstrip(".")[:200]
        said = said or (RAN_OUT if one.status == "expired" else NOT_SAID)
        counts[said.casefold()] += 1
        written.setdefault(said.casefold(), said)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((written[key], count) for key, count in ranked[:REASONS])


def _pipeline(quotes: Iterable[Told]) -> tuple[OpenValue, ...]:
    waiting = [one for one in quotes if one.status in ("sent", "viewed")]
    currencies = sorted({one.currency for one in waiting})
    return tuple(
        OpenValue(
            currency,
            sum((one.net for one in waiting if one.currency == currency), Decimal(0)),
            sum(one.currency == currency for one in waiting),
        )
        for currency in currencies
    )


async def figures(session: AsyncSession, tenant_id: UUID, first: date, last: date) -> QuoteFigures:
    """Both days included, as they are where the company lives."""
    if not first <= last <= first + timedelta(days=LONGEST_PERIOD):
        raise Refused("A period ends on or after its first day, and lasts two years at most.")
    where = zone((await Tenants(session, tenant_id).settings()).time_zone)
    begin = datetime.combine(first, time.min, where)
    end = datetime.combine(last + timedelta(days=1), time.min, where)
    rows = await session.execute(_of(tenant_id, begin, end))
    return counted([_told(*row) for row in rows], lambda at: at.astimezone(where).date())


def _of(
    tenant_id: UUID, begin: datetime, end: datetime
) -> Select[Quote, datetime | None, bool, str | None]:
    log = QuoteLogEntry
    mine = log.quote_id == Quote.id
    approved = select(func.min(log.created_at)).where(mine, log.action == "approved")
    edits: ColumnElement[bool] = log.action.like(_EDITS[0])
    for pattern in _EDITS[1:]:
        edits = edits | log.action.like(pattern)
    before = Quote.sent_at.is_(None) | (log.created_at <= Quote.sent_at)
    edited = select(log.id).where(mine, edits, log.actor.not_in(_BY_ITSELF), before).exists()
    why = (
        select(log.comment)
        .where(mine, Quote.status.in_(LOST), log.created_at >= Quote.sent_at)
        .order_by(log.created_at.desc(), log.id.desc())
        .limit(1)
    )
    """Nothing happens to a quote after it was lost: the last entry is the one that says why."""
    return select(Quote, approved.scalar_subquery(), edited, why.scalar_subquery()).where(
        Quote.tenant_id == tenant_id, Quote.created_at >= begin, Quote.created_at < end
    )


def _told(quote: Quote, approved_at: datetime | None, is_edited: bool, why: str | None) -> Told:
    net, currency = quote.subtotal, quote.currency
    if quote.exchange_rate:
        own = Money(quote.subtotal / quote.exchange_rate, quote.exchange_from).rounded()
        net, currency = own.amount, own.currency
    return Told(
        created_at=quote.created_at,
        approved_at=approved_at,
        sent_at=quote.sent_at,
        status=quote.status,
        net=net,
        currency=currency,
        is_edited=is_edited,
        reason=why or "",
    )
