"""Staff channels as the running product has them: doors, acts, threads, notices."""

from collections.abc import Mapping
from uuid import UUID

import httpx
from pydantic import SecretStr

from bot.desk.desk import Desk
from bot.desk.doctor import Finding
from bot.desk.handling.bench import Bench
from bot.foundation.security import Vault
from bot.staffroom.acting import Acting, Heard
from bot.staffroom.door import Door
from bot.staffroom.events import unpacked
from bot.staffroom.installing import Installing
from bot.staffroom.places import Places
from bot.staffroom.telling import Telling
from bot.staffroom.threads import Threads
from bot.staffroom.workspaces import Side, Workspaces
from channels.channel import Delivery
from channels.slack.app import Answer
from channels.slack.desk import Slack
from domain.database import Database
from domain.errors import NotConfigured
from domain.staff.rooms import REAL, SIMULATED, claim
from domain.tenants import directory

BEGUN = "staff.begun"


class Staffroom:
    def __init__(
        self,
        bench: Bench,
        vault: Vault,
        client: httpx.AsyncClient,
        slacks: Mapping[str, tuple[Slack, SecretStr | None]],
    ) -> None:
        """`slacks`: by kind, with the secret that signs what it sends; None: not set up."""
        self._database: Database = bench.database
        self._vault = vault
        known = {kind: slack for kind, (slack, _) in slacks.items()}
        self.desk = Desk(bench)
        self.workspaces = Workspaces(bench.database, vault, known, client)
        self.threads = Threads(bench.database, vault, self.workspaces, bench.accounts)
        self.telling = Telling(bench.database, self.workspaces)
        self.installing = Installing(
            bench.settings, bench.database, vault, self.workspaces, slacks[REAL][0]
        )
        places = Places(bench.database, self.desk, self.workspaces, self.threads)
        self._acting = Acting(self.desk, places, self.workspaces, self.threads)
        self._doors = {
            kind: Door(bench.database, vault, self.workspaces, Side(kind, slack), secret)
            for kind, (slack, secret) in slacks.items()
            if secret is not None
        }

    def door(self, kind: str = REAL) -> Door:
        """Raises NotConfigured."""
        if kind not in self._doors:
            raise NotConfigured(
                "Slack is not set up here: set FRONTDESK_SLACK_SIGNING_SECRET "
                "(see the set-up page of the Slack channel)."
            )
        return self._doors[kind]

    async def receive(self, delivery: Delivery) -> Answer:
        """What Slack sends, by HTTP."""
        return await self.door().receive(delivery)

    async def receive_simulated(self, delivery: Delivery) -> Answer:
        """What the demo's Slack sends, inside this process: nothing outside reaches this."""
        return await self.door(SIMULATED).receive(delivery)

    async def warm_up(self) -> None:
        """Of Slack only what somebody uses: the others need not hold it in memory."""
        for kind, door in self._doors.items():
            if await self.workspaces.has_any(kind):
                await door.warm_up()

    async def check(self) -> list[Finding]:
        """Of every company: the workspaces its staff work in."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
        findings: list[Finding] = []
        for tenant in tenants:
            findings += await self.workspaces.check(tenant.id, tenant.slug)
        return findings

    async def act(self, kind: str, event: str, key: str) -> None:
        """The job of an event. One that was begun before was cut short, and is not done blindly."""
        digest = self._vault.digest(BEGUN, f"{kind}:{key}")
        async with self._database.directory() as session:
            is_first = await claim(session, digest)
        await self._acting.act(Heard(kind, unpacked(event), is_again=not is_first))

    async def thread_of(self, tenant_id: UUID, conversation_id: UUID) -> tuple[str, str] | None:
        """Channel and first message of a conversation's thread; None while there is none."""
        return await self.threads.thread_of(tenant_id, conversation_id)

    async def tell(self, tenant_id: UUID) -> int:
        return await self.telling.tell(tenant_id)

    async def close(self) -> None:
        for door in self._doors.values():
            await door.close()
