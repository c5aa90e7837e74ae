"""Takes a delivery in: verified, on disk with a job's hint, then acknowledged. Nothing else."""

from uuid import UUID

from bot.engine.accounts import Account, Accounts
from bot.engine.intray import Intray
from bot.foundation.telemetry import webhooks_received
from channels.channel import Channel, Delivery
from domain.database import Database


class Unverified(Exception):
    """No account's secret vouches for these bytes. Says nothing more, to nobody."""


class Receiver:
    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._intray = Intray(database)
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
        """Returns when it is on disk. Raises NotStored."""
        await self._intray.keep(tenant_id, account_id, body)

    async def _vouching(self, channel: Channel, delivery: Delivery, hint: str) -> list[Account]:
        accounts = await self._accounts.named(channel.name, hint)
        vouching = [a for a in accounts if channel.verify(delivery, a.settings)]
        if not vouching:
            # One account that the secret does not vouch for spoils the whole delivery.
            webhooks_received.labels(channel.name, "refused").inc()
            raise Unverified
        return vouching
