"""Search over tickets and messages."""

from datetime import datetime
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from bot.api.rest import (
    STORABLE,
    Page,
    Paging,
    cursor,
    page,
    rest_router,
    time_and_id,
)
from bot.dependencies import Reader, ReadTransaction
from bot.retrieval.excerpt import excerpt
from domain.search.documents import KINDS
from domain.search.service import Hit, Search

router = rest_router("/search", "search")

SHOWN_CHARACTERS = 300
Kind = Literal["ticket", "comment", "message"]


class HitOut(BaseModel):
    """`excerpt`: the part of the text that fits the words best."""

    kind: Kind
    id: UUID
    conversation_id: UUID | None
    number: str | None
    title: str
    excerpt: str
    at: datetime
    updated_at: datetime


class SearchQuery(Paging):
    q: Annotated[str, Field(min_length=1, max_length=200, pattern=STORABLE)]
    kind: Kind | None = None


@router.get("", summary="Search tickets, comments and messages, latest first")
async def search(
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[SearchQuery, Query()],
) -> Page[HitOut]:
    """Every word must appear; else beginnings of words do, else one of them. Quotes and - work."""
    hits = await Search(session, caller.tenant_id).find(
        asked.q,
        asked.limit + 1,
        asked.place(time_and_id),
        (asked.kind,) if asked.kind else KINDS,
        asked.since,
    )
    own = asked.ended(lambda hit: cursor(hit.at, hit.id))
    return page(hits, asked.limit, lambda hit: _shown(hit, asked.q), own)


def _shown(hit: Hit, words: str) -> HitOut:
    return HitOut(
        kind=cast(Kind, hit.kind),
        id=hit.id,
        conversation_id=hit.conversation_id,
        number=hit.number,
        title=hit.title,
        excerpt=excerpt(words, hit.text, SHOWN_CHARACTERS),
        at=hit.at,
        updated_at=hit.updated_at,
    )
