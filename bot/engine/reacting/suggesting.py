"""Looks for articles that may answer a ticket, and keeps them beside it."""

from uuid import UUID

from bot.retrieval.library import Library
from bot.retrieval.relevance import relevance
from domain.database import Database
from domain.tickets.models import Ticket
from domain.tickets.working.articles import TicketArticles

SUGGEST = "suggest"
MOST = 5
LEAST = 15
"""Relevance below which an article is no suggestion."""
CHARACTERS = 2_000


class Suggester:
    def __init__(self, database: Database, library: Library) -> None:
        self._database = database
        self._library = library

    async def suggest(self, tenant_id: UUID, ticket_id: UUID) -> int:
        """Read, search with nothing open, write; the number of suggestions."""
        async with self._database.transaction(tenant_id) as session:
            ticket = await session.get(Ticket, ticket_id)
        if ticket is None:
            return 0
        question = f"{ticket.subject}\n{ticket.description}"[:CHARACTERS]
        evidence = await self._library.search(tenant_id, question, 2 * MOST)
        best: dict[UUID, int] = {}
        for source in evidence.sources:
            share = relevance(evidence, source)
            if share >= LEAST:
                best[source.article_id] = max(share, best.get(source.article_id, 0))
        found = sorted(best.items(), key=lambda one: -one[1])[:MOST]
        async with self._database.transaction(tenant_id) as session:
            if await session.get(Ticket, ticket_id) is None:
                return 0
            await TicketArticles(session, tenant_id).suggest(ticket_id, found)
        return len(found)
