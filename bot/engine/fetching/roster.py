"""Which accounts are asked for news: those switched on, of channels that bring none."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.accounts import Accounts
from bot.foundation.telemetry import log
from channels.channel import AlsoDelivered, Channel, PolledChannel
from domain.database import Database
from domain.tenants import directory
from domain.tenants.cursors import Cursors
from domain.tenants.models import ChannelAccount
from domain.tenants.service import ChannelAccounts, Tenants
from domain.types import utc_now

POLL = "poll"
RETRY = timedelta(minutes=2)
"""A poll whose job was lost is put again after this."""


@dataclass(frozen=True, slots=True)
class Polled:
    """An account that is asked. `changed_at`: whoever holds a connection must begin anew."""

    tenant_id: UUID
    account_id: UUID
    changed_at: datetime


class Roster:
    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    async def put_due(self) -> int:
        """A job for each account whose time has come; every tenant by itself."""
        put = 0
        for tenant in await self._tenants():
            try:
                put += await self._put_due_of(tenant.id)
            except Exception:
                log.exception("polls.failed", tenant=tenant.slug)
        return put

    async def all(self) -> list[Polled]:
        found: list[Polled] = []
        for tenant in await self._tenants():
            async with self._database.transaction(tenant.id) as session:
                found += await self._of(session, tenant.id)
        return found

    async def of_tenant(self, tenant_id: UUID) -> list[Polled]:
        async with self._database.transaction(tenant_id) as session:
            return await self._of(session, tenant_id)

    async def _put_due_of(self, tenant_id: UUID) -> int:
        now = utc_now()
        async with self._database.transaction(tenant_id) as session:
            polled = [one.account_id for one in await self._of(session, tenant_id)]
            if not polled:
                return 0
            due = await Cursors(session, tenant_id).claim_due(polled, now, now + RETRY)
            for account_id in due:
                await put_poll(session, tenant_id, account_id)
        return len(due)

    async def _of(self, session: AsyncSession, tenant_id: UUID) -> list[Polled]:
        return [
            Polled(tenant_id, row.id, row.updated_at)
            for row in await polled_rows(session, tenant_id, self._accounts)
        ]

    async def _tenants(self) -> tuple[directory.TenantName, ...]:
        async with self._database.directory() as session:
            return await directory.tenants(session)


async def put_poll(session: AsyncSession, tenant_id: UUID, account_id: UUID) -> None:
    lane = queue.FETCHING_LANE
    await queue.put(session, POLL, lane=lane, tenant_id=tenant_id, account_id=account_id)


async def polled_rows(
    session: AsyncSession, tenant_id: UUID, accounts: Accounts
) -> list[ChannelAccount]:
    rows = [row for row in await ChannelAccounts(session, tenant_id).all() if row.is_enabled]
    if not rows:
        return []
    settings = await Tenants(session, tenant_id).settings()
    return [
        row
        for row in rows
        if getattr(settings.features, row.channel, True)
        and _is_asked(accounts.channel_for(row, settings), row)
    ]


async def is_polled(
    session: AsyncSession, tenant_id: UUID, account_id: UUID, accounts: Accounts
) -> bool:
    return any(row.id == account_id for row in await polled_rows(session, tenant_id, accounts))


def _is_asked(channel: Channel | None, row: ChannelAccount) -> bool:
    if isinstance(channel, AlsoDelivered):
        return channel.is_polled(row.settings)
    return isinstance(channel, PolledChannel)
