"""Lets time pass for one conversation of the demo: as if all in it had been said earlier."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_MESSAGES = text("""
    update messages set created_at = created_at - :by, sent_at = sent_at - :by,
                        state_at = state_at - :by
     where conversation_id = :conversation
""")
_CONVERSATION = text("""
    update conversations set created_at = created_at - :by,
                             last_inbound_at = last_inbound_at - :by,
                             last_message_at = last_message_at - :by,
                             last_outbound_at = last_outbound_at - :by
     where id = :conversation
""")


async def time_passes(session: AsyncSession, conversation_id: UUID, by: timedelta) -> None:
    """A channel's window counts from the customer's last message: so it may be shut by then."""
    told = {"conversation": conversation_id, "by": by}
    await session.execute(_MESSAGES, told)
    await session.execute(_CONVERSATION, told)
