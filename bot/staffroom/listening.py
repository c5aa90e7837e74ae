"""Plain lines of staff in a thread: internal notes, kept once, whatever they say.

Nothing here knows a way to a customer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

import stamina
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.desk.asking.rights import Right
from bot.desk.command import StaffView
from bot.engine.media import clean
from bot.staffroom.workspaces import NotConnected, Workspaces
from channels.filenames import safe_filename
from channels.messages import ChannelError, Permanent, Temporary
from channels.slack.events import SharedFile, ThreadMessage
from channels.slack.outbound import Workspace
from domain.audit.service import note as audit
from domain.conversations.attachments import Attachments
from domain.conversations.models import Attachment, Conversation, Message
from domain.database import Database
from domain.errors import NotFound, Refused
from domain.staff.threads import THEIRS, Shown, StaffThreads
from domain.tickets.listing import TicketList
from domain.tickets.models import Ticket, TicketComment
from domain.tickets.service import NewComment, Tickets
from domain.types import utc_now

LARGEST_FILE = 25 * 1024 * 1024
PATIENCE = 60.0

# A line and its edit may be in two jobs at once: the later one must see what the first one wrote.
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:id, 0))")
LONGEST = 40_000


class WithoutFiles(Refused):
    """`missing`: why, by the file's name."""

    def __init__(self, missing: Mapping[str, str]) -> None:
        told = " ".join(f"“{name}”: {reason}" for name, reason in missing.items())
        super().__init__(f"Your words are kept as a note, but not every file. {told}")


@dataclass(frozen=True, slots=True)
class _Note:
    """A line as it is kept. `id` is the same however often Slack tells of the line."""

    id: UUID
    place: str
    text: str
    by: StaffView
    conversation_id: UUID | None
    ticket_id: UUID | None
    stamp: str


class Listening:
    def __init__(self, database: Database, workspaces: Workspaces) -> None:
        self._database = database
        self._workspaces = workspaces

    async def hear(
        self,
        event: ThreadMessage,
        by: StaffView,
        conversation_id: UUID | None,
        ticket_id: UUID | None,
    ) -> None:
        """Raises NotAllowed, and WithoutFiles when the note is kept but not all of its files."""
        by.rights.require(Right.ACT, by.role)
        place = f"slack:{event.origin.team}/{event.origin.channel}/{event.message}"
        words = clean(event.text)[:LONGEST]
        id_ = uuid5(by.tenant_id, place)
        note = _Note(id_, place, words, by, conversation_id, ticket_id, event.message)
        async with self._database.transaction(by.tenant_id) as session:
            await _keep(session, note, event)
        if conversation_id is not None and event.files:
            await self._fetch(note, event)

    async def _fetch(self, note: _Note, event: ThreadMessage) -> None:
        workspace = await self._workspace(note.by.tenant_id, event.origin.team)
        missing: dict[str, str] = {}
        for file in event.files:
            try:
                await self._fetch_one(note, file, workspace)
            except ChannelError as error:
                missing[_name(file)] = str(error)
        if missing:
            raise WithoutFiles(missing)

    async def _fetch_one(self, note: _Note, file: SharedFile, workspace: Workspace) -> None:
        """With no transaction open. Raises Permanent, or Temporary after some patience."""
        tenant_id, file_id = note.by.tenant_id, uuid5(note.id, file.id)
        async with self._database.transaction(tenant_id) as session:
            if await session.get(Attachment, file_id) is not None:
                return
        content, refusal = b"", None
        try:
            content = await _downloaded(workspace, file)
        except Permanent as error:
            refusal = error
        async with self._database.transaction(tenant_id) as session:
            attachments = Attachments(session, tenant_id)
            row = attachments.add(note.id, _name(file), clean(file.content_type)[:200])
            row.id = file_id
            await session.flush()
            if refusal is None:
                await attachments.store(file_id, content)
            else:
                await attachments.refuse(file_id, str(refusal))
        if refusal is not None:
            raise refusal

    async def _workspace(self, tenant_id: UUID, team: str) -> Workspace:
        for row in await self._workspaces.all(tenant_id):
            if row.team == team:
                return await self._workspaces.open(tenant_id, row.kind, team)
        raise NotConnected


