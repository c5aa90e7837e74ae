"""Moves a quote along its states: each stamped, logged with who and why, and told as an event."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Refused
from domain.quotes.approval import is_approved, own_total, require_settled
from domain.quotes.lifecycle.states import NeedsApproval, require_move
from domain.quotes.models import Quote
from domain.quotes.service import Quotes
from domain.tenants.service import Tenants
from domain.types import utc_now


@dataclass(frozen=True, slots=True)
class Move:
    """`limit`: the total up to which whoever moves it may send without an approval; None: any.

    `action`: what it is called in the log; empty: the new status.
    """

    status: str
    actor: str
    comment: str = ""
    action: str = ""
    limit: Decimal | None = None


async def move(session: AsyncSession, tenant_id: UUID, quote: Quote, wanted: Move) -> Quote:
    """The quote must be locked by the caller. Raises UnknownState, ForbiddenMove, NeedsApproval."""
    require_move(quote.number, quote.status, wanted.status)
    quotes, now = Quotes(session, tenant_id), utc_now()
    if wanted.status == "sent":
        if not await quotes.lines(quote.id):
            raise Refused(f"{quote.number} has no lines yet: there is nothing to send.")
        require_settled(quote)
        if not is_approved(quote) and wanted.limit is not None and own_total(quote) > wanted.limit:
            raise NeedsApproval(quote.number, quote.total, quote.currency)
        settings = await Tenants(session, tenant_id).settings()
        quote.sent_at = now
        quote.valid_until = now.date() + timedelta(days=settings.quoting.validity_days)
    quote.status = wanted.status
    quote.updated_at = now
    quotes.note(quote, wanted.action or wanted.status, wanted.actor, wanted.comment)
    await session.flush()
    return quote
