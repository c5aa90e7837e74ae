"""What the days bring to contracts: renewals are offered, terms end; each once, staff are told."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.foundation.telemetry import log
from domain.catalogue.product import Catalogue
from domain.catalogue.service import load
from domain.contracts.calendar import today
from domain.contracts.making import Making
from domain.contracts.renewing import BATCH, CLOCK, CameDue, come_due
from domain.database import Database
from domain.errors import Refused
from domain.tenants import directory

REACT = "react"


class Renewals:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def pass_day(self, now: datetime) -> None:
        """Every tenant by itself: trouble with one does not keep the others waiting."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
        for tenant in tenants:
            try:
                while await self.pass_day_of(tenant.id, now) == BATCH:
                    pass
            except Exception:
                log.exception("renewals.failed", tenant=tenant.slug)

    async def pass_day_of(self, tenant_id: UUID, now: datetime) -> int:
        """How many contracts were moved: with their renewal quotes, in one transaction."""
        async with self._database.transaction(tenant_id) as session:
            day = await today(session, tenant_id, now)
            came = await come_due(session, tenant_id, day)
            offered = [one for one in came if one.what == "renewal_due"]
            catalogue = await load(session, tenant_id) if offered else None
            for one in offered:
                if catalogue is not None:
                    await _offer(session, tenant_id, one, catalogue, day)
            if session.info.pop("has_events", False):
                await queue.put(session, REACT, tenant_id=tenant_id)
        return len(came)


async def _offer(
    session: AsyncSession, tenant_id: UUID, one: CameDue, catalogue: Catalogue, day: date
) -> None:
    try:
        async with session.begin_nested():
            making = Making(session, tenant_id)
            await making.to_quote(one.contract_id, catalogue, day, actor=CLOCK)
    except Refused as error:  # staff are told of the renewal anyway, and write its quote
        log.info("renewals.no_quote", contract=one.number, reason=str(error))
