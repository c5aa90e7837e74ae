"""Reads one account: asks with no transaction open, commits each page with its cursor."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

import httpx

from bot import queue
from bot.engine.accounts import Account, Accounts
from bot.engine.apply import REACT
from bot.engine.fetching.pauses import POLL_MINUTES, Trouble, trouble
from bot.engine.fetching.roster import put_poll
from bot.engine.intray import TAKE
from bot.foundation.telemetry import log, pages_fetched, polls_failed
from channels.channel import Fetched, PolledChannel, TokenKeeping
from channels.messages import ChannelError
from domain.conversations import ledger
from domain.database import Database
from domain.errors import Refused
from domain.events import Happened, record
from domain.tenants.cursors import CursorMoved, Cursors, Failure, Reading
from domain.types import utc_now

LEASE = timedelta(seconds=30)
"""Renewed while somebody reads: after a kill the next one need not wait for long."""
RENEW_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Poll:
    """What one reading brought. `trouble`: why it ended early; `is_busy`: another reads."""

    bodies: int = 0
    trouble: Trouble | None = None
    is_busy: bool = False


class Poller:
    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        client: httpx.AsyncClient,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.database = database
        self.accounts = accounts
        self.client = client
        self.clock = clock

    async def poll(
        self,
        tenant_id: UUID,
        account_id: UUID,
        *,
        since: date | None = None,
        seen: Callable[[Fetched], None] | None = None,
    ) -> Poll:
        """Raises nothing of the channel: trouble is noted, and staff are told once.

        `since`: how far a first reading goes back. `seen`: is shown each page that is on disk.
        """
        account = await self.accounts.get(tenant_id, account_id)
        if not account.is_on:
            return Poll()
        async with self.database.transaction(tenant_id) as session:
            now = self.clock()
            reading = await Cursors(session, tenant_id).take(account_id, now, now + LEASE)
        if reading is None:
            return Poll(is_busy=True)
        return await _Visit(self, account, reading, seen).make(since)

    def channel_of(self, account: Account) -> PolledChannel:
        if not isinstance(account.channel, PolledChannel):
            raise Refused(f"{account.channel.title} brings its news by itself.")
        return account.channel

    async def pages(
        self, account: Account, cursor: str, since: date | None
    ) -> AsyncIterator[Fetched]:
        """Read, nothing kept."""
        channel = self.channel_of(account)
        pages = channel.fetch_new(account.settings, cursor, self.client, since=since)
        # The protocol promises an iterator; one that is a generator holds a connection.
        async with aclosing(cast("AsyncGenerator[Fetched, None]", pages)) as open_pages:
            async for page in open_pages:
                yield page

    async def store(self, account: Account, page: Fetched) -> None:
        """Keeps a page's bodies without a cursor (history that was asked for later)."""
        async with self.database.transaction(account.tenant_id) as session:
            connection = await queue.driver(session)
            bodies = [(account.id, body) for body in page.bodies]
            await ledger.keep(connection, account.tenant_id, bodies)
            await queue.put(session, TAKE, tenant_id=account.tenant_id, account_id=account.id)