async def _keep(session: AsyncSession, note: _Note, event: ThreadMessage) -> None:
    await session.execute(_ONE_AT_A_TIME, {"id": str(note.id)})
    if event.replaces and await _change(session, note):
        return
    words = note.text or _files_in_words(event)
    if note.conversation_id is not None:
        if await _add(session, note):
            ticket = await _ticket_of(session, note)
            if ticket is not None and words:
                await _comment(session, ticket, note, words, message_id=note.id)
            subject = ticket.number if ticket else str(note.conversation_id)
            audit(session, note.by.tenant_id, note.by.actor, "ticket.noted", subject)
        elif not event.replaces:
            await _remember(session, note)
        return
    ticket = await session.get(Ticket, note.ticket_id)
    if ticket is None:
        raise NotFound("ticket", note.ticket_id)
    if await session.get(TicketComment, note.id) is None and words:
        await _comment(session, ticket, note, words, message_id=None)
        audit(session, note.by.tenant_id, note.by.actor, "ticket.noted", ticket.number)


async def _add(session: AsyncSession, note: _Note) -> bool:
    """Whether the line was new. The thread shows it already: nobody is to post it there."""
    conversation = await session.get(Conversation, note.conversation_id)
    if conversation is None:
        raise NotFound("conversation", note.conversation_id)
    statement = insert(Message).values(
        id=note.id,
        tenant_id=note.by.tenant_id,
        conversation_id=conversation.id,
        channel_account_id=conversation.channel_account_id,
        staff_id=note.by.id,
        direction="note",
        author="staff",
        external_id=note.place,
        text=note.text,
        sent_at=utc_now(),
    )
    added = statement.on_conflict_do_nothing().returning(Message.id)
    if await session.scalar(added) is None:
        return False
    threads = StaffThreads(session, note.by.tenant_id)
    thread = await threads.of_conversation(conversation.id)
    if thread is not None:
        await threads.write(thread.id, Shown(f"message:{note.id}", note.stamp, THEIRS))
    return True


async def _comment(
    session: AsyncSession, ticket: Ticket, note: _Note, words: str, *, message_id: UUID | None
) -> None:
    tenant_id = note.by.tenant_id
    comment = NewComment(
        words,
        author="staff",
        staff_id=note.by.id,
        message_id=message_id,
        id=None if message_id else note.id,
    )
    await Tickets(session, tenant_id).comment(ticket, comment)
    await queue.put(session, "react", tenant_id=tenant_id)
    threads = StaffThreads(session, tenant_id)
    thread = await threads.of_ticket(ticket.id)
    if thread is not None and message_id is None:
        await threads.write(thread.id, Shown(f"step:comment:{note.id}", note.stamp, THEIRS))


async def _change(session: AsyncSession, note: _Note) -> bool:
    """An edited line: the old words stay in the record. False when the line is not known yet."""
    message = await session.get(Message, note.id, with_for_update=True)
    found = TicketComment.message_id if message is not None else TicketComment.id
    comment = await session.scalar(select(TicketComment).where(found == note.id))
    old = message.text if message is not None else comment.text if comment is not None else None
    if old is None:
        return False
    if old == note.text:
        return True
    if message is not None:
        earlier = [*message.details.get("earlier", ()), old]
        message.details = message.details | {"earlier": earlier}
        message.text, message.edited_at = note.text, utc_now()
    if comment is not None:
        comment.text = note.text
    audit(session, note.by.tenant_id, note.by.actor, "note.edited", str(note.id), old=old)
    return True


async def _remember(session: AsyncSession, note: _Note) -> None:
    """A line that comes after its edit: what it said belongs to the record as well."""
    message = await session.get_one(Message, note.id, with_for_update=True)
    earlier = list(message.details.get("earlier", ()))
    if note.text not in (message.text, *earlier):
        message.details = message.details | {"earlier": [note.text, *earlier]}
        message.edited_at = message.edited_at or utc_now()


async def _ticket_of(session: AsyncSession, note: _Note) -> Ticket | None:
    assert note.conversation_id is not None
    conversation = await session.get_one(Conversation, note.conversation_id)
    if conversation.ticket_id:
        return await session.get(Ticket, conversation.ticket_id)
    return await TicketList(session, note.by.tenant_id).of_conversation(conversation.id)


async def _downloaded(workspace: Workspace, file: SharedFile) -> bytes:
    """Slack's short disturbances are waited out."""
    async for attempt in stamina.retry_context(
        on=_pause, attempts=5, timeout=PATIENCE, wait_initial=0.2, wait_max=10.0
    ):
        with attempt:
            return (await workspace.download(file, LARGEST_FILE)).content
    raise AssertionError("unreachable")


def _pause(error: Exception) -> bool | float:
    """Seconds until the next try; True: as usual; False: never again."""
    return isinstance(error, Temporary) and (error.retry_after or True)


def _files_in_words(event: ThreadMessage) -> str:
    return ", ".join(f"[file {_name(file)}]" for file in event.files)


def _name(file: SharedFile) -> str:
    return safe_filename(clean(file.name), content_type=file.content_type)
