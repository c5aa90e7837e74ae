"""What a person does to a conversation: take it, answer in it, give it back to the bot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.reacting.threads import touched
from domain.audit.service import note
from domain.conversations.attachments import Attachments
from domain.conversations.models import Attachment, Message
from domain.conversations.outbox import NewReply, Outbox
from domain.conversations.ownership import Ownership
from domain.customers.optouts import OptedOut, OptOuts
from domain.database import Database
from domain.errors import Conflict, NotFound, Refused
from domain.types import utc_now

LONGEST_REPLY = 4096
MOST_FILES = 10
MOST_BYTES = 50 * 1024 * 1024
"""All files of a message are in memory while it is sent."""


@dataclass(frozen=True, slots=True)
class Sending:
    """`after`: a time in which it can be taken back. `files`: of the conversation's notes.

    `despite_opt_out`: whoever sends it knows that the customer wrote STOP.
    """

    after: timedelta = timedelta(0)
    files: tuple[UUID, ...] = ()
    despite_opt_out: bool = False
    answers: UUID | None = None
    """The customer's message that is quoted above it."""


async def take_over(
    database: Database, tenant_id: UUID, conversation_id: UUID, staff_id: UUID | None
) -> None:
    """From now on the bot stays out; an answer it is thinking about is dropped."""
    async with database.transaction(tenant_id) as session:
        await Ownership(session, tenant_id).take_over(conversation_id, staff_id)
        _note(session, tenant_id, "conversation.taken_over", conversation_id, staff_id)
        await queue.put(session, "react", tenant_id=tenant_id)


async def hand_back(
    database: Database, tenant_id: UUID, conversation_id: UUID, staff_id: UUID | None
) -> None:
    """The bot answers again, beginning with what the customer writes next."""
    async with database.transaction(tenant_id) as session:
        await Ownership(session, tenant_id).hand_back(conversation_id, staff_id)
        _note(session, tenant_id, "conversation.handed_back", conversation_id, staff_id)
        await queue.put(session, "react", tenant_id=tenant_id)


async def reply(
    database: Database,
    tenant_id: UUID,
    conversation_id: UUID,
    staff_id: UUID | None,
    text: str,
    how: Sending = Sending(),
) -> UUID:
    """The message's id: stored, and queued to be sent. Answering takes the conversation over.

    Raises OptedOut.
    """
    words, files, after = text.strip(), how.files, how.after
    if not words and not files:
        raise Refused("A reply needs words.")
    if len(words) > LONGEST_REPLY:
        raise Refused(f"A reply has at most {LONGEST_REPLY} characters.")
    async with database.transaction(tenant_id) as session:
        if not how.despite_opt_out:
            await require_wanted(session, tenant_id, conversation_id)
        conversation = await Ownership(session, tenant_id).take_over(conversation_id, staff_id)
        if after:
            await _require_new(session, conversation_id, staff_id, (words, files))
        message = Outbox(session, tenant_id).put(
            NewReply(
                conversation_id=conversation.id,
                channel_account_id=conversation.channel_account_id,
                author="staff",
                text=words,
                staff_id=staff_id,
                in_reply_to=await _quoted(session, conversation_id, how.answers),
            )
        )
        await session.flush()
        await _attach(session, tenant_id, message, files)
        due = utc_now() + after if after else None
        message.next_attempt_at = due
        conversation.last_outbound_at, conversation.last_author = utc_now(), "staff"
        _note(session, tenant_id, "conversation.replied", conversation_id, staff_id)
        await session.flush()
        await queue.put(session, "deliver", at=due, tenant_id=tenant_id, message_id=message.id)
        await queue.put(session, "react", tenant_id=tenant_id)
        await touched(session, tenant_id, conversation_id)
    return message.id


async def require_wanted(session: AsyncSession, tenant_id: UUID, conversation_id: UUID) -> None:
    """Raises OptedOut where the customer wrote STOP."""
    if await OptOuts(session, tenant_id).applies_to(conversation_id):
        raise OptedOut


async def take_back(
    database: Database, tenant_id: UUID, message_id: UUID, staff_id: UUID
) -> Message:
    """Cancels a reply that has not begun to leave. Raises Conflict when it is too late."""
    async with database.transaction(tenant_id) as session:
        message = await session.get(Message, message_id, with_for_update=True)
        if message is None or message.author != "staff":
            raise NotFound("reply", message_id)
        if message.state == "cancelled":
            raise Conflict("This reply was taken back already.")
        waits = message.state == "held" and message.details["went"]["by"] == "template"
        if not waits and (message.state != "pending" or message.attempts):
            raise Conflict("Too late: the reply has left.")
        message.state, message.state_at = "cancelled", utc_now()
        message.error = "taken back"
        _note(
            session, tenant_id, "conversation.reply_taken_back", message.conversation_id, staff_id
        )
        await touched(session, tenant_id, message.conversation_id)
    return message


async def files_to_send(
    session: AsyncSession, tenant_id: UUID, conversation_id: UUID
) -> list[Attachment]:
    """What staff put into the conversation's notes, newest first: it may go to the customer."""
    return await Attachments(session, tenant_id).of_notes(conversation_id, MOST_FILES)


async def quotable(session: AsyncSession, conversation_id: UUID, limit: int) -> list[Message]:
    """What the customer said that a reply can be put under, newest first."""
    query = (
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == "in",
            Message.author == "customer",
            Message.external_id.is_not(None),
            Message.deleted_at.is_(None),
            Message.content_kind != "reaction",
        )
        .order_by(Message.sequence.desc())
        .limit(limit)
    )
    return list(await session.scalars(query))


async def _quoted(
    session: AsyncSession, conversation_id: UUID, message_id: UUID | None
) -> str | None:
    """The provider's id of a message of this very conversation."""
    if message_id is None:
        return None
    message = await session.get(Message, message_id)
    if message is None or message.conversation_id != conversation_id:
        raise NotFound("message", message_id)
    return message.external_id


async def _attach(
    session: AsyncSession, tenant_id: UUID, message: Message, files: Sequence[UUID]
) -> None:
    """Copies: the note keeps its own."""
    if not files:
        return
    rows = await files_to_send(session, tenant_id, message.conversation_id)
    known = {row.id: row.size or 0 for row in rows}
    for file_id in files:
        if file_id not in known:
            raise NotFound("file to send", file_id)
    if sum(known[file_id] for file_id in files) > MOST_BYTES:
        raise Refused(f"Files of one reply have at most {MOST_BYTES // 2**20} MB together.")
    for file_id in files:
        await Attachments(session, tenant_id).copy(file_id, message.id)
    message.details = message.details | {"files": _named(files)}


async def _require_new(
    session: AsyncSession,
    conversation_id: UUID,
    staff_id: UUID | None,
    said: tuple[str, Sequence[UUID]],
) -> None:
    """A form that a channel hands in twice is one reply. The conversation is locked."""
    words, files = said
    query = select(Message.details).where(
        Message.conversation_id == conversation_id,
        Message.staff_id == staff_id,
        Message.state == "pending",
        Message.text == words,
    )
    if any(details.get("files", []) == _named(files) for details in await session.scalars(query)):
        raise Conflict("This reply is on its way already.")


def _named(files: Sequence[UUID]) -> list[str]:
    return [str(file_id) for file_id in files]


def _note(
    session: AsyncSession,
    tenant_id: UUID,
    action: str,
    conversation_id: UUID,
    staff_id: UUID | None,
) -> None:
    actor = f"staff:{staff_id}" if staff_id else "command"
    note(session, tenant_id, actor, action, str(conversation_id))
