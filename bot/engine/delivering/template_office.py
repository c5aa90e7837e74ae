"""Message templates of a tenant's accounts: shipped, submitted, and kept in step by schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import httpx

from bot import queue
from bot.engine.accounts import Account, Accounts
from bot.foundation.telemetry import log
from channels.channel import TemplateChannel
from channels.messages import ChannelError
from channels.templates import RegisteredTemplate, Template
from domain.database import Database
from domain.errors import DomainError, Refused
from domain.templates.models import MessageTemplate
from domain.templates.service import KnownTemplate, MessageTemplates
from domain.tenants import directory
from domain.tenants.service import ChannelAccounts
from domain.types import utc_now

SUBMITTABLE = ("draft", "rejected")
TEMPLATES = "templates"


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of one template: `trouble` is empty where it was taken."""

    template: MessageTemplate
    trouble: str = ""


class TemplateOffice:
    def __init__(self, database: Database, accounts: Accounts, client: httpx.AsyncClient) -> None:
        self._database = database
        self._accounts = accounts
        self._client = client

    async def all(self, tenant_id: UUID) -> list[MessageTemplate]:
        """Of every account, the shipped ones too, where they are only drafts yet."""
        for account in await self._able(tenant_id):
            await self._ship(account)
        async with self._database.transaction(tenant_id) as session:
            return await MessageTemplates(session, tenant_id).all()

    async def sync(self, tenant_id: UUID) -> list[MessageTemplate]:
        """Asks every provider; the templates that changed. Raises ChannelError."""
        changed: list[MessageTemplate] = []
        for account in await self._required(tenant_id):
            channel = cast(TemplateChannel, account.channel)
            listed = await channel.list_templates(account.settings, self._client)
            known = [_known(one) for one in listed]
            await self._ship(account)
            async with self._database.transaction(tenant_id) as session:
                office = MessageTemplates(session, tenant_id)
                changed += await office.sync(account.id, known, utc_now())
                await queue.put(session, "react", tenant_id=tenant_id)
        return changed

    async def submit(self, tenant_id: UUID, name: str = "", language: str = "") -> list[Submitted]:
        """Those that are drafts or were rejected: all, or of one name and language."""
        done = []
        for account in await self._required(tenant_id):
            await self._ship(account)
            for row in await self._submittable(account, name, language):
                done.append(await self._submit(account, row))
        if name and not done:
            raise Refused(f"There is no template “{name}” that waits to be submitted.")
        return done

    async def sync_all(self) -> None:
        """Every tenant by itself: trouble with one does not keep the others waiting."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
        for tenant in tenants:
            try:
                if await self._able(tenant.id):
                    await self.sync(tenant.id)
            except ChannelError as error:
                log.warning("templates.sync_failed", tenant=tenant.slug, error=str(error))
            except Exception:
                log.exception("templates.failed", tenant=tenant.slug)

    # --- inner ---

    async def _submit(self, account: Account, row: MessageTemplate) -> Submitted:
        channel = cast(TemplateChannel, account.channel)
        shipped = {(one.name, one.language): one for one in channel.shipped_templates()}
        template = shipped.get((row.name, row.language)) or _template(row)
        try:
            told = await channel.submit_template(template, account.settings, self._client)
        except ChannelError as error:
            return Submitted(row, str(error))
        async with self._database.transaction(account.tenant_id) as session:
            office = MessageTemplates(session, account.tenant_id)
            await office.submitted(row.id, _known(told), utc_now())
            await queue.put(session, "react", tenant_id=account.tenant_id)
            return Submitted(await office.one(row.id))

    async def _submittable(
        self, account: Account, name: str, language: str
    ) -> list[MessageTemplate]:
        async with self._database.transaction(account.tenant_id) as session:
            rows = await MessageTemplates(session, account.tenant_id).all(account.id)
        return [
            row
            for row in rows
            if row.state in SUBMITTABLE
            and name in ("", row.name, row.purpose)
            and language in ("", row.language)
        ]

    async def _ship(self, account: Account) -> None:
        channel = cast(TemplateChannel, account.channel)
        shipped = [_shipped(one) for one in channel.shipped_templates()]
        async with self._database.transaction(account.tenant_id) as session:
            await MessageTemplates(session, account.tenant_id).ship(account.id, shipped)

    async def _required(self, tenant_id: UUID) -> list[Account]:
        found = await self._able(tenant_id)
        if not found:
            raise Refused("No connected channel knows message templates: connect WhatsApp first.")
        return found

    async def _able(self, tenant_id: UUID) -> list[Account]:
        async with self._database.transaction(tenant_id) as session:
            rows: Sequence[UUID] = [
                row.id for row in await ChannelAccounts(session, tenant_id).all() if row.is_enabled
            ]
        accounts = []
        for account_id in rows:
            try:
                accounts.append(await self._accounts.get(tenant_id, account_id))
            except (DomainError, ValueError):  # not set up completely: nothing goes there
                continue
        return [one for one in accounts if one.is_on and isinstance(one.channel, TemplateChannel)]


def _known(told: RegisteredTemplate) -> KnownTemplate:
    template = told.template
    return KnownTemplate(
        name=template.name,
        language=template.language,
        category=template.category,
        body=template.body,
        buttons=template.buttons,
        state=told.state.value,
        reason=told.reason,
        external_id=told.external_id,
        quality=told.quality,
    )


def _shipped(template: Template) -> KnownTemplate:
    return KnownTemplate(
        name=template.name,
        language=template.language,
        category=template.category,
        body=template.body,
        buttons=template.buttons,
        purpose=template.purpose,
    )


def _template(row: MessageTemplate) -> Template:
    buttons = tuple(row.buttons)
    return Template(row.name, row.language, row.category, row.body, buttons, row.purpose)
