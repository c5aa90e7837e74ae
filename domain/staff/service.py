"""Staff members: who somebody is, and the questions they must answer before a large act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.service import normalised
from domain.errors import Conflict, NotFound, Refused
from domain.following import Since
from domain.staff.models import StaffIdentity, StaffMember, StaffQuestion
from domain.types import new_id, utc_now

EMAIL = "email"
PATIENCE = timedelta(minutes=15)
ROLES = ("admin", "staff", "readonly")


class TooLate(Conflict):
    def __init__(self) -> None:
        super().__init__("That question was answered or has expired: give the command again.")


@dataclass(frozen=True, slots=True)
class Answered:
    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewMember:
    email: str
    name: str = ""
    role: str = "staff"


class StaffMembers:
    """Of those still with the company; names of who left are read by StaffReader."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def changed(self, since: Since) -> list[StaffMember]:
        """Those who left too."""
        query = select(StaffMember).where(StaffMember.tenant_id == self._tenant_id)
        query = since.of(query, StaffMember.updated_at, StaffMember.id)
        return list(await self._session.scalars(query))

    async def all(self) -> list[StaffMember]:
        query = select(StaffMember).where(
            StaffMember.tenant_id == self._tenant_id, StaffMember.deactivated_at.is_(None)
        )
        return list(await self._session.scalars(query.order_by(StaffMember.name)))

    async def get(self, staff_id: UUID) -> StaffMember:
        member = await self._session.get(StaffMember, staff_id)
        if member is None or member.tenant_id != self._tenant_id or member.deactivated_at:
            raise NotFound("staff member", staff_id)
        return member

    async def add(self, newcomer: NewMember) -> StaffMember:
        """Raises Conflict for a known address; one who left comes back under it."""
        email = normalised(EMAIL, newcomer.email)
        query = select(StaffMember).where(
            StaffMember.tenant_id == self._tenant_id,
            StaffMember.email.ilike(_literally(email), escape="\\"),
        )
        member = (await self._session.scalars(query.limit(1))).one_or_none()
        if member is None:
            member = StaffMember(id=new_id(), tenant_id=self._tenant_id, email=email)
            self._session.add(member)
        elif member.deactivated_at is None:
            raise Conflict(f"{email} is a member of staff already.")
        member.name, member.role = newcomer.name.strip() or email, _role(newcomer.role)
        member.deactivated_at = None
        await self._session.flush()
        return member

    async def change(self, staff_id: UUID, changes: Mapping[str, Any]) -> StaffMember:
        """`name`, `role`, `approval_limit`, `sees_margins`. The last admin stays one."""
        member = await self.get(staff_id)
        if "role" in changes and member.role == "admin" and changes["role"] != "admin":
            await self._require_another_admin(member)
        for name in ("name", "approval_limit", "sees_margins"):
            if name in changes:
                setattr(member, name, changes[name])
        if "role" in changes:
            member.role = _role(changes["role"])
        await self._session.flush()
        return member

    async def remove(self, staff_id: UUID, at: datetime) -> StaffMember:
        """They may do nothing more; their name stays on what they wrote."""
        member = await self.get(staff_id)
        if member.role == "admin":
            await self._require_another_admin(member)
        member.deactivated_at = at
        await self._session.execute(
            delete(StaffIdentity).where(StaffIdentity.staff_id == member.id)
        )
        return member

    async def _require_another_admin(self, member: StaffMember) -> None:
        others = [m for m in await self.all() if m.role == "admin" and m.id != member.id]
        if not others:
            raise Refused(f"{member.name} is the only admin: make somebody else one first.")

    async def identities(self, kind: str, staff_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
        """What a staff channel calls these members."""
        query = select(StaffIdentity.staff_id, StaffIdentity.value).where(
            StaffIdentity.tenant_id == self._tenant_id,
            StaffIdentity.kind == kind,
            StaffIdentity.staff_id.in_(list(staff_ids)),
        )
        known: dict[UUID, list[str]] = {}
        for staff_id, value in await self._session.execute(query):
            known.setdefault(staff_id, []).append(value)
        return known

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
        question = await self._open(question_id, staff_id, now)
        question.answered_at = now
        await self._session.flush()
        return Answered(question.kind, dict(question.payload))

    async def asked(self, question_id: UUID, staff_id: UUID, now: datetime) -> Answered:
        """What was asked, for the one who was; it can still be answered. Raises TooLate."""
        question = await self._open(question_id, staff_id, now)
        return Answered(question.kind, dict(question.payload))

    async def _open(self, question_id: UUID, staff_id: UUID, now: datetime) -> StaffQuestion:
        question = await self._session.get(StaffQuestion, question_id, with_for_update=True)
        if (
            question is None
            or question.staff_id != staff_id
            or question.answered_at is not None
            or question.expires_at < now
        ):
            raise TooLate
        return question


def _role(role: str) -> str:
    if role not in ROLES:
        raise Refused(f"A role is one of {', '.join(ROLES)}.")
    return role


def _literally(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
