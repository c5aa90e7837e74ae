"""Brings news to Frontdesk as providers do: over HTTP to its webhooks, or into a mailbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from bot.desk.channels.connecting import WEBHOOKS
from bot.engine.accounts import Account
from bot.runtime import Runtime
from channels.channel import Delivery
from channels.standing.standin import Collected, StandIn
from channels.standing.wire import TappedTransport, Way
from domain.errors import Refused

HERE = "http://127.0.0.1"


@dataclass(frozen=True, slots=True)
class Post:
    """`application`: this very product, as its own address would be reached."""

    runtime: Runtime
    application: Any

    async def get_ready(self, account: Account, stand_in: StandIn) -> None:
        """Looks into a mailbox that nobody has looked into: what lies there is history."""
        if isinstance(stand_in, Collected) and await stand_in.is_new(account.settings):
            await self._look(account)

    async def bring(
        self, account: Account, stand_in: StandIn, deliveries: Iterable[Delivery]
    ) -> None:
        """Raises Refused where Frontdesk did not take it."""
        coming = list(deliveries)
        if not coming:
            return
        if isinstance(stand_in, Collected):
            for delivery in coming:
                await stand_in.lay_ready(delivery, account.settings)
            await self._look(account)
            return
        inner = httpx.ASGITransport(self.application, raise_app_exceptions=False)
        transport = TappedTransport(inner, stand_in.wire, Way.IN)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            for delivery in coming:
                await self._deliver(client, account, delivery)

    async def _deliver(
        self, client: httpx.AsyncClient, account: Account, delivery: Delivery
    ) -> None:
        answer = await client.post(
            WEBHOOKS.format(name=account.channel.name),
            content=delivery.body,
            headers=dict(delivery.headers),
            params=dict(delivery.query),
        )
        if not answer.is_success:
            raise Refused(
                f"Frontdesk did not take that (status {answer.status_code}): the wire shows why."
            )

    async def _look(self, account: Account) -> None:
        """As IDLE would tell of it: the news is on disk, with its job, when this returns."""
        await self.runtime.fetching.poller.poll(account.tenant_id, account.id)
