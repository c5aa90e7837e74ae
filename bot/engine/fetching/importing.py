"""Takes in mails that lie in files: the same ledger and intake as polling, as history, fast."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select

from bot import queue
from bot.engine.accounts import Account
from bot.engine.fetching.parsing import Parsers
from bot.engine.intake import Foreseen, IntakeJob
from domain.conversations import ledger
from domain.conversations.models import Message, RawEvent
from domain.database import Database

AT_ONCE = 200
BYTES_AT_ONCE = 16 * 1024 * 1024
MANY = 100
"""From so many mails in a batch on, processes are worth starting."""
_Batch = tuple[Sequence[bytes], Foreseen]


@dataclass(frozen=True, slots=True)
class Imported:
    """`known`: had been taken in before, in this form or another. `unreadable`: in quarantine."""

    mails: int = 0
    stored: int = 0
    unreadable: int = 0

    @property
    def known(self) -> int:
        return self.mails - self.stored - self.unreadable


class Importer:
    """Reads a batch, has it parsed in other processes, and meanwhile stores the one before."""

    def __init__(self, database: Database, intake: IntakeJob) -> None:
        self._database = database
        self._intake = intake

    async def take_in(
        self, account: Account, bodies: Iterable[bytes], done: Callable[[int], None] | None = None
    ) -> Imported:
        """`bodies`: as the channel parses them. `done`: is told how many more are stored.

        Every batch is committed by itself: what an interrupted import has stored, the next one
        finds there, and what it has only kept, the next one takes in.
        """
        before = await self._counts(account)
        count = 0
        batches = _batches(bodies)
        with Parsers(account.channel.name) as parsers:
            coming = asyncio.create_task(self._parsed(account, parsers, batches))
            try:
                while (found := await coming)[0]:
                    coming = asyncio.create_task(self._parsed(account, parsers, batches))
                    await self._store(account, *found)
                    count += len(found[0])
                    if done:
                        done(len(found[0]))
            finally:
                coming.cancel()
        stored, unreadable = await self._counts(account)
        return Imported(count, stored - before[0], unreadable - before[1])

    async def _store(self, account: Account, bodies: Sequence[bytes], known: Foreseen) -> None:
        """`known`: what was parsed; nothing to do where all of it was done before."""
        tenant_id = account.tenant_id
        async with self._database.transaction(tenant_id) as session:
            connection = await queue.driver(session)
            await ledger.keep(connection, tenant_id, [(account.id, body) for body in bodies])
        await self._intake.take(tenant_id, account.id, foreseen=known, at_once=AT_ONCE)

    async def _parsed(
        self, account: Account, parsers: Parsers, batches: Iterator[list[bytes]]
    ) -> _Batch:
        """The next batch, read and parsed; empty at the end. What is known is left as it is."""
        batch: list[bytes] = await asyncio.to_thread(next, batches, [])
        if not batch:
            return batch, {}
        async with self._database.transaction(account.tenant_id) as session:
            done = await ledger.finished(session, account.id, batch)
        new = [body for body in batch if body not in done]
        if len(new) >= MANY:
            parsers.expect_many(new[0])
        parsed = await parsers.parse(new)
        return batch, {body: events for body, events in zip(new, parsed, strict=True) if events}

    async def _counts(self, account: Account) -> tuple[int, int]:
        """Messages, and events in quarantine."""
        messages = select(func.count()).where(Message.channel_account_id == account.id)
        failed = select(func.count()).where(
            RawEvent.channel_account_id == account.id, RawEvent.state == "failed"
        )
        async with self._database.transaction(account.tenant_id) as session:
            return (await session.scalar(messages)) or 0, (await session.scalar(failed)) or 0


def _batches(bodies: Iterable[bytes]) -> Iterator[list[bytes]]:
    source = iter(bodies)
    while batch := list(islice(source, 1)):
        size = len(batch[0])
        for body in islice(source, AT_ONCE - 1):
            batch.append(body)
            size += len(body)
            if size > BYTES_AT_ONCE:
                break
        yield batch
