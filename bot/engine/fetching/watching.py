"""Waits on long connections for news of accounts, and has them polled at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from bot.engine.accounts import Accounts
from bot.engine.fetching.roster import Polled, put_poll
from bot.foundation.telemetry import log
from channels.channel import PolledChannel
from channels.messages import ChannelError
from domain.database import Database
from domain.tenants.cursors import Cursors


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. `wait`: on one connection. `too_soon`: a wait that ends without news before this
    could not wait at all; then polling alone has to do, and it is tried again after `deaf`.
    `unread`: until it is looked again whether a new account was read for the first time."""

    wait: float = 20 * 60.0
    too_soon: float = 5.0
    deaf: float = 30 * 60.0
    first_trouble: float = 60.0
    longest_trouble: float = 15 * 60.0
    unread: float = 3.0
    look: float = 0.5
    longest_look: float = 30.0


class Watcher:
    def __init__(
        self, database: Database, accounts: Accounts, patience: Patience | None = None
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._patience = patience or Patience()

    @asynccontextmanager
    async def watching(self, polled: Polled) -> AsyncIterator[None]:
        """Waits as long as the block lasts."""
        task = asyncio.create_task(self.watch(polled))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def watch(self, polled: Polled) -> None:
        """Until cancelled. What goes wrong is told by the polls: here it costs only time."""
        pause = self._patience.first_trouble
        while True:
            try:
                rest = await self._wait_once(polled)
                pause = self._patience.first_trouble
            except ChannelError:
                rest, pause = pause, min(pause * 2, self._patience.longest_trouble)
            except Exception as error:
                log.warning("watch.broke", error=f"{type(error).__name__}: {error}")
                rest, pause = pause, min(pause * 2, self._patience.longest_trouble)
            await asyncio.sleep(rest)

    async def _wait_once(self, polled: Polled) -> float:
        """Seconds to rest afterwards."""
        account = await self._accounts.get(polled.tenant_id, polled.account_id)
        cursor = await self._cursor(polled)
        if not cursor or not isinstance(account.channel, PolledChannel):
            return min(self._patience.unread, self._patience.first_trouble)
        began = asyncio.get_running_loop().time()
        if await account.channel.wait(account.settings, cursor, self._patience.wait):
            await self._poll(polled)
            await self._until_moved(polled, cursor)
            return 0.0
        took = asyncio.get_running_loop().time() - began
        return self._patience.deaf if took < self._patience.too_soon else 0.0

    async def _poll(self, polled: Polled) -> None:
        async with self._database.transaction(polled.tenant_id) as session:
            tenant_id, account_id = polled.tenant_id, polled.account_id
            await put_poll(session, tenant_id, account_id)

    async def _until_moved(self, polled: Polled, cursor: str) -> None:
        """News that was not fetched yet would be news again, at once and for ever."""
        look = self._patience.look
        while await self._cursor(polled) == cursor:
            await asyncio.sleep(look)
            look = min(look * 2, self._patience.longest_look)

    async def _cursor(self, polled: Polled) -> str:
        async with self._database.transaction(polled.tenant_id) as session:
            found = await Cursors(session, polled.tenant_id).of(polled.account_id)
            return found.cursor if found else ""
