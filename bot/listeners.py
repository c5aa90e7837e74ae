"""Long connections that bring news: each under a lease, so that one process holds it."""

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from uuid import uuid4

from bot.engine.fetching.roster import Polled
from bot.foundation.telemetry import log
from bot.runtime import Runtime
from domain.database import Database
from domain.tenants import leases

LEASE_SECONDS = 15.0
RENEW_EVERY = 5.0
LONGEST_PAUSE = 60.0
LOOK_EVERY = 30.0
SLACK = "listener.slack"

Connection = Callable[[], AbstractAsyncContextManager[None]]


class Held:
    """A lease that is renewed while the work runs; the work ends when it is lost."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"

    async def take(self) -> bool:
        try:
            async with self._database.directory() as session:
                fence = await leases.take(session, self._name, self._holder, LEASE_SECONDS)
        except Exception as error:
            log.warning("listener.no_lease", name=self._name, error=str(error))
            return False
        return fence is not None

    async def keep(self) -> None:
        """Returns when the lease is another's, or cannot be renewed in time."""
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while loop.time() - renewed < LEASE_SECONDS - RENEW_EVERY:
            await asyncio.sleep(RENEW_EVERY)
            if await self.take():
                renewed = loop.time()

    async def release(self) -> None:
        try:
            async with self._database.directory() as session:
                await leases.release(session, self._name, self._holder)
        except Exception as error:
            log.warning("listener.not_released", name=self._name, error=str(error))


async def listen(runtime: Runtime) -> None:
    """Until cancelled: every long connection that is set up."""
    token = runtime.settings.slack_app_token
    # A group waits until each has given its lease back.
    async with asyncio.TaskGroup() as duties:
        duties.create_task(asyncio.Event().wait())
        if token is not None:
            door = runtime.staffroom.door()
            held = held_open(runtime.database, SLACK, lambda: door.socket(token))
            duties.create_task(held)
        duties.create_task(attend(runtime))


async def attend(runtime: Runtime, look_every: float = LOOK_EVERY) -> None:
    """Until cancelled: waits on every account that is asked for news, each under its lease.

    Those that come, go or change are noticed at the next look.
    """
    waiting: dict[Polled, asyncio.Task[None]] = {}
    try:
        while True:
            try:
                wanted = set(await runtime.fetching.roster.all())
            except Exception as error:
                log.warning("listener.no_roster", error=f"{type(error).__name__}: {error}")
            else:
                for gone in waiting.keys() - wanted:
                    waiting.pop(gone).cancel()
                for new in wanted - waiting.keys():
                    waiting[new] = asyncio.create_task(_attended(runtime, new))
            await asyncio.sleep(look_every)
    finally:
        for task in waiting.values():
            task.cancel()
        await asyncio.gather(*waiting.values(), return_exceptions=True)


async def _attended(runtime: Runtime, polled: Polled) -> None:
    name = f"listener.account.{polled.account_id}"
    await held_open(runtime.database, name, lambda: runtime.fetching.watcher.watching(polled))


async def held_open(database: Database, name: str, connected: Connection) -> None:
    """Until cancelled: opened under a lease, and opened again when it breaks."""
    pause = 1.0
    held = Held(database, name)
    while True:
        if await held.take():
            try:
                async with connected():
                    log.info("listener.connected", name=name)
                    pause = 1.0
                    await held.keep()
            except Exception as error:
                log.warning("listener.broke", name=name, error=f"{type(error).__name__}: {error}")
                pause = min(pause * 2, LONGEST_PAUSE)
            finally:
                await held.release()
        await asyncio.sleep(pause)
