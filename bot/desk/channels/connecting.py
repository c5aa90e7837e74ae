"""Has providers deliver to us, or lets us ask them: as each account's settings say."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from bot.engine.accounts import Accounts
from bot.engine.fetching.roster import is_polled, put_poll
from channels.channel import AlsoDelivered, Channel
from channels.messages import ChannelError
from domain.audit.service import note
from domain.database import Database
from domain.errors import Refused
from domain.tenants.service import ChannelAccounts

COMMAND = "command"
WEBHOOKS = "/api/v1/{name}/webhook"


@dataclass(frozen=True, slots=True)
class Switchboard:
    """`public_url`: under which providers reach this installation; empty: unknown."""

    database: Database
    accounts: Accounts
    client: httpx.AsyncClient
    public_url: str


async def connect(board: Switchboard, tenant_id: UUID, channel: str) -> list[dict[str, Any]]:
    """Every account of the channel that is switched on; a row each, with what is so now."""
    known = board.accounts.channels.get(channel)
    if not isinstance(known, AlsoDelivered):
        raise Refused(_unneeded(channel, known))
    async with board.database.transaction(tenant_id) as session:
        rows = await ChannelAccounts(session, tenant_id).all(channel)
    if not rows:
        raise Refused(f"There is no {channel} account to connect: `frontdesk tenant set` adds one.")
    return [await _one(board, tenant_id, row.id) for row in rows if row.is_enabled]


async def _one(board: Switchboard, tenant_id: UUID, account_id: UUID) -> dict[str, Any]:
    account = await board.accounts.get(tenant_id, account_id)
    channel = account.channel
    if not isinstance(channel, AlsoDelivered):
        raise Refused(f"{channel.title} needs no connecting.")
    address = board.public_url.rstrip("/") + WEBHOOKS.format(name=channel.name)
    try:
        told = await channel.connect(account.settings, board.client, address)
    except ChannelError as error:
        raise Refused(f"{account.hint}: {error}") from error
    async with board.database.transaction(tenant_id) as session:
        note(session, tenant_id, COMMAND, "channel.connected", channel.name, account=account.hint)
        if await is_polled(session, tenant_id, account_id, board.accounts):
            # What waits at the provider need not wait for the timetable too.
            await put_poll(session, tenant_id, account_id)
    return {"channel": channel.name, "account": account.hint, "state": told}


def _unneeded(name: str, channel: Channel | None) -> str:
    if channel is None:
        return f"There is no channel “{name}”."
    return f"{channel.title} is set up at the provider: see the README of the channel."
