"""A quote's revisions over REST: what was sent, what became of it, what changed in between."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from pydantic import BaseModel, Field

from bot.api.rest import Body, Shown, UpdatedSince, rest_router
from bot.dependencies import Reader, ReadTransaction
from domain.following import Since
from domain.quotes.lifecycle.freezing import papers
from domain.quotes.lifecycle.revisions import Revisions
from domain.quotes.service import Quotes

router = rest_router("/quotes", "quotes")
MOST = 100_000


class RevisionOut(Shown):
    """`approval` as it was sent; `sha256`: of its paper, where one was kept.

    `decided_by`: in words, who accepted, declined or withdrew it.
    """

    id: UUID
    revision: int
    status: str
    approval: str
    title: str
    currency: str
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    sent_at: datetime
    valid_until: date | None
    viewed_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    reason: str
    updated_at: datetime
    sha256: str | None = None


class RevisionsOut(BaseModel):
    items: list[RevisionOut]


class ChangesOut(BaseModel):
    """Sentences in the quote's language, fit for the customer."""

    quote_number: str
    since: int
    revision: int
    sentences: list[str]


class Compared(Body):
    """`since`: the earlier revision; left out: the one that was sent before."""

    since: Annotated[int, Field(ge=1, le=MOST)] | None = None


@router.get("/{quote_id}/revisions", summary="What was sent of a quote")
async def list_revisions(
    quote_id: UUID, caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> RevisionsOut:
    """Oldest first; the draft of the next one is the quote itself."""
    await Quotes(session, caller.tenant_id).get(quote_id)
    rows = await Revisions(session, caller.tenant_id).all(quote_id)
    if updated_since:
        rows = Since(updated_since).among(rows, lambda row: row.updated_at)
    kept = await papers(session, quote_id)
    return RevisionsOut(
        items=[
            RevisionOut.model_validate(row).model_copy(update={"sha256": kept.get(row.revision)})
            for row in rows
        ]
    )


@router.get("/{quote_id}/revisions/{revision}/changes", summary="What changed in a revision")
async def changes_of(
    quote_id: UUID,
    revision: Annotated[int, Path(ge=1, le=MOST)],
    asked: Annotated[Compared, Query()],
    caller: Reader,
    session: ReadTransaction,
) -> ChangesOut:
    """In the customer's words, nothing internal; also of a draft that is not sent yet."""
    quote = await Quotes(session, caller.tenant_id).get(quote_id)
    told = await Revisions(session, caller.tenant_id).changes(quote, revision, asked.since)
    return ChangesOut(
        quote_number=quote.number,
        since=told[0],
        revision=told[1],
        sentences=list(told[2].sentences),
    )
