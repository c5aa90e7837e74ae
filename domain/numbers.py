"""Gap-free numbers per tenant: QT-20261123-0001, TKT-202611-00001."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.tickets.models import NumberSeries
from domain.types import new_id

FORMATS = {"TKT": ("%Y%m", 5), "QT": ("%Y%m%d", 4), "CT": ("%Y%m%d", 4)}


async def next_number(session: AsyncSession, tenant_id: UUID, series: str, now: datetime) -> str:
    """Taken under a row lock until the transaction ends, so a rollback leaves no gap."""
    period_format, width = FORMATS[series]
    period = now.strftime(period_format)
    statement = (
        insert(NumberSeries)
        .values(id=new_id(), tenant_id=tenant_id, series=series, period=period, last=1)
        .on_conflict_do_update(
            index_elements=["tenant_id", "series", "period"],
            set_={"last": NumberSeries.last + 1},
        )
        .returning(NumberSeries.last)
    )
    number = (await session.execute(statement)).scalar_one()
    return f"{series}-{period}-{number:0{width}d}"
