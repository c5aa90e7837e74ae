"""Where staff work: a tenant's workspaces in staff channels, and deliveries taken once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.staff.models import StaffClaim, StaffWorkspace
from domain.types import new_id, utc_now

REAL = "slack"
SIMULATED = "slack-simulator"
"""Demo companies work in a Slack inside the process; its people are of a kind of their own."""
CLAIMS_KEPT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Joined:
    """A workspace that granted its token (sealed)."""

    kind: str
    team: str
    name: str
    bot_user: str
    token: bytes


class StaffWorkspaces:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def join(self, joined: Joined) -> UUID:
        """Adds the workspace, or takes its new token."""
        values = {
            "name": joined.name,
            "bot_user": joined.bot_user,
            "token": joined.token,
            "revoked_at": None,
            "updated_at": utc_now(),
        }
        statement = insert(StaffWorkspace).values(
            id=new_id(),
            tenant_id=self._tenant_id,
            kind=joined.kind,
            team=joined.team,
            created_at=utc_now(),
            **values,
        )
        kept = statement.on_conflict_do_update(
            index_elements=["tenant_id", "kind", "team"], set_=values
        ).returning(StaffWorkspace.id)
        return (await self._session.scalars(kept)).one()

    async def all(self) -> list[StaffWorkspace]:
        query = select(StaffWorkspace).where(
            StaffWorkspace.tenant_id == self._tenant_id, StaffWorkspace.revoked_at.is_(None)
        )
        return list(await self._session.scalars(query.order_by(StaffWorkspace.created_at)))

    async def find(self, kind: str, team: str) -> StaffWorkspace | None:
        query = select(StaffWorkspace).where(
            StaffWorkspace.tenant_id == self._tenant_id,
            StaffWorkspace.kind == kind,
            StaffWorkspace.team == team,
            StaffWorkspace.revoked_at.is_(None),
        )
        return (await self._session.scalars(query)).one_or_none()

    async def leave(self, workspace: StaffWorkspace, at: datetime) -> None:
        """Its token is worth nothing any more."""
        workspace.revoked_at = at
        workspace.token = b""
        await self._session.flush()


def team_kind(kind: str) -> str:
    """Under which the directory finds a workspace's companies."""
    return f"{kind}.team"


async def claim(session: AsyncSession, digest: bytes) -> bool:
    """Whether this delivery is the first of its key; in the transaction that keeps it."""
    statement = insert(StaffClaim).values(digest=digest, created_at=utc_now())
    taken = await session.execute(statement.on_conflict_do_nothing().returning(StaffClaim.digest))
    return taken.scalar_one_or_none() is not None


async def forget_old_claims(session: AsyncSession, now: datetime) -> None:
    await session.execute(delete(StaffClaim).where(StaffClaim.created_at < now - CLAIMS_KEPT))
