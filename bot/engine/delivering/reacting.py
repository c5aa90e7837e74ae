"""An emoji of staff to a customer's message, on channels that know such a thing."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from channels.channel import Capabilities
from domain.conversations.models import Conversation, Message
from domain.conversations.outbox import NewReply, Outbox
from domain.errors import NotFound, Refused

LONGEST = 32
"""Characters of an emoji: families and flags are made of many."""


async def react(
    session: AsyncSession,
    conversation: Conversation,
    able: Capabilities,
    emoji: str,
    message_id: UUID | None = None,
    staff_id: UUID | None = None,
) -> Message:
    """To the message named, else to the customer's last one; takes nothing over."""
    shown = emoji.strip()
    if not able.has_reactions:
        raise Refused("This channel knows no reactions: write a reply instead.")
    if not shown or len(shown) > LONGEST or any(c.isalnum() and c.isascii() for c in shown):
        raise Refused("A reaction is one emoji, as 👍.")
    query = select(Message).where(
        Message.conversation_id == conversation.id,
        Message.direction == "in",
        Message.external_id.is_not(None),
        Message.content_kind != "reaction",
    )
    if message_id:
        query = query.where(Message.id == message_id)
    latest = query.order_by(Message.sequence.desc()).limit(1)
    target = (await session.scalars(latest)).one_or_none()
    if target is None:
        raise NotFound("message of the customer", message_id or conversation.id)
    put = Outbox(session, conversation.tenant_id).put(
        NewReply(
            conversation_id=conversation.id,
            channel_account_id=conversation.channel_account_id,
            author="staff",
            text=shown,
            in_reply_to=target.external_id,
            staff_id=staff_id,
        )
    )
    put.content_kind = "reaction"
    await session.flush()
    await queue.put(session, "deliver", tenant_id=conversation.tenant_id, message_id=put.id)
    return put
