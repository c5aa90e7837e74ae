"""What the search index reads from the database, and the revision that tells it to look again."""

import time
from uuid import UUID

from bot.retrieval.passages import Changes, IndexedPassage
from domain.database import Database
from domain.knowledge import repository
from domain.knowledge.repository import StoredPassage

TRUSTED_SECONDS = 2.0


class KnowledgeSource:
    """A turn has read the tenant's revision already: noted here, it is not asked for again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[UUID, tuple[float, int]] = {}

    def note(self, tenant_id: UUID, revision: int) -> None:
        self._noted[tenant_id] = (time.monotonic() + TRUSTED_SECONDS, revision)

    async def revision(self, tenant_id: UUID) -> int:
        noted = self._noted.get(tenant_id)
        if noted and noted[0] > time.monotonic():
            return noted[1]
        async with self._database.transaction(tenant_id) as session:
            return await repository.revision(session, tenant_id)

    async def passages(self, tenant_id: UUID) -> tuple[IndexedPassage, ...]:
        async with self._database.transaction(tenant_id) as session:
            stored = await repository.passages(session)
        return tuple(_indexed(one) for one in stored)

    async def changed_since(self, tenant_id: UUID, revision: int) -> Changes:
        async with self._database.transaction(tenant_id) as session:
            changes = await repository.changed_since(session, tenant_id, revision)
        return Changes(
            revision=changes.revision,
            touched=changes.article_ids,
            passages=tuple(_indexed(one) for one in changes.passages),
        )


def _indexed(stored: StoredPassage) -> IndexedPassage:
    return IndexedPassage(
        article_id=stored.article_id,
        article_version=stored.article_version,
        external_id=stored.external_id,
        title=stored.title,
        text=stored.text,
        position=stored.position,
    )