class _Visit:
    """One reading of one account."""

    def __init__(
        self,
        poller: Poller,
        account: Account,
        reading: Reading,
        seen: Callable[[Fetched], None] | None,
    ) -> None:
        self._poller = poller
        self._account = account
        self._reading = reading
        self._seen = seen
        self._bodies = 0

    async def make(self, since: date | None) -> Poll:
        alive = asyncio.create_task(self._stay_alive())
        try:
            return await self._made(since)
        finally:
            alive.cancel()
            await asyncio.gather(alive, return_exceptions=True)

    async def _stay_alive(self) -> None:
        """The lease may end all the same: compare-and-set keeps two readers apart."""
        tenant_id = self._account.tenant_id
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                async with self._poller.database.transaction(tenant_id) as session:
                    until = self._poller.clock() + LEASE
                    await Cursors(session, tenant_id).renew(self._reading, until)
            except Exception as error:
                log.warning("poll.not_renewed", error=f"{type(error).__name__}: {error}")

    async def _made(self, since: date | None) -> Poll:
        try:
            await self._read(since)
        except CursorMoved:
            log.info("poll.overtaken", account=self._account.hint)
            await self._give_back()
            return Poll(self._bodies, is_busy=True)
        except Exception as error:
            if not isinstance(error, ChannelError):
                log.exception("poll.failed", account=self._account.hint)
            return Poll(self._bodies, await self._failed(error))
        finally:
            await self._keep_token()
        await self._finished()
        return Poll(self._bodies)

    async def _read(self, since: date | None) -> None:
        pages = self._poller.pages(self._account, self._reading.cursor, since)
        async with aclosing(cast("AsyncGenerator[Fetched, None]", pages)) as open_pages:
            async for page in open_pages:
                await self._keep(page)
                if page.bodies:
                    await self._acknowledge(page)

    async def _keep(self, page: Fetched) -> None:
        """The bodies, the cursor and the hint of a job: one commit."""
        tenant_id, account_id = self._account.tenant_id, self._account.id
        async with self._poller.database.transaction(tenant_id) as session:
            until = self._poller.clock() + LEASE
            moved = await Cursors(session, tenant_id).move(self._reading, page.cursor, until)
            if page.bodies:
                connection = await queue.driver(session)
                bodies = [(account_id, body) for body in page.bodies]
                await ledger.keep(connection, tenant_id, bodies)
                await queue.put(session, TAKE, tenant_id=tenant_id, account_id=account_id)
        self._reading = moved
        self._bodies += len(page.bodies)
        pages_fetched.labels(self._account.channel.name).inc()
        if self._seen:
            self._seen(page)

    async def _acknowledge(self, page: Fetched) -> None:
        """A courtesy: the cursor knows what was taken."""
        channel = self._poller.channel_of(self._account)
        try:
            await channel.acknowledge(self._account.settings, page, self._poller.client)
        except ChannelError as error:
            log.warning("poll.not_acknowledged", account=self._account.hint, error=str(error))

    async def _keep_token(self) -> None:
        """A refresh token that the provider replaced is worth as much as the password."""
        channel = self._account.channel
        if not isinstance(channel, TokenKeeping):
            return
        token = channel.refresh_token_to_keep(self._account.settings)
        if token is not None:
            changes = {"refresh_token": token.get_secret_value()}
            tenant_id, account_id = self._account.tenant_id, self._account.id
            await self._poller.accounts.configure(tenant_id, channel, changes, account_id)

    async def _finished(self) -> None:
        tenant_id, account = self._account.tenant_id, self._account
        now = self._poller.clock()
        minutes = getattr(account.settings, "poll_minutes", POLL_MINUTES)
        async with self._poller.database.transaction(tenant_id) as session:
            again = now + timedelta(minutes=minutes)
            wanted = await Cursors(session, tenant_id).finish(self._reading, now, again)
            if wanted:
                await put_poll(session, tenant_id, account.id)
            if self._reading.is_told:
                happened = Happened("mailbox.recovered", account.id, self._payload(), "system")
                record(session, tenant_id, happened)
                await queue.put(session, REACT, tenant_id=tenant_id)

    async def _give_back(self) -> None:
        tenant_id = self._account.tenant_id
        async with self._poller.database.transaction(tenant_id) as session:
            await Cursors(session, tenant_id).give_back(self._reading, self._poller.clock())

    async def _failed(self, error: Exception) -> Trouble:
        tenant_id, account, now = self._account.tenant_id, self._account, self._poller.clock()
        found = trouble(error, self._reading.failures, now)
        polls_failed.labels(account.channel.name).inc()
        log.info("poll.trouble", account=account.hint, error=found.sentence)
        is_told = self._reading.is_told or found.is_worth_telling
        since = self._reading.failing_since or now
        failure = Failure(found.sentence, found.is_permanent, since, found.count, is_told)
        async with self._poller.database.transaction(tenant_id) as session:
            cursors = Cursors(session, tenant_id)
            noted = await cursors.fail(self._reading, failure, now, found.again_at)
            if noted and is_told and not self._reading.is_told:
                payload = self._payload() | {"error": found.sentence, "since": since.isoformat()}
                happened = Happened("mailbox.failing", account.id, payload, "system")
                record(session, tenant_id, happened)
                await queue.put(session, REACT, tenant_id=tenant_id)
        return found

    def _payload(self) -> dict[str, str]:
        since = self._reading.failing_since
        return {
            "account": self._account.hint,
            "channel": self._account.channel.title,
            "since": since.isoformat() if since else "",
        }
