"""Merges a ticket into another, and takes the merge back exactly within thirty days."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation
from domain.errors import Refused
from domain.tickets.history import TicketHistory
from domain.tickets.models import Ticket, TicketMerge
from domain.tickets.service import Tickets
from domain.types import new_id, utc_now

UNDO_WITHIN = timedelta(days=30)
_KEPT = ("status", "resolved_at", "closed_at", "snoozed_at", "snoozed_until")


class MergeRefused(Refused):
    pass


class Merges:
    """Comments and messages stay with the ticket they were said to; the target shows them too."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._history = TicketHistory(session, tenant_id)

    async def merge(self, source: Ticket, into: Ticket, *, actor: str, why: str = "") -> Ticket:
        """The ticket that goes on: `into`, or what that one was merged into. Raises Refused."""
        if source.merged_into_id is not None:
            raise MergeRefused(f"{source.number} was merged already: undo that first.")
        target = await Tickets(self._session, self._tenant_id).goes_on_as(into)
        source, target = await self._locked(source, target)
        if source.id == target.id:
            raise MergeRefused(f"{source.number} cannot be merged into itself.")
        before = await self._joined(source, target)
        self._session.add(
            TicketMerge(
                id=new_id(),
                tenant_id=self._tenant_id,
                source_id=source.id,
                target_id=target.id,
                before=before,
                merged_by=actor,
            )
        )
        now = utc_now()
        source.merged_into_id, source.status = target.id, "closed"
        source.closed_at, source.snoozed_at, source.snoozed_until = now, None, None
        told = ("merged", None, target.number)
        self._history.changed(source, told, actor=actor, why=why, kind="ticket.merged")
        told = ("merged", None, f"with {source.number}")
        self._history.changed(target, told, actor=actor, why=why, kind="ticket.merged")
        await self._session.flush()
        return target

    async def undo(self, source: Ticket, *, actor: str, now: datetime) -> Ticket:
        """The source as it was. What was said to the target since stays there."""
        merge = await self._last(source.id)
        if source.merged_into_id is None or merge is None:
            raise MergeRefused(f"{source.number} is not merged into another ticket.")
        if now - merge.created_at > UNDO_WITHIN:
            raise MergeRefused(f"{source.number} was merged more than 30 days ago.")
        target = await self._session.get_one(Ticket, merge.target_id)
        source, target = await self._locked(source, target)
        self._restore(source, target, merge.before)
        conversations = [UUID(one) for one in merge.before["conversations"]]
        await self._session.execute(
            update(Conversation)
            .where(Conversation.id.in_(conversations), Conversation.ticket_id == target.id)
            .values(ticket_id=source.id)
        )
        merge.undone_at, merge.undone_by = now, actor
        told = ("merged", target.number, None)
        self._history.changed(source, told, actor=actor, why="", kind="ticket.unmerged")
        told = ("merged", f"with {source.number}", None)
        self._history.changed(target, told, actor=actor, why="", kind="ticket.unmerged")
        await self._session.flush()
        return source

    async def merged_into(self, ticket_id: UUID) -> list[Ticket]:
        """Those whose words this ticket shows too, also those of those, oldest first."""
        found: list[Ticket] = []
        ids = [ticket_id]
        while ids and len(found) < 1000:
            query = select(Ticket).where(Ticket.merged_into_id.in_(ids))
            rows = list(await self._session.scalars(query.order_by(Ticket.created_at)))
            found += rows
            ids = [row.id for row in rows]
        return found

    async def _joined(self, source: Ticket, target: Ticket) -> dict[str, Any]:
        """Tags, watchers and conversations go to the target; what changed is given back."""
        tags = [tag for tag in source.tags if tag not in target.tags]
        watchers = [one for one in source.watcher_ids if one not in target.watcher_ids]
        known = (None, target.assignee_id, *target.watcher_ids, *watchers)
        if source.assignee_id not in known and source.assignee_id is not None:
            watchers.append(source.assignee_id)
        if tags:
            target.tags = [*target.tags, *tags]
        if watchers:
            target.watcher_ids = [*target.watcher_ids, *watchers]
        moved = await self._session.scalars(
            update(Conversation)
            .where(Conversation.ticket_id == source.id)
            .values(ticket_id=target.id)
            .returning(Conversation.id)
        )
        return {
            "source": {name: _told(getattr(source, name)) for name in _KEPT},
            "tags": tags,
            "watchers": [str(one) for one in watchers],
            "conversations": [str(one) for one in moved],
        }

    def _restore(self, source: Ticket, target: Ticket, before: dict[str, Any]) -> None:
        for name, value in before["source"].items():
            setattr(source, name, value if name == "status" else _time(value))
        source.merged_into_id = None
        target.tags = [tag for tag in target.tags if tag not in before["tags"]]
        added = set(before["watchers"])
        target.watcher_ids = [one for one in target.watcher_ids if str(one) not in added]

    async def _last(self, source_id: UUID) -> TicketMerge | None:
        query = (
            select(TicketMerge)
            .where(TicketMerge.source_id == source_id, TicketMerge.undone_at.is_(None))
            .order_by(TicketMerge.created_at.desc())
            .limit(1)
        )
        return (await self._session.scalars(query)).one_or_none()

    async def _locked(self, one: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
        """Always in the same order, so that two merges never wait for each other for ever."""
        await self._session.flush()
        query = select(Ticket).where(Ticket.id.in_([one.id, other.id])).order_by(Ticket.id)
        query = query.with_for_update().execution_options(populate_existing=True)
        rows = {row.id: row for row in await self._session.scalars(query)}
        return rows[one.id], rows[other.id]


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
