"""The full-text index: words as staff type them, and what holds them.

Quotes, `or` and `-` mean what they do in a search engine. Where nothing holds all words, beginnings
of words do; where nothing holds those either, one of them is enough.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Refused
from domain.following import Since

KINDS = ("ticket", "comment", "message")
MOST_WORDS = 8
MOST_HELD = 2_000
"""Of that many of the latest matches the tickets are looked through by further filters."""

_FOUND = text("""
    select id, kind, ticket_id, conversation_id, at
      from search_documents_found(cast(:query as tsquery), :kinds, :at, :id, :most)
""").bindparams(bindparam("kinds", type_=ARRAY(Text)))
_CHANGED = text("""
    select id, kind, ticket_id, conversation_id, at
      from search_documents_changed(cast(:query as tsquery), :kinds, :since, :at, :id, :most)
""").bindparams(bindparam("kinds", type_=ARRAY(Text)))
_HOLD = text("select search_documents_hold(cast(:query as tsquery), :kinds)").bindparams(
    bindparam("kinds", type_=ARRAY(Text))
)
_ASKED = text("""
    select websearch_to_tsquery('simple', :words)::text,
           to_tsquery('simple', :beginnings)::text, to_tsquery('simple', :any)::text
""")
_TICKETS = text("""
    with held as materialized (
        select ticket_id, conversation_id
          from search_documents_found(cast(:query as tsquery), :kinds, null, null, :most))
    select ticket_id as id from held where ticket_id is not null
    union select t.id from tickets t
            join (select distinct conversation_id from held where ticket_id is null) h
              on h.conversation_id = t.conversation_id
""").bindparams(bindparam("kinds", type_=ARRAY(Text)))


class HeldBy:
    """What of the session's tenant holds some words."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def query(self, words: str, kinds: Iterable[str] = KINDS) -> str | None:
        """The strictest question that finds anything; None: none does. Raises Refused."""
        for asked in await self._asked(words):
            if await self._session.scalar(_HOLD, {"query": asked, "kinds": list(kinds)}):
                return asked
        return None

    async def latest(
        self,
        query: str,
        kinds: Iterable[str],
        limit: int,
        before: tuple[datetime, UUID] | None = None,
    ) -> list[Any]:
        """Rows of id, kind, ticket_id, conversation_id, at; latest first."""
        at, row_id = before or (None, None)
        rows = await self._session.execute(
            _FOUND,
            {"query": query, "kinds": list(kinds), "at": at, "id": row_id, "most": limit},
        )
        return list(rows)

    async def changed(
        self, query: str, kinds: Iterable[str], limit: int, since: Since
    ) -> list[Any]:
        """As `latest`, in the order of the changes; `at` is when the words last changed."""
        at, row_id = since.after or (None, None)
        asked = {"query": query, "kinds": list(kinds), "since": since.at, "most": limit}
        rows = await self._session.execute(_CHANGED, asked | {"at": at, "id": row_id})
        return list(rows)

    async def tickets(self, words: str) -> list[UUID]:
        """Tickets that hold the words themselves, in a comment or in their conversation."""
        query = await self.query(words)
        if query is None:
            return []
        asked = {"query": query, "kinds": list(KINDS), "most": MOST_HELD}
        return list(await self._session.scalars(_TICKETS, asked))

    async def _asked(self, words: str) -> list[str]:
        plain = re.findall(r"\w+", words.lower())
        if not words.split() or len(words.split()) > MOST_WORDS:
            raise Refused(f"Search for one to {MOST_WORDS} words.")
        plain = plain[: 3 * MOST_WORDS]
        beginnings = [f"'{word}':*" for word in plain]
        asked = {
            "words": words,
            "beginnings": " & ".join(beginnings),
            "any": " | ".join(beginnings),
        }
        row = (await self._session.execute(_ASKED, asked)).one()
        return [query for query in dict.fromkeys(row) if query]


def tagged(tags: Iterable[str]) -> Select[Any]:
    """Ids of tickets with one of the tags: by the index, which the array operators cannot use."""
    query = " | ".join(_lexeme(f"#{tag.lower()}") for tag in tags)
    found = func.search_documents_found(
        text("cast(:tag_query as tsquery)").bindparams(tag_query=query),
        text("array['ticket']"),
        None,
        None,
        1_000_000,
    ).table_valued("id")
    return select(found.c.id)


def _lexeme(word: str) -> str:
    """As a quoted word of a tsquery."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
