"""The caller's own tenant: settings, channel accounts and API keys."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, Field, JsonValue, RootModel

from bot.api.rest import Body, Name, Shown, UpdatedSince, rest_router
from bot.dependencies import (
    AdminCaller,
    Reader,
    ReadTransaction,
    RuntimeOf,
    Transaction,
)
from bot.desk.tenants import flattened
from bot.engine.accounts import Accounts
from domain.audit.service import note
from domain.errors import Refused
from domain.following import Since
from domain.tenants.cursors import Cursors
from domain.tenants.models import ApiKey, ChannelAccount, ChannelCursor, Tenant
from domain.tenants.service import ApiKeys, ChannelAccounts, Tenants
from domain.types import utc_now

router = rest_router("", "tenant")

DEEPEST, MOST = 6, 200


class TenantOut(BaseModel):
    """`channels`: each channel's settings of its first account, secrets left out."""

    id: UUID
    slug: str
    name: str
    settings: dict[str, JsonValue]
    channels: dict[str, dict[str, JsonValue]]
    knowledge_revision: int
    catalogue_revision: int
    created_at: datetime


class Changes(RootModel[dict[str, JsonValue]]):
    """Dotted or nested: `{"features.email": false}` is `{"features": {"email": false}}`."""

    model_config = {
        "json_schema_extra": {
            "examples": [{"features": {"auto_answer": False}, "llm.daily_budget": 5}]
        }
    }


class AccountOut(Shown):
    """`hint`: what names the account in a delivery (a phone number's id, a mailbox).

    `last_polled_at`, `failing_since`, `trouble`: of accounts that are asked for news.
    """

    id: UUID
    channel: str
    hint: str
    mode: str
    is_enabled: bool
    live_since: datetime | None
    created_at: datetime
    updated_at: datetime
    last_polled_at: datetime | None = None
    failing_since: datetime | None = None
    trouble: str = ""

    @classmethod
    def of(cls, account: ChannelAccount, cursor: ChannelCursor | None) -> Self:
        shown = cls.model_validate(account)
        if cursor:
            shown.last_polled_at, shown.trouble = cursor.last_polled_at, cursor.error
            shown.failing_since = cursor.failing_since
        return shown


class Accounted(BaseModel):
    items: list[AccountOut]


class Mode(Body):
    """`draft_only`: a person approves whatever leaves."""

    mode: Literal["draft_only", "automatic"]


class KeyOut(Shown):
    """`prefix`: how the key begins."""

    id: UUID
    name: str
    role: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    updated_at: datetime


class NewKeyOut(KeyOut):
    """`key`: shown this once, stored nowhere."""

    key: str = ""


class KeyIn(Body):
    name: Name = Field(examples=["Website"])
    role: Literal["admin", "staff", "readonly"]


class Keys(BaseModel):
    items: list[KeyOut]


@router.get("/tenant", summary="Your own settings")
async def tenant(caller: Reader, session: ReadTransaction, runtime: RuntimeOf) -> TenantOut:
    known = Tenants(session, caller.tenant_id)
    settings = (await known.settings()).model_dump(mode="json")
    accounts = await ChannelAccounts(session, caller.tenant_id).all()
    channels: dict[str, dict[str, Any]] = {}
    for account in accounts:
        channel = runtime.accounts.channels.get(account.channel)
        if channel:
            channels.setdefault(channel.settings_key, account.settings)
    return _tenant(await known.get(), settings, channels)


@router.patch("/tenant", summary="Change your settings")
async def change(
    sent: Changes, caller: AdminCaller, session: Transaction, runtime: RuntimeOf
) -> TenantOut:
    """All or nothing. A channel's key (`whatsapp_config.…`) goes to its first account."""
    _require_small(sent.root)
    flat = flattened(sent.root)
    plain, by_channel = _divided(flat, runtime.accounts)
    known = Tenants(session, caller.tenant_id)
    row = await known.get()
    if "name" in plain:
        row.name = _name(plain.pop("name"))
    await known.change(plain)
    accounts = ChannelAccounts(session, caller.tenant_id)
    existing = {name: await accounts.all(name) for name in by_channel}
    note(session, caller.tenant_id, caller.actor, "tenant.changed", keys=sorted(flat))
    await session.flush()
    for name, fields in by_channel.items():
        account_id = existing[name][0].id if existing[name] else None
        channel = runtime.accounts.channels[name]
        await runtime.accounts.configure(caller.tenant_id, channel, fields, account_id)
    runtime.accounts.forget()
    return await tenant(caller, session, runtime)


