"""What a ticket waits for: the end of a snooze, a follow-up, the next point of action."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation
from domain.errors import Refused
from domain.staff.notices import NewNotice, Notices
from domain.tickets.history import TicketHistory
from domain.tickets.lifecycle import FINISHED
from domain.tickets.models import Ticket
from domain.types import utc_now

REMINDERS = "reminders"
BATCH = 500
LONGEST_NOTE = 500


class Waiting:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._history = TicketHistory(session, tenant_id)

    async def snooze(self, ticket: Ticket, until: datetime | None, *, actor: str) -> None:
        """Out of sight until then or until the customer replies; None: back at once."""
        now = utc_now()
        if until is not None and until <= now:
            raise Refused("Snooze until a time that is still to come.")
        if until is not None and ticket.status in FINISHED:
            raise Refused(f"{ticket.number} is {ticket.status}: there is nothing to snooze.")
        if until is None and ticket.snoozed_until is None:
            return
        kind = "ticket.snoozed" if until else "ticket.woke"
        told = ("snoozed_until", _minute(ticket.snoozed_until), _minute(until))
        ticket.snoozed_at, ticket.snoozed_until = (now if until else None), until
        self._history.changed(ticket, told, actor=actor, why="", kind=kind)
        await self._session.flush()

    async def follow_up(
        self, ticket: Ticket, at: datetime | None, note: str, staff_id: UUID | None, *, actor: str
    ) -> None:
        """Staff are reminded then, once; None: not any more."""
        if at is not None and at <= utc_now():
            raise Refused("A reminder needs a time that is still to come.")
        told = ("follow_up_at", _minute(ticket.follow_up_at), _minute(at))
        ticket.follow_up_at, ticket.follow_up_told_at = at, None
        ticket.follow_up_note = note.strip()[:LONGEST_NOTE] if at else ""
        ticket.follow_up_by_id = staff_id if at else None
        self._history.changed(ticket, told, actor=actor, why=ticket.follow_up_note)
        await self._session.flush()

    async def next_action(
        self, ticket: Ticket, text: str, due: datetime | None, *, actor: str
    ) -> None:
        """Empty text: done, nothing comes next."""
        words = text.strip()[:LONGEST_NOTE]
        told = ("next_action", ticket.next_action, words)
        ticket.next_action, ticket.next_action_due = words, due if words else None
        ticket.next_action_told_at = None
        self._history.changed(ticket, told, actor=actor, why="")
        await self._session.flush()

    async def come_due(self, now: datetime) -> int:
        """Wakes tickets, reminds of follow-ups and next actions; how many notices are news.

        Each once, also when two run: the rows are taken with the mark that they were.
        """
        told = [*await self._woken(now), *await self._owed(now), *await self._next(now)]
        notices = Notices(self._session, self._tenant_id)
        return sum([await notices.add(notice) for notice in told])

    async def _woken(self, now: datetime) -> list[NewNotice]:
        replied = (
            select(Conversation.id)
            .where(
                Conversation.id == Ticket.conversation_id,
                Conversation.last_message_at > Ticket.snoozed_at,
            )
            .exists()
        )
        query = (
            select(Ticket)
            .where(
                Ticket.tenant_id == self._tenant_id,
                Ticket.snoozed_until.is_not(None),
                or_(Ticket.snoozed_until <= now, replied),
            )
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        notices = []
        for ticket in await self._session.scalars(query):
            until = ticket.snoozed_until
            is_over = until is not None and until <= now
            why = "The time is over." if is_over else "The customer replied."
            told = ("snoozed_until", _minute(until), None)
            ticket.snoozed_at = ticket.snoozed_until = None
            self._history.changed(ticket, told, actor="system", why=why, kind="ticket.woke")
            notices.append(_notice(ticket, f"snooze:{ticket.id}:{until}", f"is back. {why}"))
        await self._session.flush()
        return notices

    async def _owed(self, now: datetime) -> list[NewNotice]:
        rows = await self._session.scalars(
            update(Ticket)
            .where(
                Ticket.tenant_id == self._tenant_id,
                Ticket.follow_up_at <= now,
                Ticket.follow_up_told_at.is_(None),
            )
            .values(follow_up_told_at=now, updated_at=now)
            .returning(Ticket)
        )
        return [
            _notice(
                ticket,
                f"follow-up:{ticket.id}:{ticket.follow_up_at}",
                ticket.follow_up_note or "Follow up.",
                ticket.follow_up_by_id,
            )
            for ticket in rows
        ]

    async def _next(self, now: datetime) -> list[NewNotice]:
        """Of tickets that are not over."""
        rows = await self._session.scalars(
            update(Ticket)
            .where(
                Ticket.tenant_id == self._tenant_id,
                Ticket.next_action_due <= now,
                Ticket.next_action_told_at.is_(None),
                Ticket.status.not_in(FINISHED),
            )
            .values(next_action_told_at=now, updated_at=now)
            .returning(Ticket)
        )
        return [
            _notice(
                ticket,
                f"next:{ticket.id}:{ticket.next_action_due}:{ticket.version}",
                ticket.next_action,
            )
            for ticket in rows
        ]


def _notice(ticket: Ticket, about: str, text: str, staff_id: UUID | None = None) -> NewNotice:
    return NewNotice(
        REMINDERS,
        about,
        f"{ticket.number} · {ticket.subject[:80]} · {text}",
        f"ticket {ticket.number}",
        staff_id or ticket.assignee_id,
    )


def _minute(at: datetime | None) -> str | None:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else None
