"""Approving a draft: the version that was looked at, by somebody whose limit is high enough."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, Refused
from domain.events import Happened, record
from domain.quotes.models import Quote, QuoteLineRecord, QuoteLogEntry
from domain.quotes.money.treatment import Treatment
from domain.quotes.pricing import PriceSource, QuoteLine, Tier
from domain.types import Money, new_id, utc_now


class OverLimit(Refused):
    def __init__(self, quote: Quote, limit: Decimal) -> None:
        super().__init__(
            f"{quote.number} is {own_total(quote)} {quote.exchange_from or quote.currency}, and "
            f"you may approve up to {limit}: ask somebody with a higher limit."
        )


class Unsettled(Refused):
    def __init__(self, quote: Quote) -> None:
        super().__init__(
            f"{quote.number} cannot go out yet. {' '.join(quote.staff_questions)} When it is "
            f"entered, take the customer's terms over with `/desk quote terms {quote.number}`."
        )


@dataclass(frozen=True, slots=True)
class Approver:
    """`limit`: the largest total; None: any."""

    staff_id: UUID
    limit: Decimal | None


def is_approved(quote: Quote) -> bool:
    """Whether the present version is: a change asks for a new approval."""
    return quote.approved_version == quote.version


def own_total(quote: Quote) -> Decimal:
    """In the company's own currency, in which limits are set."""
    if not quote.exchange_rate:
        return quote.total
    return Money(quote.total / quote.exchange_rate, quote.exchange_from).rounded().amount


def require_settled(quote: Quote) -> None:
    """Raises Unsettled while staff have not answered what only they can."""
    if quote.staff_questions:
        raise Unsettled(quote)


async def approve(
    session: AsyncSession, quote: Quote, by: Approver, *, seen_version: int | None = None
) -> Quote:
    """The quote must be locked by the caller. `seen_version`: the one on the approver's screen."""
    if quote.status != "draft":
        raise Refused(f"{quote.number} is {quote.status}: only a draft is approved.")
    require_settled(quote)
    if seen_version is not None and seen_version != quote.version:
        raise Conflict(f"{quote.number} was changed meanwhile: look at it again.")
    if is_approved(quote):
        raise Conflict(f"{quote.number} is approved already.")
    if by.limit is not None and own_total(quote) > by.limit:
        raise OverLimit(quote, by.limit)
    quote.approved_version, quote.approved_by_id = quote.version, by.staff_id
    quote.approved_at = quote.updated_at = utc_now()
    actor = f"staff:{by.staff_id}"
    session.add(
        QuoteLogEntry(
            id=new_id(),
            tenant_id=quote.tenant_id,
            quote_id=quote.id,
            action="approved",
            actor=actor,
            comment=f"version {quote.version}, {quote.total} {quote.currency}",
        )
    )
    payload = {"number": quote.number, "total": str(quote.total), "version": quote.version}
    record(session, quote.tenant_id, Happened("quote.approved", quote.id, payload, actor))
    await session.flush()
    return quote


def line_of(row: QuoteLineRecord, currency: str) -> QuoteLine:
    """A stored line as pricing works with it."""
    return QuoteLine(
        code=row.code,
        description=row.description,
        quantity=row.quantity,
        unit=row.unit,
        unit_price=Money(row.unit_price, currency),
        discount=Money(row.discount, currency),
        total=Money(row.total, currency),
        tax_rate=row.tax_rate,
        tax_treatment=Treatment(row.tax_treatment) if row.tax_treatment else None,
        category=row.category,
        words=row.words,
        rule=row.rule,
        note=row.note,
        site=row.site,
        price_source=PriceSource(row.price_source),
        unit_cost=Money(row.unit_cost, currency) if row.unit_cost is not None else None,
        supplier=row.supplier,
        is_optional=row.is_optional,
        is_alternate=row.is_alternate,
        tier=Tier(row.tier) if row.tier else None,
    )
