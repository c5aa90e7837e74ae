"""A company on WhatsApp, its provider simulated over HTTP, and hands to do the worker's work."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from bot.desk import tenants as desk
from bot.foundation.settings import Settings
from bot.runtime import Runtime
from channels.channel import Delivery
from channels.whatsapp.simulator import GraphSimulator, incoming_text, signed
from domain.conversations.models import Conversation, Message
from domain.database import Database
from domain.knowledge.service import Articles, ArticleText
from domain.tickets.models import Ticket
from tests.launching import launched

CUSTOMER = "447700900001"
OTHER = "447700900002"


@dataclass
class Company:
    """One tenant with a WhatsApp number. `work` does what its jobs would do."""

    runtime: Runtime
    graph: GraphSimulator
    tenant_id: UUID
    number: str
    account_id: UUID
    sent_before: int = field(default=0)

    async def receive(self, body: bytes, secret: str | None = None) -> int:
        headers = signed(body, secret or self.graph.app_secret)
        channel = self.runtime.channels["whatsapp"]
        return await self.runtime.receiver.receive(channel, Delivery(body, headers))

    async def hear(self, words: str, sender: str = CUSTOMER, **message: Any) -> None:
        """The customer writes, and nothing is done about it yet."""
        await self.receive(incoming_text(self.number, sender, words, **message))

    async def take(self) -> frozenset[UUID]:
        return await self.runtime.intake.take(self.tenant_id, self.account_id)

    async def take_and_answer(self) -> None:
        """What the `take` job does."""
        for conversation_id in await self.take():
            await self.runtime.turns.run(self.tenant_id, conversation_id, timedelta(0))

    async def work(self) -> None:
        await self.take_and_answer()
        while await self.runtime.reactions.react(self.tenant_id):
            pass

    async def work_on_conversations(self) -> None:
        """As the turn jobs of a sweep would."""
        for conversation in await self.conversations():
            await self.runtime.turns.run(self.tenant_id, conversation.id, timedelta(0))

    async def say(self, words: str, sender: str = CUSTOMER, **message: Any) -> list[str]:
        """The customer writes; what the provider was given for an answer."""
        before = len(self.graph.sent)
        await self.hear(words, sender, **message)
        await self.work()
        return self.graph.texts()[before:]

    async def messages(self, **filters: Any) -> list[Message]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            query = select(Message).filter_by(**filters).order_by(Message.sequence)
            return list(await session.scalars(query))

    async def conversations(self) -> list[Conversation]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return list(await session.scalars(select(Conversation)))

    async def tickets(self) -> list[Ticket]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return list(await session.scalars(select(Ticket).order_by(Ticket.number)))

    async def execute(self, statement: str, **values: Any) -> Any:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await session.execute(text(statement), values)

    async def jobs(self) -> list[str]:
        async with self.runtime.database.directory() as session:
            rows = await session.execute(text("select task_name from procrastinate_jobs"))
            return [name for (name,) in rows]

    async def teach(self, title: str, words: str) -> None:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            articles = Articles(session, self.tenant_id)
            new = ArticleText(title=title, text=words)
            await articles.write(new, author="test", status="published")


@pytest.fixture
async def graph() -> AsyncIterator[GraphSimulator]:
    simulator = GraphSimulator()
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def runtime(
    database: Database, settings: Settings, graph: GraphSimulator
) -> AsyncIterator[Runtime]:
    settings.whatsapp_api_url = graph.base_url
    async with launched(settings, database) as built:
        yield built


async def founded(runtime: Runtime, graph: GraphSimulator, slug: str, number: str) -> Company:
    graph.add_number(number)
    tenant_id = await desk.add(runtime.database, slug, f"{slug} Ltd")
    account = await runtime.accounts.configure(
        tenant_id,
        runtime.channels["whatsapp"],
        {
            "phone_number_id": number,
            "access_token": graph.access_token,
            "verify_token": graph.verify_token,
            "app_secret": graph.app_secret,
        },
        None,
    )
    await desk.go_live(runtime.database, runtime.accounts, tenant_id, "whatsapp", "automatic")
    return Company(runtime, graph, tenant_id, number, account.id)


@pytest.fixture
async def company(runtime: Runtime, graph: GraphSimulator) -> Company:
    """Knows when it is open and how a recorder's password is reset."""
    found = await founded(runtime, graph, "acme", "111000111000111")
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
async def rival(runtime: Runtime, graph: GraphSimulator, company: Company) -> Company:
    """A second tenant is always there."""
    return await founded(runtime, graph, "rival", "222000222000222")


async def together(*awaitables: Any) -> list[Any]:
    return await asyncio.gather(*awaitables)
