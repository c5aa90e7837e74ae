"""Articles beside a ticket: suggested, linked by a person, or what it was resolved with."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound
from domain.knowledge.models import Article
from domain.tickets.history import TicketHistory
from domain.tickets.models import Ticket, TicketArticle
from domain.types import new_id, utc_now

KINDS = ("suggested", "linked", "resolved")


@dataclass(frozen=True, slots=True)
class Beside:
    """`relevance`: 0 to 100."""

    article_id: UUID
    title: str
    kind: str
    relevance: int
    updated_at: datetime

    @property
    def id(self) -> UUID:
        return self.article_id


class TicketArticles:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def of(self, ticket_id: UUID) -> list[Beside]:
        """What it was resolved with first, then what people linked, then the best suggested."""
        rank = case({"resolved": 0, "linked": 1}, value=TicketArticle.kind, else_=2)
        query = (
            select(
                Article.id,
                Article.title,
                TicketArticle.kind,
                TicketArticle.relevance,
                TicketArticle.updated_at,
            )
            .join(TicketArticle, TicketArticle.article_id == Article.id)
            .where(TicketArticle.tenant_id == self._tenant_id, TicketArticle.ticket_id == ticket_id)
            .order_by(rank, TicketArticle.relevance.desc(), Article.title)
        )
        return [Beside(*row) for row in await self._session.execute(query)]

    async def resolved_since(self, since: datetime) -> int:
        """How many tickets were resolved with an article."""
        query = select(func.count(TicketArticle.ticket_id.distinct())).where(
            TicketArticle.tenant_id == self._tenant_id,
            TicketArticle.kind == "resolved",
            TicketArticle.created_at >= since,
        )
        return await self._session.scalar(query) or 0

    async def suggest(self, ticket_id: UUID, found: list[tuple[UUID, int]]) -> None:
        """(Article, relevance) pairs instead of what was suggested before."""
        await self._session.execute(
            delete(TicketArticle).where(
                TicketArticle.ticket_id == ticket_id, TicketArticle.kind == "suggested"
            )
        )
        known = set(
            await self._session.scalars(
                select(Article.id).where(Article.id.in_([article_id for article_id, _ in found]))
            )
        )
        for article_id, relevance in found:
            if article_id in known:
                await self._put(ticket_id, article_id, ("suggested", relevance), "system")

    async def link(
        self, ticket: Ticket, article_id: UUID, *, actor: str, resolves: bool = False
    ) -> None:
        """`resolves`: this one helped; counted once for a ticket."""
        article = await self._session.get(Article, article_id)
        if article is None:
            raise NotFound("article", article_id)
        known = await self._session.scalar(
            select(TicketArticle.kind).where(
                TicketArticle.ticket_id == ticket.id, TicketArticle.article_id == article_id
            )
        )
        kind = "resolved" if resolves or known == "resolved" else "linked"
        if known == kind:
            return
        await self._put(ticket.id, article_id, (kind, None), actor)
        if kind == "resolved":
            await self._session.execute(
                update(Article)
                .where(Article.id == article_id)
                .values(helpful_count=Article.helpful_count + 1)
            )
        history = TicketHistory(self._session, self._tenant_id)
        told = ("article", known, f"{kind}: {article.title}")
        history.changed(ticket, told, actor=actor, why="", kind=f"ticket.article_{kind}")
        await self._session.flush()

    async def unlink(self, ticket: Ticket, article_id: UUID, *, actor: str) -> None:
        """Also takes back that it helped."""
        removed = await self._session.execute(
            delete(TicketArticle)
            .where(TicketArticle.ticket_id == ticket.id, TicketArticle.article_id == article_id)
            .returning(TicketArticle.kind)
        )
        kind = removed.scalar_one_or_none()
        if kind is None:
            raise NotFound("article on this ticket", article_id)
        if kind == "resolved":
            await self._session.execute(
                update(Article)
                .where(Article.id == article_id, Article.helpful_count > 0)
                .values(helpful_count=Article.helpful_count - 1)
            )
        history = TicketHistory(self._session, self._tenant_id)
        told = ("article", f"{kind}: {article_id}", None)
        history.changed(ticket, told, actor=actor, why="", kind="ticket.article_unlinked")
        await self._session.flush()

    async def _put(
        self, ticket_id: UUID, article_id: UUID, what: tuple[str, int | None], actor: str
    ) -> None:
        kind, relevance = what
        statement = insert(TicketArticle).values(
            id=new_id(),
            tenant_id=self._tenant_id,
            ticket_id=ticket_id,
            article_id=article_id,
            kind=kind,
            relevance=relevance or 0,
            created_by=actor,
            created_at=utc_now(),
        )
        if kind == "suggested":
            await self._session.execute(statement.on_conflict_do_nothing())
            return
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "ticket_id", "article_id"],
                set_={"kind": kind, "created_by": actor, "created_at": utc_now()},
            )
        )
