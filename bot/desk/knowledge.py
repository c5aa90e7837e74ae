"""The knowledge base as staff and operators handle it."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from bot.retrieval.library import Library
from domain.database import Database
from domain.knowledge.documents import Document, Unreadable, read
from domain.knowledge.service import Articles, ArticleText

BATCH = 200


@dataclass(frozen=True, slots=True)
class ImportReport:
    added: int
    changed: int
    unchanged: int
    unreadable: tuple[str, ...]

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


async def import_paths(
    database: Database, tenant_id: UUID, paths: Sequence[Path], *, draft: bool
) -> ImportReport:
    """What cannot be read is told by file, line and reason; the rest is imported."""
    texts: list[ArticleText] = []
    unreadable: list[str] = []
    for path in paths:
        if not path.exists():
            unreadable.append(f"{path}: there is no such file.")
            continue
        for found in await asyncio.to_thread(_read_all, path):
            if isinstance(found, Unreadable):
                unreadable.append(_told(path, found))
            else:
                texts.append(_text(found))
    added = changed = unchanged = 0
    for start in range(0, len(texts), BATCH):
        async with database.transaction(tenant_id) as session:
            imported = await Articles(session, tenant_id).import_all(
                texts[start : start + BATCH],
                author="command",
                status="draft" if draft else "published",
            )
        added += imported.added
        changed += imported.changed
        unchanged += imported.unchanged
    return ImportReport(added, changed, unchanged, tuple(unreadable))


async def search(library: Library, tenant_id: UUID, query: str, limit: int) -> list[dict[str, Any]]:
    evidence = await library.search(tenant_id, query, limit)
    return [
        {
            "score": round(source.score, 3),
            "title": source.title,
            "article_id": str(source.article_id),
            "passage": source.text,
        }
        for source in evidence.sources
    ]


def _read_all(path: Path) -> list[Document | Unreadable]:
    return list(read(path))


def _text(document: Document) -> ArticleText:
    return ArticleText(
        title=document.title,
        text=document.text,
        category=document.category,
        tags=tuple(document.tags),
        source=document.source,
        external_id=document.external_id,
    )


def _told(path: Path, unreadable: Unreadable) -> str:
    return f"{path}, line {unreadable.line}: {unreadable.reason}"
