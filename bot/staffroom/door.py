"""Where Slack delivers: verified, put on disk with its job once, acknowledged. Nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from bot import queue
from bot.foundation.security import Vault
from bot.foundation.telemetry import staff_events
from bot.staffroom.events import packed
from bot.staffroom.workspaces import Side, Workspaces
from channels.channel import Delivery
from channels.slack.app import Answer, Authorized, SlackApp, Wiring
from channels.slack.events import NotForUs, StaffEvent
from domain.database import Database
from domain.staff.rooms import claim

STAFF = "staff"
DELIVERY = "staff.delivery"


class Door:
    """One side's: Slack itself, or the simulated one of the demo."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        workspaces: Workspaces,
        side: Side,
        signing_secret: SecretStr,
    ) -> None:
        self._database = database
        self._vault = vault
        self._workspaces = workspaces
        self._side = side
        self._app: SlackApp = side.slack.app(signing_secret, Wiring(self._authorize, self._keep))

    async def receive(self, delivery: Delivery) -> Answer:
        return await self._app.receive(delivery)

    @asynccontextmanager
    async def socket(self, app_token: SecretStr) -> AsyncIterator[None]:
        """Socket Mode while inside."""
        async with self._app.socket(app_token):
            yield

    async def warm_up(self) -> None:
        """Slack's library takes most of a second to load: before the first command, not in it."""
        await asyncio.to_thread(self._app.bolt)

    async def close(self) -> None:
        await self._app.close()

    async def _authorize(self, team: str, enterprise: str) -> Authorized | None:
        return await self._workspaces.authorize(self._side.kind, team)

    async def _keep(self, key: str, event: StaffEvent) -> None:
        """The claim and the job commit together: taken once, and never taken without a job."""
        name = type(event).__name__
        if isinstance(event, NotForUs):
            staff_events.labels(name, "passed").inc()
            return
        digest = self._vault.digest(DELIVERY, f"{self._side.kind}:{key}")
        async with self._database.directory() as session:
            is_new = await claim(session, digest)
            if is_new:
                await queue.put(
                    session,
                    STAFF,
                    lane=queue.STAFF_LANE,
                    kind=self._side.kind,
                    event=packed(event),
                    key=key,
                )
        staff_events.labels(name, "kept" if is_new else "repeated").inc()
