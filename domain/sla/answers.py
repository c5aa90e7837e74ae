"""When a customer was first answered so that they could see it.

A message of a person or the bot that the channel took counts, from when it took it, and so does a
public comment of a member of staff. A reply of the bot that answers nothing does not: one of a
turn without an answer or a question of its own (only a hand-off, an opened ticket, a wish passed
on) says "we have it" and no more; nor does a draft, or a message that failed. What was written
elsewhere (Outlook, the phone app) has somebody else's clock, to the second: a minute is allowed.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ANSWERS = text("""
    select t.id as ticket_id, least(
        (select min(greatest(said.at, t.created_at)) from (
            select coalesce(
                     (select min(s.at) from message_statuses s
                       where s.tenant_id = m.tenant_id
                         and s.channel_account_id = m.channel_account_id
                         and s.external_id = m.external_id and s.state <> 'failed'),
                     m.state_at, m.sent_at) as at,
                   case when m.raw_event_id is null then interval '0'
                        else interval '1 minute' end as slack
              from messages m left join turns u on u.id = m.turn_id
             where m.conversation_id = t.conversation_id and m.direction = 'out'
               and m.state in ('sent', 'delivered', 'read')
               and coalesce(m.state_at, m.sent_at) >= t.created_at - interval '1 minute'
               and (m.author = 'staff' or (m.author = 'bot' and (
                    (u.id is null and m.content_kind <> 'notice')
                    or u.actions @> '[{"action": "Reply"}]'
                    or u.actions @> '[{"action": "AskBack"}]')))
         ) said where said.at >= t.created_at - said.slack),
        (select min(c.created_at) from ticket_comments c
          where c.ticket_id = t.id and c.visibility = 'public' and c.staff_id is not null
            and c.message_id is null and t.conversation_id is null)) as at
      from tickets t where t.id = any(:ids)
""")


async def first_answers(
    session: AsyncSession, ticket_ids: Collection[UUID]
) -> dict[UUID, datetime]:
    """One statement for all of them; tickets without an answer are left out."""
    rows = await session.execute(_ANSWERS, {"ids": list(ticket_ids)})
    return {row.ticket_id: row.at for row in rows if row.at is not None}
