"""What comes with time: questions about how it went, people who are waited for, hand-backs."""

from datetime import datetime
from uuid import UUID

from bot.engine.accounts import Accounts
from bot.engine.manners.idling import Idling
from bot.engine.manners.surveying import Surveyor
from bot.foundation.telemetry import log
from domain.database import Database
from domain.tenants import directory
from domain.types import utc_now


class MannersTimer:
    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._surveyor = Surveyor(database, accounts)
        self._idling = Idling(database)

    async def pass_time(self) -> None:
        """Every tenant by itself: trouble with one does not keep the others waiting."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
        for tenant in tenants:
            try:
                await self.pass_tenants_time(tenant.id, utc_now())
            except Exception:
                log.exception("manners.failed", tenant=tenant.slug)

    async def pass_tenants_time(self, tenant_id: UUID, now: datetime) -> None:
        await self._surveyor.ask(tenant_id, now)
        await self._idling.look(tenant_id, now)
