"""What staff should know: kept once each, told in groups, to one member or to the room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.staff.models import StaffNotice, StaffWorkspace
from domain.types import new_id, utc_now

KINDS = (
    "hand-offs",
    "failures",
    "approvals",
    "mailboxes",
    "unanswered",
    "sla",
    "reminders",
    "rules",
    "contracts",
    "quotes",
    "catalogue",
)
MOST = 500


@dataclass(frozen=True, slots=True)
class NewNotice:
    """`about`: names the matter, so that it is told once. `staff_id`: whom; None: the room."""

    kind: str
    about: str
    text: str
    command: str = ""
    staff_id: UUID | None = None


class Notices:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, notice: NewNotice) -> bool:
        """Whether it is news; the caller queues the telling."""
        statement = insert(StaffNotice).values(
            id=new_id(),
            tenant_id=self._tenant_id,
            kind=notice.kind,
            about=notice.about,
            text=notice.text,
            command=notice.command,
            staff_id=notice.staff_id,
            created_at=utc_now(),
        )
        added = await self._session.execute(
            statement.on_conflict_do_nothing().returning(StaffNotice.id)
        )
        return added.scalar_one_or_none() is not None

    async def untold(self) -> list[StaffNotice]:
        query = (
            select(StaffNotice)
            .where(StaffNotice.tenant_id == self._tenant_id, StaffNotice.told_at.is_(None))
            .order_by(StaffNotice.created_at, StaffNotice.id)
            .limit(MOST)
        )
        return list(await self._session.scalars(query))

    async def are_overdue(self, before: datetime) -> bool:
        """Whether some have waited since then, of a tenant that can be told at all."""
        query = select(StaffNotice.id).where(
            StaffNotice.tenant_id == self._tenant_id,
            StaffNotice.told_at.is_(None),
            StaffNotice.created_at < before,
            exists().where(
                StaffWorkspace.tenant_id == self._tenant_id, StaffWorkspace.revoked_at.is_(None)
            ),
        )
        return await self._session.scalar(query.limit(1)) is not None

    async def take(self, ids: Sequence[UUID], at: datetime) -> set[UUID]:
        """Marks them as told; those that no other job took before."""
        taken = await self._session.scalars(
            update(StaffNotice)
            .where(StaffNotice.id.in_(ids), StaffNotice.told_at.is_(None))
            .values(told_at=at)
            .returning(StaffNotice.id)
        )
        return set(taken)

    async def give_back(self, ids: Sequence[UUID]) -> None:
        """They could not be told yet."""
        await self._session.execute(
            update(StaffNotice).where(StaffNotice.id.in_(ids)).values(told_at=None)
        )

    async def forget_old(self, before: datetime) -> None:
        await self._session.execute(
            delete(StaffNotice).where(
                StaffNotice.tenant_id == self._tenant_id, StaffNotice.told_at < before
            )
        )
