"""A customer's conversations together: what they said elsewhere, and all of it as one timeline."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation, Message
from domain.following import Since

MOST = 3
LONGEST = 300

# Words that nobody vouched for are left out: anybody may have sent them.
_LAST_WORDS = text("""
    select c.channel, m.sent_at, m.subject, left(m.text, :longest) as text
      from conversations c
      join lateral (
           select m.sent_at, m.subject, m.text from messages m
            where m.conversation_id = c.id and m.direction = 'in' and m.author = 'customer'
              and m.outcome <> 'ignored' and m.deleted_at is null and m.proof <> 'none'
              and m.text <> '' and (m.sender_address = '' or exists (
                  select from identities i
                   where i.person_id = c.person_id and i.value = m.sender_address))
            order by m.sequence desc limit 1) m on true
     where c.person_id = :person_id and c.id <> :conversation_id and c.merged_into_id is null
       and (c.context_since is null or m.sent_at >= c.context_since)
     order by m.sent_at desc limit :most
""")


@dataclass(frozen=True, slots=True)
class Line:
    """A message of any of a customer's conversations."""

    message: Message
    channel: str


async def last_words(
    session: AsyncSession, person_id: UUID, conversation_id: UUID
) -> list[tuple[str, datetime, str, str]]:
    """(channel, time, subject, text) of the customer's other conversations, latest first."""
    values = {
        "person_id": person_id,
        "conversation_id": conversation_id,
        "longest": LONGEST,
        "most": MOST,
    }
    return [tuple(row) for row in await session.execute(_LAST_WORDS, values)]


async def timeline(
    session: AsyncSession,
    person_id: UUID,
    limit: int,
    before: int | None = None,
    since: Since | None = None,
) -> list[Line]:
    """Latest first, whatever the channel; `before` is a sequence."""
    query = (
        select(Message, Conversation.channel)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.person_id == person_id)
        .order_by(Message.sequence.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Message.sequence < before)
    if since is not None:
        query = since.of(query, Message.updated_at, Message.id)
    return [Line(*row) for row in await session.execute(query)]
