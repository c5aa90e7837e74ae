"""How much the bot has written to somebody by itself: what must end before it becomes a loop."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_WRITTEN = text("""
    select count(*) as automatic,
           count(*) filter (where m.details ->> 'acknowledges' = 'true') as acknowledgements
      from messages m join conversations c on c.id = m.conversation_id
     where c.person_id = :person_id and m.author = 'bot' and m.direction = 'out'
       and m.state in ('sent', 'delivered', 'read', 'sending', 'pending')
       and m.sent_at > now() - interval '1 day'
""")


@dataclass(frozen=True, slots=True)
class Written:
    """Within a day, over all conversations of the person."""

    automatic: int
    acknowledgements: int


async def written_today(session: AsyncSession, person_id: UUID) -> Written:
    row = (await session.execute(_WRITTEN, {"person_id": person_id})).one()
    return Written(row.automatic, row.acknowledgements)
