"""Two companies with a Telegram bot each, one simulated server a bot, and the product around."""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from bot.desk import tenants as desk
from bot.foundation.settings import Settings
from bot.runtime import Runtime
from channels.telegram.simulator import BotApiSimulator, Customer, Line
from channels.telegram.simulator.updates import Update
from domain.conversations.models import Conversation, Message, RawEvent
from domain.customers.models import Identity
from domain.database import Database
from domain.knowledge.service import Articles, ArticleText
from domain.tickets.models import Ticket
from tests.launching import app_on, launched

ROBIN = Customer(700_100, "Robin", "robin")
SECRET = "word-of-our-own"


@dataclass
class Firm:
    """One tenant with a bot. `work` does what its jobs would do."""

    runtime: Runtime
    web: httpx.AsyncClient
    telegram: BotApiSimulator
    tenant_id: UUID
    account_id: UUID

    @property
    def address(self) -> str:
        return f"/api/v1/telegram/webhook?bot={self.telegram.bot['id']}"

    async def deliver(self, *updates: Update, line: Line | None = None) -> list[int]:
        """By webhook."""
        return await self.telegram.deliver(updates, self.address, self.web, line)

    async def take(self) -> frozenset[UUID]:
        return await self.runtime.intake.take(self.tenant_id, self.account_id)

    async def work(self) -> None:
        for conversation_id in await self.take():
            await self.runtime.turns.run(self.tenant_id, conversation_id, timedelta(0))
        while await self.runtime.reactions.react(self.tenant_id):
            pass

    async def say(self, words: str, customer: Customer = ROBIN) -> list[str]:
        before = len(self.telegram.sent)
        await self.deliver(self.telegram.make.text(customer, words))
        await self.work()
        return self.telegram.texts()[before:]

    async def poll(self) -> Any:
        return await self.runtime.fetching.poller.poll(self.tenant_id, self.account_id)

    async def set(self, **fields: Any) -> None:
        changes = {f"telegram.{name}": value for name, value in fields.items()}
        await desk.change(self.runtime.database, self.runtime.accounts, self.tenant_id, changes)

    async def teach(self, title: str, words: str) -> None:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            new = ArticleText(title=title, text=words)
            await Articles(session, self.tenant_id).write(new, author="test", status="published")

    async def rows(self, kind: type[Any], order: Any = None, **filters: Any) -> list[Any]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            query = select(kind).filter_by(**filters).order_by(order or kind.created_at, kind.id)
            return list(await session.scalars(query))

    async def messages(self, **filters: Any) -> list[Message]:
        return await self.rows(Message, Message.sequence, **filters)

    async def conversations(self) -> list[Conversation]:
        return await self.rows(Conversation)

    async def tickets(self) -> list[Ticket]:
        return await self.rows(Ticket)

    async def identities(self) -> list[Identity]:
        return await self.rows(Identity)

    async def events(self) -> list[RawEvent]:
        return await self.rows(RawEvent)


def body(update: Update) -> bytes:
    return json.dumps(update).encode()


@pytest.fixture
async def bot_api() -> AsyncIterator[BotApiSimulator]:
    simulator = BotApiSimulator()
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def runtime(
    database: Database, settings: Settings, bot_api: BotApiSimulator
) -> AsyncIterator[Runtime]:
    settings.telegram_api_url = bot_api.base_url
    async with launched(settings, database) as built:
        yield built


@pytest.fixture
async def web(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """The product's own HTTP."""
    transport = httpx.ASGITransport(app=app_on(runtime))
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with AsyncExitStack() as stack:
        client = httpx.AsyncClient(transport=transport, base_url="http://frontdesk", verify=plain)
        yield await stack.enter_async_context(client)


async def founded(
    runtime: Runtime, web: httpx.AsyncClient, bot_api: BotApiSimulator, slug: str, **fields: str
) -> Firm:
    bot_api.webhook_secret = SECRET
    tenant_id = await desk.add(runtime.database, slug, f"{slug} Ltd")
    known = {"bot_token": bot_api.token, "webhook_secret": SECRET, "delivery": "webhook"}
    channel = runtime.channels["telegram"]
    account = await runtime.accounts.configure(tenant_id, channel, known | fields, None)
    await desk.go_live(runtime.database, runtime.accounts, tenant_id, "telegram", "automatic")
    return Firm(runtime, web, bot_api, tenant_id, account.id)


@pytest.fixture
async def firm(runtime: Runtime, web: httpx.AsyncClient, bot_api: BotApiSimulator) -> Firm:
    found = await founded(runtime, web, bot_api, "acme", bot_username=bot_api.username)
    await found.teach(
        "Opening hours",
        "We are open Monday to Friday from 9:00 to 17:00. On bank holidays the office is closed.",
    )
    await found.teach(
        "Resetting the password of a recorder",
        "To reset the password of your recorder, hold the reset button for ten seconds. "
        "The recorder then starts with the password on its label.",
    )
    return found


@pytest.fixture
async def rival(runtime: Runtime, web: httpx.AsyncClient, firm: Firm) -> Firm:
    """A second tenant is always there."""
    other = BotApiSimulator(token="8000000002:rival-opens-nothing-else", username="RivalBot")
    return await founded(runtime, web, other, "rival")
