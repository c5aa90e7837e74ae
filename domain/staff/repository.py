"""Reads of staff members."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.staff.models import StaffMember


class StaffReader:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> list[StaffMember]:
        """Those who left as well: their names stay on what they wrote."""
        return list(await self._session.scalars(select(StaffMember).order_by(StaffMember.name)))
