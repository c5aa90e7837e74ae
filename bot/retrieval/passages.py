"""Passages of published articles: what the knowledge base is searched by, and who gives them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from bot.model.embeddings import Embedder
from bot.model.turns import Evidence, Source
from bot.retrieval.answerability import RIVALS, answerability
from bot.retrieval.index import Index, Ranked


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    article_id: UUID
    article_version: int
    external_id: str
    title: str
    text: str
    position: int
    """The passage's number within its article, from 0."""

    @property
    def owner(self) -> UUID:
        return self.article_id


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a tenant's articles since a revision.

    `touched`: every article published, edited, archived or deleted since; `passages`: what is
    published of those now. Applying the same changes twice does no harm.
    """

    revision: int
    touched: frozenset[UUID]
    passages: tuple[IndexedPassage, ...]


class PassageSource(Protocol):
    """The truth. Passages of one article follow each other, in order of position.

    The revision grows with every change of what is published. Passages may be newer than a
    revision read before them, never older.
    """

    async def revision(self, tenant_id: UUID) -> int: ...

    async def passages(self, tenant_id: UUID) -> Sequence[IndexedPassage]: ...

    async def changed_since(self, tenant_id: UUID, revision: int) -> Changes | None:
        """None when that is no longer known, or is too much: then everything is read again."""
        ...


class PassageIndex:
    """Ranks passages; an article counts by its best one. Immutable, safe between threads."""

    def __init__(self, index: Index[IndexedPassage]) -> None:
        self.index = index

    @classmethod
    def build(cls, passages: Sequence[IndexedPassage], embedder: Embedder) -> "PassageIndex":
        return cls(Index.build(passages, embedder))

    def __len__(self) -> int:
        return len(self.index)

    @property
    def stale(self) -> int:
        return self.index.stale

    @property
    def nbytes(self) -> int:
        return self.index.nbytes

    def changed(
        self, touched: Iterable[UUID], passages: Sequence[IndexedPassage]
    ) -> "PassageIndex":
        return PassageIndex(self.index.changed(touched, passages))

    def search(self, query: str, limit: int = 5, *, per_article: int = 1) -> Evidence:
        """At most `per_article` passages of one article."""
        scores = self.index.scores(query)
        if scores is None:
            return Evidence(())
        rivals = self.index.ranked(scores, max(limit, RIVALS + 1))
        best = rivals[:limit]
        if per_article > 1:
            best = self.index.ranked(scores, limit, per_article)
        likely = answerability(self.index, scores, rivals)
        return Evidence(tuple(map(_source, best)), likely)

    def documents(self, query: str, limit: int = 10) -> list[str]:
        """External ids of the best articles, for `evaluation.ranking`."""
        return [ranked.entry.external_id for ranked in self.index.search(query, limit)]


def _source(ranked: Ranked[IndexedPassage]) -> Source:
    passage = ranked.entry
    return Source(
        passage.article_id,
        passage.article_version,
        passage.title,
        passage.text,
        ranked.score,
        passage.position,
    )
