"""Reads passages for an index: all of them, or what changed since a revision."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.knowledge.models import Article, Passage
from domain.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class StoredPassage:
    article_id: UUID
    article_version: int
    external_id: str
    title: str
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class PassageChanges:
    """Articles touched after a revision, and the passages those that are published have now."""

    revision: int
    article_ids: frozenset[UUID]
    passages: tuple[StoredPassage, ...]


async def revision(session: AsyncSession, tenant_id: UUID) -> int:
    found = await session.scalar(select(Tenant.knowledge_revision).where(Tenant.id == tenant_id))
    return found or 0


async def passages(session: AsyncSession) -> tuple[StoredPassage, ...]:
    return await _load(session, None)


async def changed_since(session: AsyncSession, tenant_id: UUID, since: int) -> PassageChanges:
    now = await revision(session, tenant_id)
    touched = frozenset(await session.scalars(select(Article.id).where(Article.revision > since)))
    return PassageChanges(now, touched, await _load(session, touched) if touched else ())


async def _load(
    session: AsyncSession, article_ids: frozenset[UUID] | None
) -> tuple[StoredPassage, ...]:
    query = (
        select(
            Passage.article_id,
            Passage.version,
            Article.external_id,
            Article.title,
            Passage.text,
            Passage.position,
        )
        .join(Article, Article.id == Passage.article_id)
        .order_by(Passage.article_id, Passage.position)
    )
    if article_ids is not None:
        query = query.where(Passage.article_id.in_(article_ids))
    rows = await session.execute(query)
    return tuple(
        StoredPassage(article_id, version, external_id or "", title, text, position)
        for article_id, version, external_id, title, text, position in rows
    )
