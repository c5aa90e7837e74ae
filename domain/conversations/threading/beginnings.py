"""Puts right whose a conversation is, when its first mail came after an answer to it."""

import json
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Whoever was answered already stays the one who is answered.
_CHANGE = text("""
    update conversations c set person_id = n.person_id, address = '', version = c.version + 1
      from jsonb_to_recordset(cast(:changes as jsonb)) as n(id uuid, person_id uuid)
     where c.id = n.id and not exists (
           select from messages m where m.conversation_id = c.id and m.direction = 'out')
""")


async def change_customers(
    session: AsyncSession, conversations: dict[str, UUID], rightful: dict[str, UUID]
) -> None:
    """`rightful`: the person by the conversation's hint."""
    changes = [
        {"id": str(conversations[hint]), "person_id": str(person_id)}
        for hint, person_id in rightful.items()
    ]
    await session.execute(_CHANGE, {"changes": json.dumps(changes)})
