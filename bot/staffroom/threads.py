"""Every conversation (or ticket without one) as a thread in the Slack channel its rule names."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.desk.command import StaffView
from bot.engine.accounts import Accounts
from bot.engine.delivery import pause
from bot.engine.reacting.threads import THREAD, touched
from bot.foundation.security import Vault
from bot.foundation.telemetry import log
from bot.staffroom.listening import Listening
from bot.staffroom.picture import PATIENCE_FOR_TOPIC, picture
from bot.staffroom.showing import Showing, thread_kind
from bot.staffroom.workspaces import NotConnected, Workspaces
from channels.messages import ChannelError, Temporary
from channels.slack.events import Place, ThreadMessage
from channels.slack.outbound import Workspace
from domain.database import Database
from domain.errors import DomainError
from domain.events import Happened, record
from domain.staff.threads import THEIRS, Held, Outrun, StaffThreads
from domain.tenants import directory
from domain.tickets.models import Ticket
from domain.types import utc_now

ROUNDS = 5
PATIENT_ATTEMPTS = 8
"""After so many failures staff are told; it is tried on all the same."""


class NotYet(Exception):
    """The bot will soon know what it is about, and so where it is to be shown."""


@dataclass(frozen=True, slots=True)
class Located:
    """What a thread is about. `ticket`: the number, of a thread of a ticket only."""

    tenant_id: UUID
    conversation_id: UUID | None = None
    ticket_id: UUID | None = None
    ticket: str = ""


class Threads:
    def __init__(
        self, database: Database, vault: Vault, workspaces: Workspaces, accounts: Accounts
    ) -> None:
        self._database = database
        self._vault = vault
        self._workspaces = workspaces
        self._accounts = accounts
        self._listening = Listening(database, workspaces)

    async def touch(self, session: AsyncSession, tenant_id: UUID, conversation_id: UUID) -> None:
        """Something to be shown has changed; in the caller's transaction."""
        await touched(session, tenant_id, conversation_id)

    async def sync(self, tenant_id: UUID, thread_id: UUID) -> None:
        """The job: shows all that is due, if nobody else is at it."""
        for _ in range(ROUNDS):
            async with self._database.transaction(tenant_id) as session:
                held = await StaffThreads(session, tenant_id).take(thread_id)
            if held is None or not await self._show(tenant_id, held):
                return
        async with self._database.transaction(tenant_id) as session:
            await _put(session, tenant_id, thread_id)

    async def thread_of(self, tenant_id: UUID, conversation_id: UUID) -> tuple[str, str] | None:
        """Slack's channel and the thread's first message; None while there is none."""
        async with self._database.transaction(tenant_id) as session:
            row = await StaffThreads(session, tenant_id).of_conversation(conversation_id)
        if row is None or not row.root:
            return None
        return Place.of(row.room).channel, row.root

    async def located(self, kind: str, place: Place) -> Located | None:
        """What the thread at a place is about; None for a thread that is none of ours."""
        async with self._database.directory() as session:
            digest = self._vault.digest(thread_kind(kind), str(place))
            found = await directory.find(session, thread_kind(kind), digest)
        for one in found:
            async with self._database.transaction(one.tenant_id) as session:
                row = await StaffThreads(session, one.tenant_id).find(one.subject_id)
                if row is None:
                    continue
                ticket = await session.get(Ticket, row.ticket_id) if row.ticket_id else None
            number = ticket.number if ticket else ""
            return Located(one.tenant_id, row.conversation_id, row.ticket_id, number)
        return None

    async def is_line(self, tenant_id: UUID, place: Place, message: str) -> bool:
        """Whether the message at a place is drawn by a thread, which keeps it up to date."""
        room, root = str(replace(place, thread="")), place.thread or message
        async with self._database.transaction(tenant_id) as session:
            threads = StaffThreads(session, tenant_id)
            row = await threads.at(room, root)
            if row is None or message == root:
                return row is not None
            lines = await threads.lines(row.id)
        return any(message in one.stamps and one.drawn != THEIRS for one in lines.values())

    async def heard(self, event: ThreadMessage, located: Located, by: StaffView) -> None:
        """A plain line of a person: a note, whatever it says. Raises NotAllowed or Temporary."""
        await self._listening.hear(event, by, located.conversation_id, located.ticket_id)

    # --- the job, step by step ---

    async def _show(self, tenant_id: UUID, held: Held) -> bool:
        """Whether there is more to show already."""
        showing = Showing(self._database, self._vault, tenant_id, held)
        try:
            failure = await self._failure(tenant_id, showing)
            async with self._database.transaction(tenant_id) as session:
                return await _let_go(session, tenant_id, showing.held, failure)
        except Outrun:
            return False

    async def _failure(self, tenant_id: UUID, showing: Showing) -> Exception | None:
        """What kept it from being shown. Raises Outrun."""
        try:
            async with self._database.transaction(tenant_id) as session:
                found = await picture(session, tenant_id, showing.held, self._accounts)
            if found.is_undecided:
                return NotYet()
            if found.room:
                await showing.run(found, *await self._workspace(tenant_id, found.room))
        except Outrun:
            raise
        except (ChannelError, DomainError) as error:
            return error
        except Exception as error:
            log.exception("thread.failed", thread=str(showing.held.id))
            return Temporary(f"{type(error).__name__}: {error}")
        return None

    async def _workspace(self, tenant_id: UUID, room: str) -> tuple[str, Workspace]:
        """The one of that room, and its kind. Raises NotConnected."""
        team = Place.of(room).team
        for row in await self._workspaces.all(tenant_id):
            if row.team == team:
                return row.kind, await self._workspaces.open(tenant_id, row.kind, team)
        raise NotConnected


