"""Puts right whose a conversation is, when its first mail came after an answer to it."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Whoever was answered already stays the one who is answered.
_PUT_RIGHT = text("""
    update conversations c set person_id = n.person_id, address = n.value, version = c.version + 1
      from (select distinct on (m.conversation_id) m.conversation_id, i.person_id, i.value
              from messages m
              join identities i on i.value = m.sender_address and i.kind = 'email'
             where m.conversation_id = any(:ids) and m.direction = 'in'
               and m.author = 'customer' and m.outcome <> 'ignored'
             order by m.conversation_id, m.sent_at, m.sequence) n
     where c.id = n.conversation_id and c.person_id <> n.person_id and not exists (
           select from messages m where m.conversation_id = c.id and m.direction = 'out')
""")


async def put_customers_right(session: AsyncSession, conversation_ids: set[UUID]) -> None:
    """The customer is the author of the earliest mail; to be called when all are stored."""
    await session.execute(_PUT_RIGHT, {"ids": sorted(conversation_ids)})
