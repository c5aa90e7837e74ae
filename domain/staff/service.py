"""Staff members: who somebody is, and the questions they must answer before a large act."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, NotFound, Refused
from domain.staff.models import StaffIdentity, StaffMember, StaffQuestion
from domain.types import new_id, utc_now

EMAIL = "email"
PATIENCE = timedelta(minutes=15)


class TooLate(Conflict):
    def __init__(self) -> None:
        super().__init__("That question was answered or has expired: give the command again.")


@dataclass(frozen=True, slots=True)
class Answered:
    kind: str
    payload: dict[str, Any]


class StaffMembers:
    """Of those still with the company; names of who left are read by StaffReader."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self) -> list[StaffMember]:
        query = select(StaffMember).where(
            StaffMember.tenant_id == self._tenant_id, StaffMember.deactivated_at.is_(None)
        )
        return list(await self._session.scalars(query.order_by(StaffMember.name)))

    async def known_as(self, kind: str, value: str) -> StaffMember | None:
        """By mail address (kind `email`), or by what a staff channel calls them."""
        query = select(StaffMember).where(
            StaffMember.tenant_id == self._tenant_id, StaffMember.deactivated_at.is_(None)
        )
        if kind == EMAIL:
            query = query.where(StaffMember.email.ilike(_literally(value.strip()), escape="\\"))
        else:
            linked = select(StaffIdentity.staff_id).where(
                StaffIdentity.tenant_id == self._tenant_id,
                StaffIdentity.kind == kind,
                StaffIdentity.value == value,
            )
            query = query.where(StaffMember.id.in_(linked))
        return (await self._session.scalars(query.limit(1))).one_or_none()

    async def link(self, staff_id: UUID, kind: str, value: str) -> None:
        """From now on that name of a staff channel is this member."""
        member = await self._session.get(StaffMember, staff_id)
        if member is None or member.tenant_id != self._tenant_id:
            raise NotFound("staff member", staff_id)
        statement = insert(StaffIdentity).values(
            id=new_id(), tenant_id=self._tenant_id, staff_id=staff_id, kind=kind, value=value
        )
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "kind", "value"], set_={"staff_id": staff_id}
            )
        )

    async def meant(self, words: str) -> StaffMember:
        """The one member of that mail address or (part of a) name. Raises NotFound or Refused."""
        wanted = words.strip().lstrip("@")
        if not wanted:
            raise Refused("Say who: a name or a mail address.")
        pattern = _literally(wanted)
        query = select(StaffMember).where(
            StaffMember.tenant_id == self._tenant_id,
            StaffMember.deactivated_at.is_(None),
            or_(
                StaffMember.email.ilike(pattern, escape="\\"),
                StaffMember.name.ilike(f"%{pattern}%", escape="\\"),
            ),
        )
        found = list(await self._session.scalars(query.order_by(StaffMember.name).limit(5)))
        exact = [m for m in found if wanted.lower() in (m.name.lower(), m.email.lower())]
        if len(exact) == 1:
            return exact[0]
        if not found:
            raise NotFound("staff member", wanted)
        if len(found) > 1:
            names = ", ".join(member.name for member in found)
            raise Refused(f"“{wanted}” may be {names}: say which.")
        return found[0]

    # --- questions ---

    async def ask(self, staff_id: UUID, kind: str, payload: dict[str, Any]) -> UUID:
        """Keeps what was shown until it is answered; the old ones are cleared away."""
        now = utc_now()
        await self._session.execute(
            delete(StaffQuestion).where(
                StaffQuestion.tenant_id == self._tenant_id,
                StaffQuestion.expires_at < now - PATIENCE,
            )
        )
        question = StaffQuestion(
            id=new_id(),
            tenant_id=self._tenant_id,
            staff_id=staff_id,
            kind=kind,
            payload=payload,
            expires_at=now + PATIENCE,
        )
        self._session.add(question)
        await self._session.flush()
        return question.id

    async def answer(self, question_id: UUID, staff_id: UUID, now: datetime) -> Answered:
        """Once, by the one who was asked. Raises TooLate."""
        question = await self._session.get(StaffQuestion, question_id, with_for_update=True)
        if (
            question is None
            or question.staff_id != staff_id
            or question.answered_at is not None
            or question.expires_at < now
        ):
            raise TooLate
        question.answered_at = now
        await self._session.flush()
        return Answered(question.kind, dict(question.payload))


def _literally(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
