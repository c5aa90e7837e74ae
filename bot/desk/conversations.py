"""What a person does to a conversation: take it, answer in it, give it back to the bot."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from domain.audit.service import note
from domain.conversations.outbox import NewReply, Outbox
from domain.conversations.ownership import Ownership
from domain.database import Database
from domain.errors import Refused
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
    database: Database, tenant_id: UUID, conversation_id: UUID, staff_id: UUID | None, text: str
) -> UUID:
    """The message's id: stored, and queued to be sent. Answering takes the conversation over."""
    words = text.strip()
    if not words:
        raise Refused("A reply needs words.")
    if len(words) > LONGEST_REPLY:
        raise Refused(f"A reply has at most {LONGEST_REPLY} characters.")
    async with database.transaction(tenant_id) as session:
        conversation = await Ownership(session, tenant_id).take_over(conversation_id, staff_id)
        message = Outbox(session, tenant_id).put(
            NewReply(
                conversation_id=conversation.id,
                channel_account_id=conversation.channel_account_id,
                author="staff",
                text=words,
                staff_id=staff_id,
            )
        )
        conversation.last_outbound_at, conversation.last_author = utc_now(), "staff"
        _note(session, tenant_id, "conversation.replied", conversation_id, staff_id)
        await session.flush()
        await queue.put(session, "deliver", tenant_id=tenant_id, message_id=message.id)
        await queue.put(session, "react", tenant_id=tenant_id)
    return message.id


def _note(
    session: AsyncSession,
    tenant_id: UUID,
    action: str,
    conversation_id: UUID,
    staff_id: UUID | None,
) -> None:
    actor = f"staff:{staff_id}" if staff_id else "command"
    note(session, tenant_id, actor, action, str(conversation_id))
