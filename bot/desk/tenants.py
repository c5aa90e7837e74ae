"""Tenants, keys and channel accounts, as an operator handles them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot.engine.accounts import Accounts
from bot.foundation.security import Vault
from domain.audit.service import note
from domain.database import Database
from domain.errors import Refused
from domain.tenants import directory
from domain.tenants.cursors import Cursors
from domain.tenants.models import ChannelCursor
from domain.tenants.service import ApiKeys, ChannelAccounts, Tenants
from domain.tenants.settings import TenantSettings
from domain.types import new_id, utc_now

COMMAND = "command"


async def add(
    database: Database, slug: str, name: str, settings: TenantSettings | None = None
) -> UUID:
    tenant_id = new_id()
    async with database.transaction(tenant_id) as session:
        await Tenants(session, tenant_id).add(slug, name, settings or TenantSettings())
        note(session, tenant_id, COMMAND, "tenant.added", slug)
    return tenant_id


async def overview(database: Database) -> list[dict[str, Any]]:
    async with database.directory() as session:
        names = await directory.tenants(session)
    return [{"slug": tenant.slug, "id": str(tenant.id)} for tenant in names]


async def describe(database: Database, accounts: Accounts, tenant_id: UUID) -> dict[str, Any]:
    """Settings as they can be set again, secrets left out."""
    async with database.transaction(tenant_id) as session:
        tenant = await Tenants(session, tenant_id).get()
        rows = await ChannelAccounts(session, tenant_id).all()
    described: dict[str, Any] = {"slug": tenant.slug, "name": tenant.name} | tenant.settings
    for row in rows:
        key = accounts.channels[row.channel].settings_key
        if key not in described:
            described[key] = row.settings
    described["channel_accounts"] = [_account_row(row) for row in rows]
    return described


async def change(
    database: Database, accounts: Accounts, tenant_id: UUID, changes: Mapping[str, Any]
) -> None:
    """All or nothing. A channel's key (`whatsapp_config.…`) goes to its first account."""
    keys = {channel.settings_key: channel for channel in accounts.channels.values()}
    plain: dict[str, Any] = {}
    by_channel: dict[str, dict[str, Any]] = {}
    for key, value in changes.items():
        head, _, field = key.partition(".")
        if head in keys and field:
            by_channel.setdefault(head, {})[field] = value
        else:
            plain[key] = value
    async with database.transaction(tenant_id) as session:
        tenants = Tenants(session, tenant_id)
        if "name" in plain:
            (await tenants.get()).name = str(plain.pop("name"))
        await tenants.change(plain)
        existing = {
            key: await ChannelAccounts(session, tenant_id).all(c.name) for key, c in keys.items()
        }
        note(session, tenant_id, COMMAND, "tenant.changed", keys=sorted(changes))
    for key, fields in by_channel.items():
        account_id = existing[key][0].id if existing[key] else None
        await accounts.configure(tenant_id, keys[key], fields, account_id)
    accounts.forget()


def flattened(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """`{"features": {"email": false}}` as `{"features.email": false}`."""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


async def add_account(
    accounts: Accounts, tenant_id: UUID, channel: str, fields: Mapping[str, str]
) -> None:
    if channel not in accounts.channels:
        raise Refused(f"There is no channel “{channel}”.")
    await accounts.configure(tenant_id, accounts.channels[channel], fields, None)


async def accounts(database: Database, tenant_id: UUID) -> list[dict[str, Any]]:
    async with database.transaction(tenant_id) as session:
        rows = await ChannelAccounts(session, tenant_id).all()
        cursors = {one.channel_account_id: one for one in await Cursors(session, tenant_id).all()}
    return [_account_row(row) | _polling(cursors.get(row.id)) for row in rows]


async def go_live(
    database: Database, known: Accounts, tenant_id: UUID, channel: str, mode: str
) -> int:
    """Every account of the channel; how many there are."""
    async with database.transaction(tenant_id) as session:
        service = ChannelAccounts(session, tenant_id)
        rows = await service.all(channel)
        if not rows:
            raise Refused(f"There is no {channel} account to set live.")
        for row in rows:
            await service.go_live(row.id, mode, utc_now())
        note(session, tenant_id, COMMAND, "channel.mode", channel, mode=mode)
    known.forget()
    return len(rows)


async def create_key(
    database: Database, vault: Vault, tenant_id: UUID, name: str, role: str
) -> tuple[UUID, str]:
    async with database.transaction(tenant_id) as session:
        key, secret = await ApiKeys(session, tenant_id).create(name or role, role, vault)
        note(session, tenant_id, COMMAND, "key.created", str(key.id), role=role)
    return key.id, secret


async def revoke_key(database: Database, tenant_id: UUID, key_id: UUID) -> None:
    async with database.transaction(tenant_id) as session:
        await ApiKeys(session, tenant_id).revoke(key_id, utc_now())
        note(session, tenant_id, COMMAND, "key.revoked", str(key_id))


async def keys(database: Database, tenant_id: UUID) -> list[dict[str, Any]]:
    async with database.transaction(tenant_id) as session:
        rows = await ApiKeys(session, tenant_id).all()
    return [
        {
            "id": str(key.id),
            "name": key.name,
            "role": key.role,
            "starts_with": key.prefix,
            "state": "revoked" if key.revoked_at else "valid",
        }
        for key in rows
    ]


def _polling(cursor: ChannelCursor | None) -> dict[str, Any]:
    """How the asking for news goes, of accounts that are asked."""
    at = cursor.last_polled_at if cursor else None
    since = cursor.failing_since if cursor else None
    return {
        "last_polled_at": at.isoformat(timespec="seconds") if at else None,
        "failing_since": since.isoformat(timespec="seconds") if since else None,
        "trouble": cursor.error if cursor else "",
    }


def _account_row(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "channel": row.channel,
        "account": row.hint,
        "mode": row.mode,
        "enabled": row.is_enabled,
        "live_since": row.live_since.isoformat() if row.live_since else None,
    }
