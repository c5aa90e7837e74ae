"""The knowledge bases of all tenants, searched in memory and kept at their revision.

PostgreSQL is the truth. A search asks for the tenant's revision, a cheap look-up; when it has
moved, what changed is indexed beside the base, so that an article just published is found at
once; when much has gathered beside it, the whole is rebuilt in the background.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

import structlog

from bot.model.embeddings import Embedder
from bot.model.turns import Evidence
from bot.retrieval import rebuilding
from bot.retrieval.passages import PassageIndex, PassageSource

MEMORY_LIMIT = 96 * 1024 * 1024
"""Bytes of all tenants' indexes together; the one in use stays even if it is larger."""
QUICK = 500
"""Passages up to which a search takes a few milliseconds, and stays on the event loop."""
STALE_LEAST = 500
STALE_SHARE = 0.2
"""A rebuild is due when this share of the index, and at least so many passages, is not base."""

_ATTEMPTS = 2
"""A load that was under way may have been for an older revision."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Held:
    revision: int
    index: PassageIndex


class Library:
    """A `Searcher`. One per process; `close` ends the rebuilds that are under way."""

    def __init__(
        self, source: PassageSource, embedder: Embedder, *, memory_limit: int = MEMORY_LIMIT
    ) -> None:
        self._source = source
        self._embedder = embedder
        self._memory_limit = memory_limit
        self._held: OrderedDict[UUID, Held] = OrderedDict()
        self._loading: dict[UUID, asyncio.Task[Held]] = {}
        self._rebuilding: dict[UUID, asyncio.Task[None]] = {}

    async def search(self, tenant_id: UUID, query: str, limit: int = 5) -> Evidence:
        held = await self.current(tenant_id)
        if len(held.index) <= QUICK:
            return held.index.search(query, limit)
        return await asyncio.to_thread(held.index.search, query, limit)

    async def current(self, tenant_id: UUID) -> Held:
        """The tenant's index at its present revision; an older one while very much is read in."""
        revision = await self._source.revision(tenant_id)
        held = self._held.get(tenant_id)
        for _ in range(_ATTEMPTS):
            if held is not None and held.revision >= revision:
                break
            held = await self._single_flight(tenant_id, revision)
        assert held is not None
        if tenant_id in self._held:
            self._held.move_to_end(tenant_id)
        return held

    @property
    def rebuilds(self) -> tuple[asyncio.Task[None], ...]:
        """Those under way."""
        return tuple(self._rebuilding.values())

    async def close(self) -> None:
        tasks = [*self._loading.values(), *self._rebuilding.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _single_flight(self, tenant_id: UUID, revision: int) -> Held:
        """Who asks meanwhile waits for the same load; it outlives a caller that gives up."""
        task = self._loading.get(tenant_id)
        if task is None:
            task = asyncio.create_task(self._load(tenant_id, revision))
            self._loading[tenant_id] = task
            task.add_done_callback(lambda _: self._loading.pop(tenant_id))
        return await asyncio.shield(task)

    async def _load(self, tenant_id: UUID, revision: int) -> Held:
        held = self._held.get(tenant_id)
        if held is None:
            return self._hold(tenant_id, await self._read(tenant_id, revision))
        changes = await self._source.changed_since(tenant_id, held.revision)
        if changes is not None and len(changes.passages) < rebuilding.APART_FROM:
            index = await asyncio.to_thread(held.index.changed, changes.touched, changes.passages)
            held = self._hold(tenant_id, Held(max(changes.revision, revision), index))
            if _is_scattered(index):
                self._rebuild(tenant_id)
            return held
        if len(held.index) < rebuilding.APART_FROM and changes is None:
            return self._hold(tenant_id, await self._read(tenant_id, revision))
        self._rebuild(tenant_id)
        return held

    async def _read(self, tenant_id: UUID, revision: int) -> Held:
        passages = await self._source.passages(tenant_id)
        await asyncio.to_thread(self._embedder.whole_words)  # loads the model off the loop
        index = await rebuilding.build(passages, self._embedder)
        return Held(revision, PassageIndex(index))

    def _rebuild(self, tenant_id: UUID) -> None:
        if tenant_id in self._rebuilding:
            return
        task = asyncio.create_task(self._read_afresh(tenant_id))
        self._rebuilding[tenant_id] = task
        task.add_done_callback(lambda _: self._rebuilding.pop(tenant_id))

    async def _read_afresh(self, tenant_id: UUID) -> None:
        """Changes made meanwhile are seen by the next search, which starts at this revision."""
        try:
            revision = await self._source.revision(tenant_id)
            self._hold(tenant_id, await self._read(tenant_id, revision))
        except Exception:
            log.exception("retrieval.rebuild_failed", tenant_id=str(tenant_id))

    def _hold(self, tenant_id: UUID, held: Held) -> Held:
        """Lets go of the tenants searched longest ago until the rest fits the memory."""
        self._held[tenant_id] = held
        self._held.move_to_end(tenant_id)
        used = sum(other.index.nbytes for other in self._held.values())
        while used > self._memory_limit and len(self._held) > 1:
            _, oldest = self._held.popitem(last=False)
            used -= oldest.index.nbytes
        return held


def _is_scattered(index: PassageIndex) -> bool:
    return index.stale > max(STALE_LEAST, int(STALE_SHARE * len(index)))
