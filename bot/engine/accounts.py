"""Channel accounts with their secrets opened, found by what a delivery shows of them."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import SecretStr, ValidationError

from bot import queue
from bot.foundation.security import Vault
from channels.channel import Channel, ChannelSettings
from domain.conversations.reaching.pacing import Pace
from domain.database import Database
from domain.errors import NotConfigured, NotFound
from domain.tenants import directory
from domain.tenants.models import ChannelAccount
from domain.tenants.service import AccountConfiguration, ChannelAccounts, Tenants
from domain.tenants.settings import TenantSettings
from domain.types import utc_now

CACHE_SECONDS = 5.0
ASKING_SECONDS = 1.0
SIMULATED_PREFIX = "simulator-"
VERIFY_TOKEN = "verify_token"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True)
class Account:
    """One number, mailbox or bot, ready for use. Never logged: `settings` holds secrets."""

    id: UUID
    tenant_id: UUID
    channel: Channel
    hint: str
    settings: ChannelSettings
    mode: str
    is_enabled: bool
    live_since: datetime | None
    tenant: TenantSettings

    @property
    def further_hints(self) -> tuple[str, ...]:
        """Other ids by which deliveries may name it: those of its whole business account."""
        told = (getattr(self.settings, field, None) for field in self.settings.further_hints)
        return tuple(str(one) for one in told if one)

    @property
    def answers_by_itself(self) -> bool:
        return (self.mode == "automatic" or self.tenant.is_demo) and (
            self.tenant.features.auto_answer
        )

    @property
    def is_on(self) -> bool:
        return self.is_enabled and bool(getattr(self.tenant.features, self.channel.name, True))


class Accounts:
    """Looks accounts up, and remembers them for a few seconds (webhooks come in bursts)."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        channels: Mapping[str, Channel],
        simulated: Mapping[str, Channel],
    ) -> None:
        """`simulated`: channels that lead to simulators, for the demo and for trying things."""
        self._database = database
        self._vault = vault
        self.channels = channels
        self.simulated = simulated
        self._by_id: dict[UUID, tuple[float, Account]] = {}
        self._by_hint: dict[tuple[str, str], tuple[float, tuple[directory.Found, ...]]] = {}

    @property
    def vault(self) -> Vault:
        return self._vault

    async def get(self, tenant_id: UUID, account_id: UUID) -> Account:
        cached = self._by_id.get(account_id)
        if cached and cached[0] > time.monotonic() and cached[1].tenant_id == tenant_id:
            return cached[1]
        if cached:
            # One asks again; the others meanwhile go on with what is known.
            self._by_id[account_id] = (time.monotonic() + ASKING_SECONDS, cached[1])
        async with self._database.transaction(tenant_id) as session:
            row = await ChannelAccounts(session, tenant_id).get(account_id)
            settings = await Tenants(session, tenant_id).settings()
        account = self._opened(row, settings)
        self._by_id[account_id] = (time.monotonic() + CACHE_SECONDS, account)
        return account

    async def named(self, channel: str, hint: str) -> list[Account]:
        """Every enabled account with that hint; several tenants may claim the same one."""
        found = await self._found(account_kind(channel), hint)
        accounts = [await self.get(one.tenant_id, one.subject_id) for one in found]
        return [account for account in accounts if account.is_on]

    async def knows_verify_token(self, channel: str, token: str) -> bool:
        found = await self._found(token_kind(channel), token)
        return any([(await self.get(one.tenant_id, one.subject_id)).is_on for one in found])

    async def configure(
        self, tenant_id: UUID, channel: Channel, changes: Mapping[str, str], account_id: UUID | None
    ) -> ChannelAccount:
        """Adds an account or changes fields of one; what is missing or wrong is named."""
        async with self._database.transaction(tenant_id) as session:
            accounts = ChannelAccounts(session, tenant_id)
            present = await accounts.get(account_id) if account_id else None
            values = (self._values(present) if present else {}) | dict(changes)
            configuration = self._configuration(channel, values)
            account = await accounts.configure(configuration, self._vault, account_id)
            if account_id:  # a new token: what waited for it leaves
                for message_id in await Pace(session, tenant_id).resume(account_id, utc_now()):
                    await queue.put(session, "deliver", tenant_id=tenant_id, message_id=message_id)
        self.forget()
        return account

    def channel_for(self, row: ChannelAccount, settings: TenantSettings) -> Channel | None:
        """The provider itself, or what stands in for it; None where nothing does."""
        is_simulated = settings.is_demo or row.hint.startswith(SIMULATED_PREFIX)
        return (self.simulated if is_simulated else self.channels).get(row.channel)

    def forget(self) -> None:
        self._by_id.clear()
        self._by_hint.clear()

    async def _found(self, kind: str, value: str) -> tuple[directory.Found, ...]:
        cached = self._by_hint.get((kind, value))
        if cached and cached[0] > time.monotonic():
            return cached[1]
        if cached:
            self._by_hint[kind, value] = (time.monotonic() + ASKING_SECONDS, cached[1])
        async with self._database.directory() as session:
            found = await directory.find(session, kind, self._vault.digest(kind, value))
        if len(self._by_hint) > 10_000:
            self._by_hint.clear()
        self._by_hint[kind, value] = (time.monotonic() + CACHE_SECONDS, found)
        return found

    def _opened(self, row: ChannelAccount, settings: TenantSettings) -> Account:
        channel = self.channel_for(row, settings)
        if channel is None:
            raise NotFound("channel", row.channel)
        return Account(
            id=row.id,
            tenant_id=row.tenant_id,
            channel=channel,
            hint=row.hint,
            settings=channel.settings_model.model_validate(self._values(row)),
            mode=row.mode,
            is_enabled=row.is_enabled,
            live_since=row.live_since,
            tenant=settings,
        )

    def _values(self, row: ChannelAccount) -> dict[str, Any]:
        secrets = json.loads(self._vault.open(row.secrets)) if row.secrets else {}
        return dict(row.settings) | secrets

    def _configuration(self, channel: Channel, values: Mapping[str, Any]) -> AccountConfiguration:
        try:
            settings = channel.settings_model.model_validate(dict(values))
        except ValidationError as error:
            raise NotConfigured(_explained(channel, error)) from error
        public, secrets = _divided(settings)
        hint = str(getattr(settings, settings.account_field))
        kind = account_kind(channel.name)
        lookups = [(kind, hint)]
        lookups += [(kind, str(public[f])) for f in settings.further_hints if public.get(f)]
        if secrets.get(VERIFY_TOKEN):
            lookups.append((token_kind(channel.name), secrets[VERIFY_TOKEN]))
        return AccountConfiguration(
            channel=channel.name,
            hint=hint,
            public=public,
            sealed=self._vault.seal(json.dumps(secrets)),
            lookups=tuple(lookups),
        )


def account_kind(channel: str) -> str:
    return f"{channel}.account"


def token_kind(channel: str) -> str:
    return f"{channel}.verify_token"


def _divided(settings: ChannelSettings) -> tuple[dict[str, Any], dict[str, str]]:
    public: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            secrets[name] = value.get_secret_value()
        elif value is not None:
            public[name] = value
    return public, secrets


def _explained(channel: Channel, error: ValidationError) -> str:
    missing = [str(e["loc"][0]) for e in error.errors() if e["type"] == "missing"]
    if missing:
        keys = " ".join(f"{channel.settings_key}.{name}=…" for name in missing)
        return f"{channel.title} also needs {', '.join(missing)}: set them together ({keys})."
    first = error.errors()[0]
    told = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:  # of several together: the channel says it in a sentence of its own
        return told
    where = ".".join(str(part) for part in first["loc"])
    shown = f"{told[:1].lower()}{told[1:]}".rstrip(".")
    return f"The setting {channel.settings_key}.{where} is wrong: {shown}."