@router.get("/channels", summary="Channel accounts")
async def channels(
    caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> Accounted:
    rows = await ChannelAccounts(session, caller.tenant_id).all()
    rows = Since(updated_since).among(rows) if updated_since else rows
    found = await Cursors(session, caller.tenant_id).all()
    cursors = {cursor.channel_account_id: cursor for cursor in found}
    return Accounted(items=[AccountOut.of(row, cursors.get(row.id)) for row in rows])


@router.patch("/channels/{account_id}", summary="Let an account answer by itself, or not")
async def set_mode(
    account_id: UUID, sent: Mode, caller: AdminCaller, session: Transaction, runtime: RuntimeOf
) -> AccountOut:
    accounts = ChannelAccounts(session, caller.tenant_id)
    changed = await accounts.go_live(account_id, sent.mode, utc_now())
    note(session, caller.tenant_id, caller.actor, "channel.mode", str(account_id), mode=sent.mode)
    runtime.accounts.forget()
    cursor = await Cursors(session, caller.tenant_id).of(account_id)
    return AccountOut.of(changed, cursor)


@router.get("/keys", summary="API keys, without the keys themselves")
async def keys(
    caller: AdminCaller, session: ReadTransaction, updated_since: UpdatedSince = None
) -> Keys:
    """Its use is no change of a key."""
    rows = await ApiKeys(session, caller.tenant_id).all()
    rows = Since(updated_since).among(rows) if updated_since else rows
    return Keys(items=[KeyOut.model_validate(row) for row in rows])


@router.post("/keys", status_code=201, summary="Make an API key")
async def create_key(
    new: KeyIn, caller: AdminCaller, session: Transaction, runtime: RuntimeOf
) -> NewKeyOut:
    row, secret = await ApiKeys(session, caller.tenant_id).create(new.name, new.role, runtime.vault)
    note(session, caller.tenant_id, caller.actor, "key.created", str(row.id), role=new.role)
    shown = NewKeyOut.model_validate(row)
    shown.key = secret
    return shown


@router.delete("/keys/{key_id}", summary="End a key")
async def revoke_key(
    key_id: Annotated[UUID, Path()], caller: AdminCaller, session: Transaction
) -> KeyOut:
    known = ApiKeys(session, caller.tenant_id)
    await known.revoke(key_id, utc_now())
    note(session, caller.tenant_id, caller.actor, "key.revoked", str(key_id))
    await session.flush()
    row: ApiKey = await known.get(key_id)
    return KeyOut.model_validate(row)


def _tenant(
    row: Tenant, settings: dict[str, Any], channels: dict[str, dict[str, Any]]
) -> TenantOut:
    return TenantOut(
        id=row.id,
        slug=row.slug,
        name=row.name,
        settings=settings,
        channels=channels,
        knowledge_revision=row.knowledge_revision,
        catalogue_revision=row.catalogue_revision,
        created_at=row.created_at,
    )


def _divided(
    flat: dict[str, Any], accounts: Accounts
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Settings of the tenant, and fields of accounts by channel."""
    by_key = {channel.settings_key: name for name, channel in accounts.channels.items()}
    plain: dict[str, Any] = {}
    by_channel: dict[str, dict[str, Any]] = {}
    for key, value in flat.items():
        head, _, field = key.partition(".")
        if head in by_key and field:
            by_channel.setdefault(by_key[head], {})[field] = value
        else:
            plain[key] = value
    return plain, by_channel


def _require_small(tree: Any, depth: int = 0) -> None:
    if isinstance(tree, dict):
        if depth > DEEPEST or len(tree) > MOST:
            raise Refused("These are too many settings at once.")
        for key, value in tree.items():
            if "\x00" in key:
                raise Refused("A setting's name holds a character that cannot be stored.")
            _require_small(value, depth + 1)
    elif isinstance(tree, str) and "\x00" in tree:
        raise Refused("A value holds a character that cannot be stored.")


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 200:
        raise Refused("The name is 1 to 200 characters.")
    return value.strip()
