"""What a person does to a conversation: take it, answer in it, give it back to the bot."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.reacting.threads import touched
from domain.audit.service import note
from domain.conversations.models import Message
from domain.conversations.outbox import NewReply, Outbox
from domain.conversations.ownership import Ownership
from domain.database import Database
from domain.errors import Conflict, NotFound, Refused
from domain.types import utc_now

LONGEST_REPLY = 4096


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
    *,
    after: timedelta = timedelta(0),
) -> UUID:
    """The message's id: stored, and queued to be sent, `after` a time in which it can be taken
    back. Answering takes the conversation over."""
    words = text.strip()
    if not words:
        raise Refused("A reply needs words.")
    if len(words) > LONGEST_REPLY:
        raise Refused(f"A reply has at most {LONGEST_REPLY} characters.")
    async with database.transaction(tenant_id) as session:
        conversation = await Ownership(session, tenant_id).take_over(conversation_id, staff_id)
        if after:
            await _require_new(session, conversation_id, staff_id, words)
        message = Outbox(session, tenant_id).put(
            NewReply(
                conversation_id=conversation.id,
                channel_account_id=conversation.channel_account_id,
                author="staff",
                text=words,
                staff_id=staff_id,
            )
        )
        due = utc_now() + after if after else None
        message.next_attempt_at = due
        conversation.last_outbound_at, conversation.last_author = utc_now(), "staff"
        _note(session, tenant_id, "conversation.replied", conversation_id, staff_id)
        await session.flush()
        await queue.put(session, "deliver", at=due, tenant_id=tenant_id, message_id=message.id)
        await queue.put(session, "react", tenant_id=tenant_id)
        await touched(session, tenant_id, conversation_id)
    return message.id


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
        if message.state != "pending" or message.attempts:
            raise Conflict("Too late: the reply has left.")
        message.state, message.state_at = "cancelled", utc_now()
        message.error = "taken back"
        _note(
            session, tenant_id, "conversation.reply_taken_back", message.conversation_id, staff_id
        )
        await touched(session, tenant_id, message.conversation_id)
    return message


async def _require_new(
    session: AsyncSession, conversation_id: UUID, staff_id: UUID | None, words: str
) -> None:
    """A form that a channel hands in twice is one reply. The conversation is locked."""
    query = select(Message.id).where(
        Message.conversation_id == conversation_id,
        Message.staff_id == staff_id,
        Message.state == "pending",
        Message.text == words,
    )
    if await session.scalar(query.limit(1)):
        raise Conflict("This reply is on its way already.")


def _note(
    session: AsyncSession,
    tenant_id: UUID,
    action: str,
    conversation_id: UUID,
    staff_id: UUID | None,
) -> None:
    actor = f"staff:{staff_id}" if staff_id else "command"
    note(session, tenant_id, actor, action, str(conversation_id))
