"""The PDF of a revision as the customer got it: stored once with its hash, never changed."""

import hashlib
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict
from domain.quotes.models import Quote, QuotePaper
from domain.quotes.writing.versions import QuoteDocuments
from domain.types import new_id


class ChangedMeanwhile(Conflict):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} was changed meanwhile: look at it again.")


async def freeze(
    session: AsyncSession, quote: Quote, content: bytes, *, made_from: int, actor: str
) -> QuotePaper:
    """Keeps what is sent as the quote's present revision; the quote must be locked.

    `made_from`: the quote's version that the bytes show. What was frozen before is given back as
    it is, whatever comes: one revision has one paper. Raises ChangedMeanwhile.
    """
    if (kept := await frozen(session, quote.id, quote.revision)) is not None:
        return kept
    if made_from != quote.version:
        raise ChangedMeanwhile(quote.number)
    held = await QuoteDocuments(session, quote.tenant_id).all(quote.id)
    paper = QuotePaper(
        id=new_id(),
        tenant_id=quote.tenant_id,
        quote_id=quote.id,
        revision=quote.revision,
        quote_version=quote.version,
        document_versions={kind: one.document.version for kind, one in held.items()},
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        frozen_by=actor,
    )
    session.add(paper)
    await session.flush()
    return paper


async def frozen(session: AsyncSession, quote_id: UUID, revision: int) -> QuotePaper | None:
    query = select(QuotePaper).where(
        QuotePaper.quote_id == quote_id, QuotePaper.revision == revision
    )
    return (await session.scalars(query)).one_or_none()


async def papers(session: AsyncSession, quote_id: UUID) -> dict[int, str]:
    """The hash of each revision's paper."""
    query = select(QuotePaper.revision, QuotePaper.sha256).where(QuotePaper.quote_id == quote_id)
    return {row.revision: row.sha256 for row in await session.execute(query)}


async def frozen_hash(session: AsyncSession, quote_id: UUID, revision: int) -> str:
    """Of the paper alone, in hex; empty: there is none."""
    query = select(QuotePaper.sha256).where(
        QuotePaper.quote_id == quote_id, QuotePaper.revision == revision
    )
    return await session.scalar(query) or ""
