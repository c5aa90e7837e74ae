"""A quote viewed, accepted or declined on its page: what was shown, and nothing else."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.quotes.lifecycle.freezing import frozen_hash
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.revisions import Revisions
from domain.quotes.models import Quote, QuoteRevision
from domain.quotes.service import Quotes
from domain.signing.models import QuoteAcceptance
from domain.signing.signatories import LONGEST_AGENT, Shown, ShownIsOld, Signatory, Trace
from domain.types import new_id

CUSTOMER = "customer"


class Acceptances:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._revisions = Revisions(session, tenant_id)

    async def of(self, quote_id: UUID) -> QuoteAcceptance | None:
        query = select(QuoteAcceptance).where(QuoteAcceptance.quote_id == quote_id)
        return (await self._session.scalars(query)).one_or_none()

    async def require_shown(self, quote: Quote, shown: Shown) -> QuoteRevision:
        """The revision that was on the screen is still the newest. Raises ShownIsOld."""
        sent = await self._revisions.sent(quote.id)
        sha256 = await frozen_hash(self._session, quote.id, shown.revision)
        if sent is None or sent.revision != shown.revision or sha256 != shown.sha256:
            raise ShownIsOld(f"There is a newer version of {quote.number}: look at that one.")
        return sent

    async def accept(
        self, quote_id: UUID, shown: Shown, by: Signatory, trace: Trace, *, is_code_proven: bool
    ) -> QuoteAcceptance:
        """Once: whoever is second gets AlreadyAccepted. Raises ShownIsOld, QuoteExpired,
        RevisionCancelled, ForbiddenMove."""
        quote = await Quotes(self._session, self._tenant_id).get(quote_id, for_change=True)
        sent = await self.require_shown(quote, shown)
        who = f"{by.name}, {by.role}"
        wanted = Move("accepted", CUSTOMER, f"by {who}", revision=sent.revision, by=who)
        await move(self._session, self._tenant_id, quote, wanted)
        if by.purchase_order:
            quote.customer_reference = by.purchase_order
        acceptance = QuoteAcceptance(
            id=new_id(),
            tenant_id=self._tenant_id,
            quote_id=quote.id,
            revision=sent.revision,
            paper_sha256=shown.sha256,
            total=sent.total,
            currency=sent.currency,
            name=by.name,
            role=by.role,
            email=by.email,
            purchase_order=by.purchase_order,
            address=trace.address,
            user_agent=trace.user_agent[:LONGEST_AGENT],
            is_code_proven=is_code_proven,
        )
        self._session.add(acceptance)
        await self._session.flush()
        return acceptance

    async def decline(self, quote_id: UUID, shown: Shown, reason: str) -> Quote:
        quote = await Quotes(self._session, self._tenant_id).get(quote_id, for_change=True)
        sent = await self.require_shown(quote, shown)
        wanted = Move("rejected", CUSTOMER, reason, revision=sent.revision, by="the customer")
        return await move(self._session, self._tenant_id, quote, wanted)

    async def view(self, quote_id: UUID, revision: int) -> bool:
        """Whether this was the first look at it."""
        quotes = Quotes(self._session, self._tenant_id)
        quote = await quotes.get(quote_id, for_change=True)
        sent = await self._revisions.sent(quote_id)
        if sent is None or sent.revision != revision or sent.status != "sent":
            return False
        wanted = Move("viewed", CUSTOMER, revision=revision)
        await move(self._session, self._tenant_id, quote, wanted)
        return True
