"""Who else is at a ticket or conversation just now, so that two do not answer it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.staff.models import StaffMember
from domain.tickets.models import StaffPresence
from domain.types import new_id

WITHIN = timedelta(minutes=2)
ACTIVITIES = ("viewing", "typing")


@dataclass(frozen=True, slots=True)
class Present:
    staff_id: UUID
    name: str
    activity: str
    at: datetime


class Presences:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def note(self, subject_id: UUID, staff_id: UUID, activity: str, now: datetime) -> None:
        """A look does not undo that somebody is typing."""
        statement = insert(StaffPresence).values(
            id=new_id(),
            tenant_id=self._tenant_id,
            subject_id=subject_id,
            staff_id=staff_id,
            activity=activity,
            at=now,
            created_at=now,
        )
        is_typing = (StaffPresence.activity == "typing") & (StaffPresence.at > now - WITHIN)
        kept = case((is_typing, "typing"), else_=statement.excluded.activity)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "subject_id", "staff_id"],
                set_={"activity": kept, "at": now},
            )
        )

    async def others(
        self, subject_ids: list[UUID], staff_id: UUID | None, now: datetime
    ) -> list[Present]:
        """In the last two minutes, the latest first."""
        query = (
            select(StaffPresence, StaffMember.name)
            .join(StaffMember, StaffMember.id == StaffPresence.staff_id)
            .where(
                StaffPresence.tenant_id == self._tenant_id,
                StaffPresence.subject_id.in_(subject_ids),
                StaffPresence.at > now - WITHIN,
            )
            .order_by(StaffPresence.at.desc())
        )
        if staff_id is not None:
            query = query.where(StaffPresence.staff_id != staff_id)
        found: dict[UUID, Present] = {}
        for row, name in await self._session.execute(query):
            found.setdefault(row.staff_id, Present(row.staff_id, name, row.activity, row.at))
        return list(found.values())
