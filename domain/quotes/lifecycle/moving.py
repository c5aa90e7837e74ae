"""Moves a quote along its states: each stamped, logged with who and why, and told as an event.

The quote and the revision that was sent move together, in one transaction, under the quote's lock.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.contracts.calendar import today
from domain.errors import Refused
from domain.quotes.approval import ApprovalRefused, UnderMargin, standing
from domain.quotes.lifecycle.revisions import Revisions, drop_draft, locked
from domain.quotes.lifecycle.states import (
    OPEN,
    SUPERSEDED,
    AlreadyAccepted,
    NeedsApproval,
    QuoteExpired,
    RevisionCancelled,
    RevisionSuperseded,
    require_move,
)
from domain.quotes.models import Quote, QuoteRevision
from domain.quotes.service import Quotes
from domain.tenants.service import Tenants
from domain.types import utc_now


@dataclass(frozen=True, slots=True)
class Move:
    """`limit`: the total up to which whoever moves it may send without an approval; None: any.

    `action`: what it is called in the log; empty: the new status. `revision`: the one that was
    looked at, which may be older than a draft that is being made; None: the quote as it is.
    `by`: who decided, in words; empty: the actor. `at`: another moment than this one.
    """

    status: str
    actor: str
    comment: str = ""
    action: str = ""
    limit: Decimal | None = None
    sees_margins: bool = True
    revision: int | None = None
    by: str = ""
    at: datetime | None = None


async def move(session: AsyncSession, tenant_id: UUID, quote: Quote, wanted: Move) -> Quote:
    """Locks the quote. Raises UnknownState, ForbiddenMove, NeedsApproval; of a revision that is
    named QuoteExpired, RevisionSuperseded, RevisionCancelled, AlreadyAccepted, NotFound."""
    await locked(session, quote)
    return await _Moving(session, tenant_id, quote, wanted).done()


class _Moving:
    def __init__(self, session: AsyncSession, tenant_id: UUID, quote: Quote, wanted: Move) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._quote = quote
        self._wanted = wanted
        self._revisions = Revisions(session, tenant_id)
        self._quotes = Quotes(session, tenant_id)
        self._now = wanted.at or utc_now()

    async def done(self) -> Quote:
        quote, revision = self._quote, self._wanted.revision
        is_draft = quote.status == "draft" and revision == quote.revision
        if revision is None or is_draft:
            await self._move_present()
        else:
            sent = await self._revisions.get(quote.id, revision)
            await self._require_open(sent)
            if revision == quote.revision:
                await self._move_present()
            else:
                await self._move_earlier(sent)
        await self._session.flush()
        return quote

    async def _require_open(self, sent: QuoteRevision) -> None:
        """What somebody does to the revision they look at is refused where it has ended."""
        quote, revision = self._quote, sent.revision
        if sent.status == SUPERSEDED:
            newest = await self._revisions.sent(quote.id)
            raise RevisionSuperseded(quote.number, revision, (newest or sent).revision)
        if self._wanted.status not in ("accepted", "rejected", "viewed"):
            return
        if sent.status == "cancelled":
            raise RevisionCancelled(quote.number, revision)
        if sent.status == "expired":
            raise QuoteExpired(quote.number, sent.valid_until)
        if sent.status == self._wanted.status == "accepted":
            raise AlreadyAccepted(quote.number, revision)

    async def _move_present(self) -> None:
        quote, wanted = self._quote, self._wanted
        require_move(quote.number, quote.status, wanted.status)
        if wanted.status == "sent":
            await self._send()
            return
        await self._require_in_time(quote.valid_until)
        for sent in await self._revisions.all(quote.id):
            # A quote that is cancelled while its next revision is a draft ends as a whole.
            is_open = wanted.status == "cancelled" and sent.status in OPEN
            if sent.revision == quote.revision or is_open:
                self._note(sent)
        quote.status, quote.updated_at = wanted.status, self._now
        self._log(quote.revision)

    async def _move_earlier(self, sent: QuoteRevision) -> None:
        """Of the revision that was sent, while the next one is a draft."""
        quote, wanted = self._quote, self._wanted
        require_move(quote.number, sent.status, wanted.status)
        await self._require_in_time(sent.valid_until)
        self._note(sent)
        if wanted.status == "accepted":
            await drop_draft(self._session, self._tenant_id, quote, sent, wanted.actor)
        quote.updated_at = self._now
        self._log(sent.revision)

    async def _send(self) -> None:
        quote, now = self._quote, self._now
        if not await self._quotes.lines(quote.id):
            raise Refused(f"{quote.number} has no lines yet: there is nothing to send.")
        await self._require_approval()
        settings = await Tenants(self._session, self._tenant_id).settings()
        day = await today(self._session, self._tenant_id, now)
        quote.sent_at, quote.updated_at = now, now
        quote.valid_until = day + timedelta(days=settings.quoting.validity_days)
        quote.status = "sent"
        await self._revisions.record_sent(quote)
        self._log(quote.revision)

    async def _require_approval(self) -> None:
        """Or a sender who could give it."""
        quote, wanted = self._quote, self._wanted
        now = await standing(self._session, quote)
        if now.approval == "rejected":
            raise ApprovalRefused(quote)
        if now.approval != "pending":
            return
        if now.by_margin and not wanted.sees_margins:
            raise UnderMargin(quote.number)
        if wanted.limit is not None and quote.total > wanted.limit and now.by_amount:
            raise NeedsApproval(quote.number, quote.total, quote.currency)

    async def _require_in_time(self, valid_until: date | None) -> None:
        """Also when the schedule has not come by yet."""
        if self._wanted.status != "accepted" or valid_until is None:
            return
        if valid_until < await today(self._session, self._tenant_id, self._now):
            raise QuoteExpired(self._quote.number, valid_until)

    def _note(self, sent: QuoteRevision) -> None:
        wanted = self._wanted
        by = wanted.by or wanted.actor
        self._revisions.note(sent, wanted.status, by=by, reason=wanted.comment, at=self._now)

    def _log(self, revision: int) -> None:
        wanted = self._wanted
        action = wanted.action or wanted.status
        comment = wanted.comment
        if revision != self._quote.revision:
            comment = f"Revision {revision}. {comment}".strip()
        self._quotes.note(
            self._quote, action, wanted.actor, comment, kind=wanted.status, revision=revision
        )
