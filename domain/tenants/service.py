"""Tenants, their channel accounts and API keys."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.tenants import directory
from domain.tenants.models import ApiKey, ChannelAccount, DirectoryTenant, Tenant
from domain.tenants.settings import TenantSettings
from domain.types import new_id, utc_now

API_KEY = "api_key"
ROLES = ("admin", "staff", "readonly")
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class Digest(Protocol):
    """Keyed hashes: what the directory holds instead of the value."""

    def digest(self, kind: str, value: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class AccountConfiguration:
    """A channel account's settings as stored: what is public, and the sealed secrets.

    `lookups`: (directory kind, value) that a delivery will show: phone_number_id, verify token.
    """

    channel: str
    hint: str
    public: dict[str, Any]
    sealed: bytes
    lookups: tuple[tuple[str, str], ...]


class Tenants:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, slug: str, name: str, settings: TenantSettings) -> Tenant:
        """The session must have been entered with the id of the new tenant."""
        if not SLUG.fullmatch(slug):
            raise Refused(
                f"“{slug}” cannot name a tenant: use lower-case letters, digits and hyphens."
            )
        known = await directory.tenants(self._session)
        if slug in {tenant.slug for tenant in known}:
            raise Refused(f"There is a tenant “{slug}” already.")
        tenant = Tenant(
            id=self._tenant_id, slug=slug, name=name, settings=settings.model_dump(mode="json")
        )
        self._session.add(tenant)
        self._session.add(DirectoryTenant(tenant_id=tenant.id, slug=slug))
        await self._session.flush()
        return tenant

    async def get(self) -> Tenant:
        tenant = await self._session.get(Tenant, self._tenant_id)
        if tenant is None:
            raise NotFound("tenant", self._tenant_id)
        return tenant

    async def settings(self) -> TenantSettings:
        return TenantSettings.model_validate((await self.get()).settings)

    async def change(self, changes: dict[str, Any]) -> TenantSettings:
        tenant = await self.get()
        settings = TenantSettings.model_validate(tenant.settings).changed(changes)
        tenant.settings = settings.model_dump(mode="json")
        await self._session.flush()
        return settings


class ChannelAccounts:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self, channel: str | None = None) -> list[ChannelAccount]:
        query = select(ChannelAccount).order_by(ChannelAccount.created_at)
        if channel:
            query = query.where(ChannelAccount.channel == channel)
        return list(await self._session.scalars(query))

    async def get(self, account_id: UUID) -> ChannelAccount:
        account = await self._session.get(ChannelAccount, account_id)
        if account is None:
            raise NotFound("channel account", account_id)
        return account

    async def configure(
        self, configuration: AccountConfiguration, hashes: Digest, account_id: UUID | None = None
    ) -> ChannelAccount:
        """Adds an account, or changes the one named."""
        account = await self.get(account_id) if account_id else self._new(configuration)
        account.hint = configuration.hint
        account.settings = configuration.public
        account.secrets = configuration.sealed
        account.updated_at = utc_now()
        self._session.add(account)
        await self._session.flush()
        for kind in dict.fromkeys(kind for kind, _ in configuration.lookups):
            await directory.forget(self._session, kind, account.id)
        for kind, value in configuration.lookups:
            await directory.register(
                self._session, kind, hashes.digest(kind, value), self._tenant_id, account.id
            )
        return account

    def _new(self, configuration: AccountConfiguration) -> ChannelAccount:
        return ChannelAccount(id=new_id(), tenant_id=self._tenant_id, channel=configuration.channel)

    async def go_live(self, account_id: UUID, mode: str, now: datetime) -> ChannelAccount:
        """`automatic` lets the bot answer by itself; `draft_only` has a person approve."""
        if mode not in ("automatic", "draft_only"):
            raise Refused("A channel is either automatic or draft_only.")
        account = await self.get(account_id)
        account.mode = mode
        account.live_since = (account.live_since or now) if mode == "automatic" else None
        await self._session.flush()
        return account


class ApiKeys:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def create(self, name: str, role: str, hashes: Digest) -> tuple[ApiKey, str]:
        """The row, and the key itself: shown once, stored nowhere."""
        if role not in ROLES:
            raise Refused(f"A key's role is one of {', '.join(ROLES)}.")
        secret = f"fd_{secrets.token_urlsafe(32)}"
        key = ApiKey(
            id=new_id(), tenant_id=self._tenant_id, name=name, role=role, prefix=secret[:9]
        )
        self._session.add(key)
        await self._session.flush()
        await directory.register(
            self._session, API_KEY, hashes.digest(API_KEY, secret), self._tenant_id, key.id
        )
        return key, secret

    async def revoke(self, key_id: UUID, now: datetime) -> None:
        key = await self.get(key_id)
        key.revoked_at = key.updated_at = now
        await directory.forget(self._session, API_KEY, key_id)

    async def get(self, key_id: UUID) -> ApiKey:
        key = await self._session.get(ApiKey, key_id)
        if key is None:
            raise NotFound("API key", key_id)
        return key

    async def all(self) -> list[ApiKey]:
        return list(await self._session.scalars(select(ApiKey).order_by(ApiKey.created_at)))
