"""Stored turns a second: from stored webhooks to replies recorded as sent, by one worker process.

The extractive agent on the demo company, its provider simulated inside the worker.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import psycopg

from benchmarks.figures import Figure
from benchmarks.premises import Premises
from benchmarks.statements import counted
from bot.demo import content
from bot.foundation.installation import Installation
from bot.runtime import Runtime, running
from channels.whatsapp.simulator import incoming_text
from domain.tenants import directory
from domain.tenants.service import ChannelAccounts

WARMING = 20
TURNS = 400
ASKED = 20
PATIENCE = 60.0


def measure(made: Premises) -> list[Figure]:
    searches = asyncio.run(searches_a_second(made.installation))
    statements, frames = asyncio.run(statements_a_turn(made.installation))
    rate = turns_a_second(made)
    besides = f"{frames:.0f} BEGIN and COMMIT, 2 of the job itself"
    return [
        Figure("stored turns, one worker", rate, "a second", f"searches {searches:,.0f}", "≥ 50"),
        Figure("statements a turn", statements, "", besides, "≤ 15"),
    ]


@dataclass(frozen=True, slots=True)
class Shop:
    """The demo company's WhatsApp number."""

    runtime: Runtime
    tenant_id: UUID
    account_id: UUID
    number: str

    async def hear(self, customer: int, words: str) -> None:
        body = incoming_text(self.number, f"4477009{customer:05d}", words)
        await self.runtime.receiver.store(self.tenant_id, self.account_id, body)

    async def answer(self) -> None:
        for one in await self.runtime.intake.take(self.tenant_id, self.account_id):
            await self.runtime.turns.run(self.tenant_id, one, timedelta(0))


@asynccontextmanager
async def opened(installation: Installation) -> AsyncIterator[Shop]:
    async with running(installation) as runtime:
        async with runtime.database.directory() as session:
            tenant = await directory.tenant_called(session, content.company().slug)
        async with runtime.database.transaction(tenant.id) as session:
            account = (await ChannelAccounts(session, tenant.id).all("whatsapp"))[0]
        yield Shop(runtime, tenant.id, account.id, account.hint)


def questions() -> list[str]:
    return [one.text for one in content.questions() if one.intent == "question" and one.article]


async def searches_a_second(installation: Installation) -> float:
    async with opened(installation) as shop:
        search, asked = shop.runtime.library.search, questions()
        await search(shop.tenant_id, asked[0])
        started = time.perf_counter()
        for question in asked:
            await search(shop.tenant_id, question)
        return len(asked) / (time.perf_counter() - started)


async def statements_a_turn(installation: Installation) -> tuple[float, float]:
    """Of known customers' questions, from the `take` job to the receipt; BEGIN and COMMIT."""
    async with opened(installation) as shop:
        await shop.hear(0, "Hello")
        await shop.answer()
        statements = frames = 0
        for question in questions()[:ASKED]:
            await shop.hear(0, question)
            with counted(shop.runtime.database.engine) as count:
                await shop.answer()
            statements += count.statements
            frames += count.frames
        return statements / ASKED, frames / ASKED


def turns_a_second(made: Premises) -> float:
    """The worker stands still while the webhooks are stored, then all are waiting."""
    worker = made.start("bot", "worker")
    with psycopg.connect(made.installation.admin_url, autocommit=True) as connection:
        asyncio.run(_store(made.installation, range(1000, 1000 + WARMING)))
        _until_sent(connection, WARMING)
        os.kill(worker.pid, signal.SIGSTOP)
        asyncio.run(_store(made.installation, range(2000, 2000 + TURNS)))
        started = time.perf_counter()
        os.kill(worker.pid, signal.SIGCONT)
        _until_sent(connection, WARMING + TURNS)
        return TURNS / (time.perf_counter() - started)


async def _store(installation: Installation, customers: range) -> None:
    asked = questions()
    async with opened(installation) as shop:
        for customer in customers:
            await shop.hear(customer, asked[customer % len(asked)])


def _until_sent(connection: "psycopg.Connection[tuple[int]]", count: int) -> None:
    query = (
        "select count(*) from messages m join conversations c on c.id = m.conversation_id "
        "where m.direction = 'out' and m.state = 'sent' and c.hint ~ '^4477009[0-9]{5}$' "
        "and c.hint >= '447700901000'"
    )
    deadline = time.perf_counter() + PATIENCE
    while (found := connection.execute(query).fetchone()) and found[0] < count:
        if time.perf_counter() > deadline:
            raise RuntimeError(f"{found[0]} of {count} turns were finished in {PATIENCE:.0f} s")
        time.sleep(0.02)
