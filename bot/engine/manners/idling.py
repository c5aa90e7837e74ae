"""Conversations that a person has and nobody goes on with: reminded of, or given back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from domain.conversations.ownership import Ownership
from domain.database import Database
from domain.events import Happened, record
from domain.sla.opening import hours
from domain.tenants.service import Tenants

LONG_AGO = timedelta(days=7)
"""What has waited for longer is on the daily list."""

_WAITING = text("""
    select c.id, c.owner_id, c.last_message_at, p.name
      from conversations c join people p on p.id = c.person_id
     where c.tenant_id = :tenant_id and c.owner = 'staff' and c.last_author = 'customer'
       and c.merged_into_id is null and c.loop_since is null
       and c.last_message_at between :oldest and :latest
       and (c.idle_told_at is null or c.idle_told_at < c.last_message_at)
     order by c.last_message_at limit 100 for update of c skip locked
""")
_TOLD = text("update conversations set idle_told_at = :now where id = :id")
# Whose last word is the customer's is never handed back: that word would be forgotten.
_FORGOTTEN = text("""
    select c.id from conversations c
     where c.tenant_id = :tenant_id and c.owner = 'staff' and c.last_author = 'staff'
       and c.merged_into_id is null and not c.is_paused
       and coalesce(c.last_outbound_at, c.updated_at) < :before
       and coalesce(c.last_message_at, c.created_at) < :before
     order by c.last_outbound_at limit 100
""")


class Idling:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self, tenant_id: UUID, now: datetime) -> int:
        """The number of conversations that something was done about."""
        async with self._database.transaction(tenant_id) as session:
            presence = (await Tenants(session, tenant_id).settings()).presence
            done = 0
            if presence.remind_after_minutes:
                patience = timedelta(minutes=presence.remind_after_minutes)
                open_hours = await hours(session, presence.calendar, presence.away_until)
                for row in await self._waiting(session, tenant_id, now - patience):
                    if open_hours.waited(row.last_message_at, now) >= patience:
                        self._remind(session, tenant_id, row)
                        await session.execute(_TOLD, {"id": row.id, "now": now})
                        done += 1
            if presence.hand_back_after_hours:
                before = now - timedelta(hours=presence.hand_back_after_hours)
                done += await self._hand_back(session, tenant_id, before)
            if session.info.pop("has_events", False):
                await queue.put(session, "react", tenant_id=tenant_id)
        return done

    async def _waiting(
        self, session: AsyncSession, tenant_id: UUID, latest: datetime
    ) -> list[Row[Any]]:
        values = {"tenant_id": tenant_id, "latest": latest, "oldest": latest - LONG_AGO}
        return list(await session.execute(_WAITING, values))

    def _remind(self, session: AsyncSession, tenant_id: UUID, row: Row[Any]) -> None:
        payload = {
            "note": f"{row.name or 'A customer'} waits for a person's answer",
            "since": row.last_message_at.isoformat(),
        }
        if row.owner_id:
            payload["owner_id"] = str(row.owner_id)
        record(session, tenant_id, Happened("conversation.idle", row.id, payload, "system"))

    async def _hand_back(self, session: AsyncSession, tenant_id: UUID, before: datetime) -> int:
        found = await session.scalars(_FORGOTTEN, {"tenant_id": tenant_id, "before": before})
        ids = list(found)
        for conversation_id in ids:
            await Ownership(session, tenant_id).hand_back(conversation_id, None)
        return len(ids)
