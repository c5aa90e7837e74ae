"""The workspaces in which staff work: their tokens, whose they are, how they are connected."""

import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx
from pydantic import SecretStr

from bot.desk.doctor import Finding
from bot.foundation.security import Vault
from channels.messages import ChannelError, Permanent
from channels.slack.app import Authorized
from channels.slack.desk import Slack
from channels.slack.installation import Installation
from channels.slack.outbound import Workspace
from channels.slack.reading import text
from domain.audit.service import note as audit
from domain.database import Database
from domain.errors import NotConfigured
from domain.staff.models import StaffWorkspace
from domain.staff.rooms import REAL, SIMULATED, Joined, StaffWorkspaces, team_kind
from domain.tenants import directory
from domain.tenants.service import Tenants
from domain.types import utc_now

REMEMBERED_SECONDS = 5.0


class NotConnected(NotConfigured):
    def __init__(self, company: str = "This company") -> None:
        super().__init__(
            f"{company} is not connected to that Slack workspace: `frontdesk slack connect`."
        )


@dataclass(frozen=True, slots=True)
class Side:
    """Slack itself, or the simulated one: `kind` keeps their workspaces and people apart."""

    kind: str
    slack: Slack


class Workspaces:
    """Nothing is shared between workspaces: the token is looked up and opened for each use."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        slacks: Mapping[str, Slack],
        client: httpx.AsyncClient,
    ) -> None:
        """`slacks`: by kind."""
        self._database = database
        self._vault = vault
        self._slacks = slacks
        self.client = client
        self._authorized: dict[tuple[str, str], tuple[float, Authorized]] = {}

    async def tenants(self, kind: str, team: str) -> tuple[UUID, ...]:
        """Those whose staff work in the workspace."""
        async with self._database.directory() as session:
            found = await directory.find(session, team_kind(kind), self._team(kind, team))
        return tuple(one.tenant_id for one in found)

    async def has_any(self, kind: str) -> bool:
        """Whether any company is connected."""
        async with self._database.directory() as session:
            return await directory.has_any(session, team_kind(kind))

    async def authorize(self, kind: str, team: str) -> Authorized | None:
        """Remembered for a few seconds: every delivery asks before it is acknowledged."""
        known = self._authorized.get((kind, team))
        if known is not None and known[0] > time.monotonic():
            return known[1]
        found = None
        for tenant_id in await self.tenants(kind, team):
            row = await self._row(tenant_id, kind, team)
            if row is not None:
                found = Authorized(self._token(row), row.bot_user)
                self._authorized[kind, team] = (time.monotonic() + REMEMBERED_SECONDS, found)
                break
        return found

    async def open(self, tenant_id: UUID, kind: str, team: str) -> Workspace:
        """To send to it by this tenant's own token. Raises NotConnected."""
        row = await self._row(tenant_id, kind, team)
        if row is None:
            raise NotConnected
        return self._slacks[kind].workspace(team, self._token(row), self.client)

    async def all(self, tenant_id: UUID) -> list[StaffWorkspace]:
        async with self._database.transaction(tenant_id) as session:
            return await StaffWorkspaces(session, tenant_id).all()

    async def connect(self, tenant_id: UUID, token: SecretStr, *, kind: str = REAL) -> str:
        """With a bot token (`xoxb-…`); the workspace's name. Raises Temporary or Permanent."""
        told = await self._slacks[kind].workspace("", token, self.client).greet()
        team = text(told.get("team_id"))
        if not team:
            raise Permanent("Slack did not say which workspace the token is for.", code="no_team")
        found = Installation(
            team=team,
            team_name=text(told.get("team")),
            enterprise=text(told.get("enterprise_id")),
            app="",
            bot_token=token,
            bot_user=text(told.get("user_id")),
            scopes=(),
        )
        await self.keep(tenant_id, found, kind=kind)
        return found.team_name or team

    async def keep(self, tenant_id: UUID, found: Installation, *, kind: str = REAL) -> None:
        """What a workspace granted: the token sealed, the workspace found again by its id."""
        sealed = self._vault.seal(found.bot_token.get_secret_value())
        joined = Joined(kind, found.team, found.team_name, found.bot_user, sealed)
        async with self._database.transaction(tenant_id) as session:
            row_id = await StaffWorkspaces(session, tenant_id).join(joined)
            digest = self._team(kind, found.team)
            await directory.register(session, team_kind(kind), digest, tenant_id, row_id)
            audit(session, tenant_id, "operator", "workspace.connected", found.team)

    async def check(self, tenant_id: UUID, slug: str) -> list[Finding]:
        """A round trip to each workspace, and whether the rooms can be written to."""
        async with self._database.transaction(tenant_id) as session:
            rooms = {*(await Tenants(session, tenant_id).settings()).desk.rooms.values()}
        findings = []
        for row in await self.all(tenant_id):
            if row.kind == SIMULATED:
                continue
            workspace = await self.open(tenant_id, row.kind, row.team)
            what = f"{slug}: Slack {row.name or row.team}"
            findings.append(await _tried(what, workspace.greet()))
            for room in sorted(room for room in rooms if room.startswith(f"{row.team}/")):
                channel = room.partition("/")[2]
                findings.append(await _tried(f"{what}, {channel}", workspace.require_room(channel)))
        if findings and not rooms:
            advice = "no channel shows conversations: `/desk here` in the one that shall"
            findings.append(Finding(f"{slug}: Slack", "note", advice))
        return findings

    async def leave(self, tenant_id: UUID, kind: str, team: str) -> None:
        """The workspace took the app away, or the tenant leaves it."""
        async with self._database.transaction(tenant_id) as session:
            workspaces = StaffWorkspaces(session, tenant_id)
            row = await workspaces.find(kind, team)
            if row is None:
                return
            await workspaces.leave(row, utc_now())
            await directory.forget(session, team_kind(kind), row.id)
            self._authorized.pop((kind, team), None)
            audit(session, tenant_id, "slack", "workspace.left", team)

    async def _row(self, tenant_id: UUID, kind: str, team: str) -> StaffWorkspace | None:
        async with self._database.transaction(tenant_id) as session:
            return await StaffWorkspaces(session, tenant_id).find(kind, team)

    def _token(self, row: StaffWorkspace) -> SecretStr:
        return SecretStr(self._vault.open(row.token))

    def _team(self, kind: str, team: str) -> bytes:
        return self._vault.digest(team_kind(kind), team)


async def _tried(what: str, asking: Awaitable[object]) -> Finding:
    try:
        await asking
    except ChannelError as error:
        return Finding(what, "broken", str(error))
    return Finding(what, "ok")
