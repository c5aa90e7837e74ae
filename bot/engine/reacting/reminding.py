"""What comes due: snoozes, follow-ups, promises, windows that close; each is told once."""

from collections.abc import Mapping
from uuid import UUID

from bot import queue
from bot.engine.reacting.notifying import TELL
from bot.foundation.telemetry import log
from channels.channel import Channel
from domain.conversations.reaching.windows import ClosingWindows
from domain.database import Database
from domain.tenants import directory
from domain.tickets.working.ledger import PromiseLedger
from domain.tickets.working.waiting import Waiting
from domain.types import utc_now

REACT = "react"


class Reminders:
    def __init__(self, database: Database, channels: Mapping[str, Channel]) -> None:
        self._database = database
        able = {name: channel.capabilities.window for name, channel in channels.items()}
        self._windows = {name: window for name, window in able.items() if window}

    async def remind(self) -> None:
        """Every tenant by itself: trouble with one does not keep the others waiting."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
        for tenant in tenants:
            try:
                await self.remind_tenant(tenant.id)
            except Exception:
                log.exception("reminders.failed", tenant=tenant.slug)

    async def remind_tenant(self, tenant_id: UUID) -> int:
        """The number of notices."""
        now = utc_now()
        async with self._database.transaction(tenant_id) as session:
            told = await Waiting(session, tenant_id).come_due(now)
            told += await PromiseLedger(session, tenant_id).come_due(now)
            told += await ClosingWindows(session, tenant_id).come_due(self._windows, now)
            await session.flush()
            if told:
                await queue.put(session, TELL, lane=queue.STAFF_LANE, tenant_id=tenant_id)
            if session.info.pop("has_events", False):
                await queue.put(session, REACT, tenant_id=tenant_id)
        return told
