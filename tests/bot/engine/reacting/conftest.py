"""Webhooks over real HTTP to a server of the test's own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from bot.desk import tenants as desk
from bot.engine.reacting.webhooks import WebhookSender
from bot.foundation.addresses import exempted
from bot.runtime import Runtime
from domain.tickets.service import NewTicket, Tickets
from domain.types import utc_now
from domain.workflows.models import WebhookDelivery, WebhookSubscription
from domain.workflows.webhooks import Webhooks

SECRET = "of-the-test"


@dataclass
class Receiving:
    """Answers with the statuses it is given, then with 200."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = (await reader.readexactly(int(headers["content-length"]))).decode()
        self.got.append((headers, body))
        status = self.statuses.pop(0) if self.statuses else 200
        there = f"http://127.0.0.1:{self.port}/elsewhere"
        size = "content-length: 2\r\nconnection: close"
        writer.write(f"HTTP/1.1 {status} x\r\nlocation: {there}\r\n{size}\r\n\r\nok".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def there() -> AsyncIterator[Receiving]:
    receiving = Receiving()
    server = await asyncio.start_server(receiving.serve, "127.0.0.1", 0)
    receiving.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiving


@dataclass
class House:
    runtime: Runtime
    sender: WebhookSender
    tenant_id: UUID

    async def open(self) -> None:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            await Tickets(session, self.tenant_id).open(NewTicket("Camera"))
        while await self.runtime.reactions.react(self.tenant_id):
            pass

    async def work(self) -> None:
        for one in await self.deliveries():
            await self.sender.deliver(self.tenant_id, one.id)

    async def hurry(self) -> None:
        """The time of the next attempt has come."""
        async with self.runtime.database.transaction(self.tenant_id) as session:
            past = utc_now() - timedelta(seconds=10)
            await session.execute(update(WebhookDelivery).values(next_attempt_at=past))

    async def deliveries(self) -> list[WebhookDelivery]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await Webhooks(session, self.tenant_id).deliveries(50)

    async def subscription(self) -> WebhookSubscription:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return (await Webhooks(session, self.tenant_id).all())[0]


async def founded(runtime: Runtime, there: Receiving, slug: str, exempt: bool = True) -> House:
    url = f"http://127.0.0.1:{there.port}"
    tenant_id = await desk.add(runtime.database, slug, slug)
    async with runtime.database.transaction(tenant_id) as session:
        sealed = runtime.vault.seal(SECRET)
        await Webhooks(session, tenant_id).add(f"{url}/hook", ["ticket.*"], sealed)
    origins = exempted(url if exempt else "")
    client = runtime.deliverer._client
    return House(
        runtime, WebhookSender(runtime.database, runtime.vault, client, origins), tenant_id
    )


@pytest.fixture
async def ours(runtime: Runtime, there: Receiving) -> House:
    return await founded(runtime, there, "acme")
