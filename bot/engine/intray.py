"""Puts deliveries on disk together: those that arrive during one commit share the next."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import OperationalError

from bot import queue
from bot.foundation.errors import FrontdeskError
from domain.conversations import ledger
from domain.database import Database

TAKE = "take"
MOST_AT_ONCE = 200
MOST_BYTES = 16 * 1024 * 1024


class NotStored(FrontdeskError):
    """The database is away or busy: the provider must deliver again."""

    def __init__(self) -> None:
        super().__init__("The database does not answer: deliver again soon.")


@dataclass(frozen=True, slots=True)
class _Delivered:
    account_id: UUID
    body: bytes
    stored: "asyncio.Future[None]"


class Intray:
    """One commit of a tenant at a time; nobody is answered before theirs is done.

    A lone delivery waits for nothing. Under load the disk is asked once for all that came
    meanwhile, and one job is hint enough for all of an account.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[UUID, list[_Delivered]] = {}
        self._emptying: dict[UUID, asyncio.Task[None]] = {}

    async def keep(self, tenant_id: UUID, account_id: UUID, body: bytes) -> None:
        """Returns when it is on disk, with the hint of a job. Raises NotStored."""
        delivered = _Delivered(account_id, body, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(tenant_id, []).append(delivered)
        if tenant_id not in self._emptying:
            self._emptying[tenant_id] = asyncio.create_task(self._empty(tenant_id))
        await delivered.stored

    async def _empty(self, tenant_id: UUID) -> None:
        waiting = self._waiting[tenant_id]
        try:
            while waiting:
                batch = waiting[: _share(waiting)]
                await self._commit(tenant_id, batch)
                del waiting[: len(batch)]
        finally:
            del self._waiting[tenant_id], self._emptying[tenant_id]
            for one in waiting:
                one.stored.cancel()

    async def _commit(self, tenant_id: UUID, batch: Sequence[_Delivered]) -> None:
        try:
            await self._write(tenant_id, batch)
        except Exception as error:
            problem = NotStored() if isinstance(error, OperationalError) else error
            for one in batch:
                if not one.stored.done():
                    one.stored.set_exception(problem)
        else:
            for one in batch:
                if not one.stored.done():
                    one.stored.set_result(None)

    async def _write(self, tenant_id: UUID, batch: Sequence[_Delivered]) -> None:
        """One round trip, one commit."""
        async with self._database.pipeline(tenant_id) as connection:
            deliveries = [(one.account_id, one.body) for one in batch]
            await ledger.keep(connection, tenant_id, deliveries)
            for account_id in dict.fromkeys(one.account_id for one in batch):
                await queue.put_on(connection, TAKE, tenant_id=tenant_id, account_id=account_id)


def _share(waiting: Sequence[_Delivered]) -> int:
    """How many go into the next commit: at least one, then as many as are allowed."""
    size = 0
    for count, one in enumerate(waiting[:MOST_AT_ONCE]):
        size += len(one.body)
        if count and size > MOST_BYTES:
            return count
    return min(len(waiting), MOST_AT_ONCE)
