"""Teams of staff, to which tickets can be assigned."""

from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, NotFound, Refused
from domain.staff.models import StaffMember
from domain.tickets.models import Team, TeamMember
from domain.types import new_id, utc_now

LONGEST_NAME = 60


class Teams:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self) -> list[Team]:
        query = select(Team).where(Team.tenant_id == self._tenant_id)
        return list(await self._session.scalars(query.order_by(Team.name)))

    async def get(self, team_id: UUID) -> Team:
        team = await self._session.get(Team, team_id)
        if team is None:
            raise NotFound("team", team_id)
        return team

    async def named(self, name: str) -> Team:
        query = select(Team).where(
            Team.tenant_id == self._tenant_id, func.lower(Team.name) == name.strip().lower()
        )
        team = (await self._session.scalars(query.limit(1))).one_or_none()
        if team is None:
            raise NotFound("team", name)
        return team

    async def add(self, name: str) -> Team:
        """Raises Conflict for a known name."""
        words = " ".join(name.split())
        if not words or len(words) > LONGEST_NAME:
            raise Refused(f"A team's name has 1 to {LONGEST_NAME} characters.")
        if any(team.name.lower() == words.lower() for team in await self.all()):
            raise Conflict(f"There is a team “{words}” already.")
        team = Team(id=new_id(), tenant_id=self._tenant_id, name=words)
        self._session.add(team)
        await self._session.flush()
        return team

    async def remove(self, team_id: UUID) -> None:
        """Its tickets are nobody's team's then."""
        await self._session.delete(await self.get(team_id))
        await self._session.flush()

    async def members(self, team_ids: list[UUID]) -> dict[UUID, list[StaffMember]]:
        """Of those still with the company, by name."""
        query = (
            select(TeamMember.team_id, StaffMember)
            .join(StaffMember, StaffMember.id == TeamMember.staff_id)
            .where(TeamMember.team_id.in_(team_ids), StaffMember.deactivated_at.is_(None))
            .order_by(StaffMember.name)
        )
        found: dict[UUID, list[StaffMember]] = {team_id: [] for team_id in team_ids}
        for team_id, member in await self._session.execute(query):
            found[team_id].append(member)
        return found

    async def join(self, team_id: UUID, staff_id: UUID) -> None:
        statement = insert(TeamMember).values(
            id=new_id(),
            tenant_id=self._tenant_id,
            team_id=team_id,
            staff_id=staff_id,
            created_at=utc_now(),
        )
        await self._session.execute(statement.on_conflict_do_nothing())

    async def leave(self, team_id: UUID, staff_id: UUID) -> None:
        await self._session.execute(
            delete(TeamMember).where(TeamMember.team_id == team_id, TeamMember.staff_id == staff_id)
        )
