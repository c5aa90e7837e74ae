"""What was sent of a quote, revision by revision, and how the next one begins.

The quote's row is the newest revision, which may be a draft; a `QuoteRevision` is one that was
sent. What was sent stays acceptable until the next is sent: then it is superseded, in the same
transaction. One that had ended by itself keeps how it ended.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.quotes.approval import is_approved, line_of
from domain.quotes.lifecycle.changes import Changes, Side, changes, side, side_of
from domain.quotes.lifecycle.snapshots import for_customer, lines_kept, lines_of
from domain.quotes.lifecycle.states import OPEN, SUPERSEDED, NotRevisable
from domain.quotes.models import Quote, QuoteRevision
from domain.quotes.service import Quotes
from domain.quotes.writing.templates import INTERNAL
from domain.quotes.writing.versions import QuoteDocuments, Why
from domain.tenants.service import Tenants
from domain.types import Money, new_id, utc_now

REVISABLE = ("sent", "viewed", "rejected", "expired")
KEPT = (
    *("title", "request", "location", "deadline", "customer_reference", "language"),
    *("tier_type", "currency", "subtotal", "tax", "total", "catalogue_revision"),
)
"""What a quote and its revisions have in common."""


class Revisions:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def sent(self, quote_id: UUID) -> QuoteRevision | None:
        """The newest that was sent, whatever became of it."""
        query = select(QuoteRevision).where(QuoteRevision.quote_id == quote_id)
        newest = query.order_by(QuoteRevision.revision.desc()).limit(1)
        return (await self._session.scalars(newest)).one_or_none()

    async def get(self, quote_id: UUID, revision: int) -> QuoteRevision:
        """Raises NotFound."""
        query = select(QuoteRevision).where(
            QuoteRevision.quote_id == quote_id, QuoteRevision.revision == revision
        )
        found = (await self._session.scalars(query)).one_or_none()
        if found is None:
            raise NotFound("revision", revision)
        return found

    async def all(self, quote_id: UUID) -> list[QuoteRevision]:
        """Oldest first."""
        query = select(QuoteRevision).where(QuoteRevision.quote_id == quote_id)
        return list(await self._session.scalars(query.order_by(QuoteRevision.revision)))

    async def changes(
        self, quote: Quote, revision: int | None = None, since: int | None = None
    ) -> tuple[int, int, Changes]:
        """What is different, with the numbers of the two: (old, new, changes).

        `revision`: one that was sent, or the present draft; None: the present one. `since`: None:
        the one that was sent before it. Raises NotFound, Refused of the first one.
        """
        new = quote.revision if revision is None else revision
        sent = await self.all(quote.id)
        earlier = [one.revision for one in sent if one.revision < new]
        if since is None and not earlier:
            raise Refused(f"Revision {new} is the first of {quote.number}: nothing was before it.")
        old = earlier[-1] if since is None else since
        settings = await Tenants(self._session, self._tenant_id).settings()
        language = quote.language or settings.language
        sides = (await self._side(quote, old), await self._side(quote, new))
        return old, new, changes(*sides, language, settings.country)

    async def _side(self, quote: Quote, revision: int) -> Side:
        if quote.sent_at is not None or revision != quote.revision:
            return side_of(await self.get(quote.id, revision))
        rows = await Quotes(self._session, self._tenant_id).lines(quote.id)
        held = await QuoteDocuments(self._session, self._tenant_id).all(quote.id)
        documents = {kind: one.content for kind, one in held.items()}
        lines = (line_of(row, quote.currency) for row in rows)
        return side(revision, lines, Money(quote.total, quote.currency), documents)

    async def record_sent(self, quote: Quote) -> QuoteRevision:
        """The quote as it is sent now; what was open before is superseded. It must be locked."""
        if quote.sent_at is None:
            raise ValueError("A revision is recorded when its quote is sent.")
        for earlier in await self.all(quote.id):
            if earlier.status in OPEN:
                self.note(earlier, SUPERSEDED, reason=f"Revision {quote.revision} was sent.")
        held = await QuoteDocuments(self._session, self._tenant_id).all(quote.id)
        rows = await Quotes(self._session, self._tenant_id).lines(quote.id)
        sent = QuoteRevision(
            id=new_id(),
            tenant_id=self._tenant_id,
            quote_id=quote.id,
            revision=quote.revision,
            status="sent",
            approval="approved" if is_approved(quote) else "not_required",
            quote_version=quote.version,
            lines=lines_kept(line_of(row, quote.currency) for row in rows),
            documents={k: for_customer(h.content) for k, h in held.items() if k not in INTERNAL},
            document_versions={kind: one.document.version for kind, one in held.items()},
            sent_at=quote.sent_at,
            valid_until=quote.valid_until,
            **{name: getattr(quote, name) for name in KEPT},
        )
        self._session.add(sent)
        await self._session.flush()
        return sent

    def note(
        self,
        sent: QuoteRevision,
        status: str,
        *,
        by: str = "",
        reason: str = "",
        at: datetime | None = None,
    ) -> None:
        """What became of it; whether it may is asked by `move`. `by`: in words."""
        now = at or utc_now()
        sent.status, sent.updated_at = status, now
        if status == "viewed":
            sent.viewed_at = now
            return
        sent.decided_at, sent.decided_by, sent.reason = now, by, reason


async def locked(session: AsyncSession, quote: Quote) -> Quote:
    """The quote as it is now, held until the end of the transaction."""
    await session.flush()
    await session.refresh(quote, with_for_update=True)
    return quote


async def start_revision(
    session: AsyncSession, tenant_id: UUID, quote: Quote, actor: str, why: str
) -> Quote:
    """What was sent becomes the draft of the next revision, with the same lines and documents.

    Raises NotRevisable. The revision that was sent can be accepted until the next is sent.
    """
    await locked(session, quote)
    if quote.status not in REVISABLE:
        raise NotRevisable(quote.number, quote.status)
    quote.status = "draft"
    quote.revision += 1
    quote.version += 1
    quote.sent_at = quote.valid_until = None
    forget_approval(quote)
    quote.updated_at = utc_now()
    Quotes(session, tenant_id).note(quote, "revision started", actor, why)
    await session.flush()
    return quote


async def give_up_draft(session: AsyncSession, tenant_id: UUID, quote: Quote, actor: str) -> Quote:
    """Nothing is changed after all: the quote is what was sent. Raises Refused."""
    await locked(session, quote)
    sent = await Revisions(session, tenant_id).sent(quote.id)
    if quote.status != "draft" or sent is None:
        raise Refused(
            f"{quote.number} has no draft of a next revision: there is nothing to give up."
        )
    await drop_draft(session, tenant_id, quote, sent, actor)
    await session.flush()
    return quote


async def drop_draft(
    session: AsyncSession, tenant_id: UUID, quote: Quote, back_to: QuoteRevision, actor: str
) -> None:
    """The draft of the next revision given up: the quote is again what was sent. Locked."""
    dropped, quotes = quote.revision, Quotes(session, tenant_id)
    await quotes.reline(quote, lines_of(back_to))  # its version grows
    for name in KEPT:
        setattr(quote, name, getattr(back_to, name))
    quote.revision, quote.status = back_to.revision, back_to.status
    quote.sent_at, quote.valid_until = back_to.sent_at, back_to.valid_until
    quote.open_questions = []
    forget_approval(quote)
    documents = QuoteDocuments(session, tenant_id)
    for kind, held in (await documents.all(quote.id)).items():
        number = back_to.document_versions.get(kind)
        if number is None or number == held.document.version:
            continue
        then = await documents.at(quote.id, kind, number)
        why = Why(f"Back to revision {back_to.revision}", actor)
        await documents.append(held.document, then.content, why)
    quotes.note(quote, "draft dropped", actor, f"Revision {dropped} was not sent and is given up.")


def forget_approval(quote: Quote) -> None:
    quote.approved_version = quote.approved_by_id = quote.approved_at = None
    quote.refused_version, quote.refusal = None, ""