async def _put(
    session: AsyncSession, tenant_id: UUID, thread_id: UUID, at: datetime | None = None
) -> None:
    lane = queue.STAFF_LANE
    await queue.put(session, THREAD, at=at, lane=lane, tenant_id=tenant_id, thread_id=thread_id)


async def _let_go(
    session: AsyncSession, tenant_id: UUID, held: Held, failure: Exception | None
) -> bool:
    """Whether it is due again at once."""
    threads = StaffThreads(session, tenant_id)
    if failure is None:
        return await threads.release(held)
    if isinstance(failure, NotYet):
        at = held.created_at + PATIENCE_FOR_TOPIC
        await _put(session, tenant_id, held.id, at)
        return await threads.wait(held, at)
    if isinstance(failure, Temporary):
        await _retry(session, tenant_id, held, failure)
        return False
    return await _stop(session, tenant_id, held, failure)


async def _retry(session: AsyncSession, tenant_id: UUID, held: Held, error: Temporary) -> None:
    at = utc_now() + pause(held.attempts + 1, error.retry_after)
    await StaffThreads(session, tenant_id).retry(held, at, str(error))
    await _put(session, tenant_id, held.id, at)
    if held.attempts + 1 == PATIENT_ATTEMPTS:
        await _tell(session, tenant_id, held, str(error))


async def _stop(session: AsyncSession, tenant_id: UUID, held: Held, error: Exception) -> bool:
    """Tried again when something new is to be shown; told only once as long as it is the same."""
    if str(error) != held.error:
        await _tell(session, tenant_id, held, str(error))
    return await StaffThreads(session, tenant_id).stop(held, str(error))


async def _tell(session: AsyncSession, tenant_id: UUID, held: Held, error: str) -> None:
    about = {"conversation_id": held.conversation_id, "ticket_id": held.ticket_id}
    payload = {name: str(value) for name, value in about.items() if value}
    payload |= {"error": error, "room": held.room}
    record(session, tenant_id, Happened("thread.failed", held.id, payload, "system"))
    await queue.put(session, "react", tenant_id=tenant_id)
