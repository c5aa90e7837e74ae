"""Windows for free text: when one closes, what that means for a deadline, and its reminder."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation
from domain.customers.models import Person
from domain.staff.notices import NewNotice, Notices
from domain.tenants.service import Tenants
from domain.tickets.models import Ticket

MOST = 200


def closes_at(window: timedelta | None, last_inbound_at: datetime | None) -> datetime | None:
    return last_inbound_at + window if window and last_inbound_at else None


def effective_deadline(promised: datetime | None, closes: datetime | None) -> datetime | None:
    """The earlier of what was promised and the end of the window: after either it is too late."""
    return min((one for one in (promised, closes) if one), default=None)


class ClosingWindows:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def come_due(self, windows: Mapping[str, timedelta], now: datetime) -> int:
        """Tells, once a window, of customers who have the last word; how many are news."""
        desk = (await Tenants(self._session, self._tenant_id).settings()).desk
        before = timedelta(minutes=desk.window_reminder_minutes)
        told = 0
        if not before:
            return told
        for channel, window in windows.items():
            query = (
                select(Conversation, Person.name, Ticket.number, Ticket.assignee_id)
                .join(Person, Person.id == Conversation.person_id)
                .outerjoin(Ticket, Ticket.id == Conversation.ticket_id)
                .where(
                    Conversation.channel == channel,
                    Conversation.last_author == "customer",
                    Conversation.merged_into_id.is_(None),
                    Conversation.last_inbound_at <= now - window + before,
                    Conversation.last_inbound_at > now - window,
                )
                .order_by(Conversation.last_inbound_at.desc())  # what is due only now comes first
                .limit(MOST)
            )
            for row in await self._session.execute(query):
                notice = _notice(row.Conversation, row.name, row.number, row.assignee_id, window)
                told += await Notices(self._session, self._tenant_id).add(notice)
        return told


def _notice(
    conversation: Conversation,
    name: str,
    number: str | None,
    assignee_id: UUID | None,
    window: timedelta,
) -> NewNotice:
    at = conversation.last_inbound_at or conversation.updated_at
    closes = f"{at + window:%d %b %H:%M} UTC"
    who = " · ".join(part for part in (number, name or "A customer") if part)
    return NewNotice(
        kind="reminders",
        about=f"window:{conversation.id}:{at.isoformat()}",
        text=f"{who} has the last word, and the window for free text closes {closes}",
        command=f"thread {conversation.id}",
        staff_id=assignee_id or conversation.owner_id,
    )
