"""The `sla` job: fires what is due for every tenant, a batch to a transaction."""

from datetime import datetime
from uuid import UUID

from bot import queue
from bot.foundation.telemetry import log
from domain.database import Database
from domain.sla.firing import BATCH, Watch
from domain.tenants import directory

REACT = "react"


class ServiceLevels:
    """Safe to run twice at once or to be cut short: what was not committed is still due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def watch(self, now: datetime) -> None:
        """Every tenant by itself: trouble with one does not keep the others waiting."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
        for tenant in tenants:
            try:
                await self.watch_tenant(tenant.id, now)
            except Exception:
                log.exception("sla.failed", tenant=tenant.slug)

    async def watch_tenant(self, tenant_id: UUID, now: datetime, batch: int = BATCH) -> int:
        """The number of clocks looked at."""
        async with self._database.transaction(tenant_id) as session:
            await Watch(session, tenant_id).notice_answers(now, batch)
        async with self._database.transaction(tenant_id) as session:
            while await Watch(session, tenant_id).note_answers(batch) == batch:
                pass
        looked_at = 0
        while found := await self._fire(tenant_id, now, batch):
            looked_at += found
        return looked_at

    async def _fire(self, tenant_id: UUID, now: datetime, batch: int) -> int:
        async with self._database.transaction(tenant_id) as session:
            found = await Watch(session, tenant_id).fire(now, batch)
            if session.info.pop("has_events", False):
                await queue.put(session, REACT, tenant_id=tenant_id)
        return found
