"""Which day it is where the company lives: contracts run by days."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.tenants.service import Tenants
from domain.tickets.working.clock import zone
from domain.types import utc_now


async def today(session: AsyncSession, tenant_id: UUID, now: datetime | None = None) -> date:
    """`now`: another moment than this one."""
    settings = await Tenants(session, tenant_id).settings()
    return (now or utc_now()).astimezone(zone(settings.time_zone)).date()
