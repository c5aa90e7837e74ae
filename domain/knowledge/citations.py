"""The words that an answer rested on, as they were when it was given."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from domain.knowledge.models import ArticleVersion, Passage


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage of a version of an article."""

    article_id: UUID
    version: int
    position: int


async def cited_texts(session: AsyncSession, citations: Iterable[Citation]) -> dict[Citation, str]:
    """The passage; once the article has changed, the whole text of the version that was cited."""
    wanted = frozenset(citations)
    if not wanted:
        return {}
    keys = [(c.article_id, c.version, c.position) for c in wanted]
    rows = await session.execute(
        select(Passage.article_id, Passage.version, Passage.position, Passage.text).where(
            tuple_(Passage.article_id, Passage.version, Passage.position).in_(keys)
        )
    )
    found = {
        Citation(article_id, version, position): text
        for article_id, version, position, text in rows
    }
    missing = wanted - found.keys()
    return found | (await _old_versions(session, missing) if missing else {})


async def _old_versions(
    session: AsyncSession, citations: frozenset[Citation]
) -> dict[Citation, str]:
    rows = await session.execute(
        select(ArticleVersion.article_id, ArticleVersion.version, ArticleVersion.text).where(
            tuple_(ArticleVersion.article_id, ArticleVersion.version).in_(
                [(c.article_id, c.version) for c in citations]
            )
        )
    )
    texts = {(article_id, version): text for article_id, version, text in rows}
    return {
        c: texts[c.article_id, c.version] for c in citations if (c.article_id, c.version) in texts
    }
