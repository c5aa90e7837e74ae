"""Approving a draft, or not: the version that was looked at, by somebody who may.

By amount (whose limit is high enough) and by margin (who may see it, where it is under the
company's minimum). A refusal goes back with its reason; any change of the draft asks anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, Refused
from domain.events import Happened, record
from domain.quotes.margin import margin_of
from domain.quotes.models import Quote, QuoteLineRecord, QuoteLogEntry
from domain.quotes.pricing import PriceSource, QuoteLine, Tier
from domain.tenants.service import Tenants
from domain.tenants.settings import Quoting
from domain.types import Money, new_id, utc_now

LONGEST_REASON = 1000


class OverLimit(Refused):
    def __init__(self, quote: Quote, limit: Decimal) -> None:
        super().__init__(
            f"{quote.number} is {quote.total} {quote.currency}, and you may approve up to "
            f"{limit} {quote.currency}: ask somebody with a higher limit."
        )


class UnderMargin(Refused):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} has to be approved by somebody who may see margins: its margin is under "
            "the company’s minimum, or not known."
        )


class ApprovalRefused(Refused):
    def __init__(self, quote: Quote) -> None:
        super().__init__(
            f"The approval of {quote.number} was refused: “{quote.refusal}”. Change it, then it "
            "can be approved."
        )


@dataclass(frozen=True, slots=True)
class Approver:
    """`limit`: the largest total; None: any. `staff_id`: None where a key approves."""

    staff_id: UUID | None
    limit: Decimal | None
    sees_margins: bool = True
    name: str = ""
    """How the log calls whoever is no member of staff."""

    @property
    def actor(self) -> str:
        return f"staff:{self.staff_id}" if self.staff_id else self.name


@dataclass(frozen=True, slots=True)
class Standing:
    """`approval`: not_required, pending, approved or rejected, of the present version.

    `reason`: of a refusal. `by_amount`: it takes a limit as high as the total. `by_margin`: it
    takes somebody who may see margins.
    """

    approval: str
    reason: str = ""
    by_amount: bool = False
    by_margin: bool = False


def is_approved(quote: Quote) -> bool:
    """Whether the present version is: a change asks for a new approval."""
    return quote.approved_version == quote.version


def is_refused(quote: Quote) -> bool:
    return quote.refused_version == quote.version


def standing_of(quote: Quote, lines: Sequence[QuoteLine], quoting: Quoting) -> Standing:
    """What the company's settings ask for; a quote that was sent needs nothing more."""
    above = quoting.approval_above
    by_amount = above is None or quote.total > above
    by_margin = _is_under_margin(lines, quoting)
    approval = "pending" if by_amount or by_margin else "not_required"
    if quote.status != "draft":
        approval = "not_required"
    if is_approved(quote):
        approval = "approved"
    elif is_refused(quote):
        approval = "rejected"
    return Standing(approval, quote.refusal if approval == "rejected" else "", by_amount, by_margin)


async def standing(session: AsyncSession, quote: Quote) -> Standing:
    settings = await Tenants(session, quote.tenant_id).settings()
    query = select(QuoteLineRecord).where(QuoteLineRecord.quote_id == quote.id)
    lines = [line_of(row, quote.currency) for row in await session.scalars(query)]
    return standing_of(quote, lines, settings.quoting)


def _is_under_margin(lines: Sequence[QuoteLine], quoting: Quoting) -> bool:
    """A margin that nobody knows counts as too small, where there is a smallest one."""
    if quoting.minimum_margin is None:
        return False
    margin = margin_of(lines)
    if margin is None:
        return True
    return margin.percent < Decimal(str(quoting.minimum_margin)) * 100


async def approve(
    session: AsyncSession, quote: Quote, by: Approver, *, seen_version: int | None = None
) -> Quote:
    """The quote must be locked by the caller. `seen_version`: the one on the approver's screen."""
    _require_present(quote, seen_version, "approved")
    if is_approved(quote):
        raise Conflict(f"{quote.number} is approved already.")
    await _require_right(session, quote, by)
    quote.approved_version, quote.approved_by_id = quote.version, by.staff_id
    quote.refused_version, quote.refusal = None, ""
    quote.approved_at = quote.updated_at = utc_now()
    _record(session, quote, "approved", by, f"version {quote.version}, {_total(quote)}")
    await session.flush()
    return quote


async def refuse(
    session: AsyncSession,
    quote: Quote,
    by: Approver,
    reason: str,
    *,
    seen_version: int | None = None,
) -> Quote:
    """Back to who drafted it, with the reason. The quote must be locked by the caller.

    Who may approve it may refuse it. Raises Refused, Conflict, OverLimit.
    """
    _require_present(quote, seen_version, "refused an approval")
    if not reason.strip():
        raise Refused("Say why: the drafter has to know what to change.")
    if is_refused(quote):
        raise Conflict(f"The approval of {quote.number} is refused already.")
    await _require_right(session, quote, by)
    quote.refused_version, quote.refusal = quote.version, reason.strip()[:LONGEST_REASON]
    quote.approved_version = quote.approved_by_id = quote.approved_at = None
    quote.updated_at = utc_now()
    _record(session, quote, "approval refused", by, quote.refusal)
    await session.flush()
    return quote


async def _require_right(session: AsyncSession, quote: Quote, by: Approver) -> None:
    now = await standing(session, quote)
    if now.by_amount and by.limit is not None and quote.total > by.limit:
        raise OverLimit(quote, by.limit)
    if now.by_margin and not by.sees_margins:
        raise UnderMargin(quote.number)


def _require_present(quote: Quote, seen_version: int | None, what: str) -> None:
    if quote.status != "draft":
        raise Refused(f"{quote.number} is {quote.status}: only a draft is {what}.")
    if seen_version is not None and seen_version != quote.version:
        raise Conflict(f"{quote.number} was changed meanwhile: look at it again.")


def _total(quote: Quote) -> str:
    return f"{quote.total} {quote.currency}"


def _record(session: AsyncSession, quote: Quote, action: str, by: Approver, comment: str) -> None:
    session.add(
        QuoteLogEntry(
            id=new_id(),
            tenant_id=quote.tenant_id,
            quote_id=quote.id,
            action=action,
            actor=by.actor,
            comment=comment,
            created_at=utc_now(),
        )
    )
    payload = {
        "number": quote.number,
        "total": str(quote.total),
        "revision": quote.revision,
        "version": quote.version,
    }
    kind = "quote.approved" if action == "approved" else "quote.approval_refused"
    record(session, quote.tenant_id, Happened(kind, quote.id, payload, by.actor))


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
