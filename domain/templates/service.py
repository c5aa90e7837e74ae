"""The templates of a tenant's accounts: shipped as drafts, submitted, decided, kept in step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound
from domain.events import Happened, record
from domain.templates.models import MessageTemplate
from domain.types import new_id

APPROVED = "approved"
LOST = ("rejected", "paused", "disabled")
MOST_HISTORY = 50


@dataclass(frozen=True, slots=True)
class KnownTemplate:
    """A template as it is shipped, or as the provider has it; what is empty is not known."""

    name: str
    language: str
    category: str = ""
    body: str = ""
    buttons: tuple[str, ...] = ()
    purpose: str = ""
    state: str = ""
    reason: str = ""
    external_id: str = ""
    quality: str = ""


class MessageTemplates:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self, account_id: UUID | None = None) -> list[MessageTemplate]:
        query = select(MessageTemplate).order_by(
            MessageTemplate.channel_account_id, MessageTemplate.name, MessageTemplate.language
        )
        if account_id:
            query = query.where(MessageTemplate.channel_account_id == account_id)
        return list(await self._session.scalars(query))

    async def approved(self, account_id: UUID) -> list[MessageTemplate]:
        query = select(MessageTemplate).where(
            MessageTemplate.channel_account_id == account_id, MessageTemplate.state == APPROVED
        )
        return list(await self._session.scalars(query.order_by(MessageTemplate.name)))

    async def one(self, template_id: UUID) -> MessageTemplate:
        row = await self._session.get(MessageTemplate, template_id)
        if row is None:
            raise NotFound("template", template_id)
        return row

    async def ship(self, account_id: UUID, shipped: Sequence[KnownTemplate]) -> None:
        """What is not there yet becomes a draft; what is there is known by its purpose."""
        await self._alone(account_id)
        rows = await self._by_name(account_id)
        for one in shipped:
            row = rows.get((one.name, one.language))
            if row is None:
                self._session.add(self._new(account_id, replace(one, state="draft")))
            elif not row.purpose:
                row.purpose = one.purpose
        await self._session.flush()

    async def sync(
        self, account_id: UUID, listed: Sequence[KnownTemplate], now: datetime
    ) -> list[MessageTemplate]:
        """The provider's whole list; those that changed. What it has no more is disabled."""
        await self._alone(account_id)
        rows = await self._by_name(account_id)
        changed = []
        for one in listed:
            row = rows.pop((one.name, one.language), None)
            if row is None:
                row = self._new(account_id, one)
                self._session.add(row)
                changed.append(row)
            elif self._learn(row, one, now):
                changed.append(row)
            row.synced_at = now
        gone = [row for row in rows.values() if row.state != "draft" and row.external_id]
        for row in gone:
            told = KnownTemplate(row.name, row.language, state="disabled", reason="deleted there")
            if self._learn(row, told, now):
                changed.append(row)
        await self._session.flush()
        return changed

    async def note(
        self, account_id: UUID, news: Sequence[KnownTemplate], now: datetime
    ) -> list[MessageTemplate]:
        """What a provider told of single ones, in any order and repeated."""
        changed = []
        for one in news:
            row = await self._meant(account_id, one)
            if row is not None and self._learn(row, one, now):
                changed.append(row)
        await self._session.flush()
        return changed

    async def submitted(self, template_id: UUID, told: KnownTemplate, now: datetime) -> None:
        self._learn(await self.one(template_id), told, now)
        await self._session.flush()

    # --- inner ---

    def _learn(self, row: MessageTemplate, told: KnownTemplate, now: datetime) -> bool:
        """Whether it is news. Every change of state and category stays in the history."""
        before = (row.state, row.category)
        for field in ("state", "category", "quality", "body", "external_id", "purpose"):
            value = getattr(told, field)
            if value and value != getattr(row, field):
                if field in ("state", "category", "quality"):
                    self._remember(row, field, value, told.reason, now)
                setattr(row, field, value)
        if told.buttons:
            row.buttons = list(told.buttons)
        if told.state:
            row.reason = told.reason
        news = (row.state, row.category) != before
        if news:
            record(self._session, self._tenant_id, _happened(row))
        return news

    def _remember(
        self, row: MessageTemplate, field: str, new: str, why: str, now: datetime
    ) -> None:
        entry: dict[str, Any] = {
            "at": now.isoformat(),
            "field": field,
            "old": getattr(row, field),
            "new": new,
            "why": why,
        }
        row.history = [*row.history, entry][-MOST_HISTORY:]

    def _new(self, account_id: UUID, one: KnownTemplate) -> MessageTemplate:
        return MessageTemplate(
            id=new_id(),
            tenant_id=self._tenant_id,
            channel_account_id=account_id,
            name=one.name,
            language=one.language,
            category=one.category,
            purpose=one.purpose,
            body=one.body,
            buttons=list(one.buttons),
            state=one.state or "submitted",
            reason=one.reason,
            external_id=one.external_id,
            quality=one.quality,
            history=[],
        )

    async def _by_name(self, account_id: UUID) -> dict[tuple[str, str], MessageTemplate]:
        return {(row.name, row.language): row for row in await self.all(account_id)}

    async def _meant(self, account_id: UUID, one: KnownTemplate) -> MessageTemplate | None:
        named = (MessageTemplate.name == one.name) & (MessageTemplate.language == one.language)
        by_id = MessageTemplate.external_id == one.external_id
        query = select(MessageTemplate).where(
            MessageTemplate.channel_account_id == account_id,
            or_(named, by_id) if one.external_id else named,
        )
        return (await self._session.scalars(query.with_for_update().limit(1))).one_or_none()

    async def _alone(self, account_id: UUID) -> None:
        """One at a time for an account: two would add the same template."""
        await self._session.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"),
            {"key": f"templates:{account_id}"},
        )


def _happened(row: MessageTemplate) -> Happened:
    payload = {
        "name": row.name,
        "language": row.language,
        "state": row.state,
        "category": row.category,
        "reason": row.reason,
    }
    return Happened("template.changed", row.id, payload, "provider")
