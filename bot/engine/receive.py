"""Takes a delivery in: verified, on disk with a job's hint, then acknowledged. Nothing else."""

from uuid import UUID

from psycopg import OperationalError

from bot import queue
from bot.engine.accounts import Account, Accounts
from bot.foundation.errors import FrontdeskError
from bot.foundation.telemetry import webhooks_received
from channels.channel import Channel, Delivery
from domain.conversations import ledger
from domain.database import Database

TAKE = "take"


class Unverified(Exception):
    """No account's secret vouches for these bytes. Says nothing more, to nobody."""


class NotStored(FrontdeskError):
    """The database is away or busy: the provider must deliver again."""

    def __init__(self) -> None:
        super().__init__("The database does not answer: deliver again soon.")


class Receiver:
    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    async def receive(self, channel: Channel, delivery: Delivery) -> int:
        """The number of accounts it was stored for. Raises Unverified."""
        hints = dict.fromkeys(channel.peek(delivery))
        accounts = [
            account for hint in hints for account in await self._vouching(channel, delivery, hint)
        ]
        if not accounts:
            webhooks_received.labels(channel.name, "refused").inc()
            raise Unverified
        for account in accounts:
            await self.store(account.tenant_id, account.id, delivery.body)
        webhooks_received.labels(channel.name, "stored").inc()
        return len(accounts)

    async def store(self, tenant_id: UUID, account_id: UUID, body: bytes) -> None:
        """One round trip, one commit. Raises NotStored."""
        try:
            async with self._database.pipeline(tenant_id) as connection:
                await ledger.keep(connection, tenant_id, account_id, body)
                await queue.put_on(connection, TAKE, tenant_id=tenant_id, account_id=account_id)
        except OperationalError as error:
            raise NotStored from error

    async def _vouching(self, channel: Channel, delivery: Delivery, hint: str) -> list[Account]:
        accounts = await self._accounts.named(channel.name, hint)
        vouching = [a for a in accounts if channel.verify(delivery, a.settings)]
        if not vouching:
            # One account that the secret does not vouch for spoils the whole delivery.
            webhooks_received.labels(channel.name, "refused").inc()
            raise Unverified
        return vouching
