"""Makes one conversation of two that turned out to be one thread."""

import json
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# What the bot thinks about the one that is gone is dropped: its version grows.
_JOIN = """
    update conversations c set
           turn_pending = c.turn_pending or g.turn_pending,
           pending_since = coalesce(c.pending_since, g.pending_since),
           last_message_at = greatest(c.last_message_at, g.last_message_at),
           last_inbound_at = greatest(c.last_inbound_at, g.last_inbound_at),
           last_outbound_at = greatest(c.last_outbound_at, g.last_outbound_at),
           disclosed_at = coalesce(c.disclosed_at, g.disclosed_at),
           ticket_id = coalesce(c.ticket_id, g.ticket_id),
           owner = case when g.owner = 'staff' then 'staff' else c.owner end,
           owner_id = coalesce(c.owner_id, g.owner_id),
           version = c.version + 1, updated_at = now()
      from (select p.target, bool_or(o.turn_pending) as turn_pending,
                   min(o.pending_since) as pending_since, max(o.last_message_at) as last_message_at,
                   max(o.last_inbound_at) as last_inbound_at,
                   max(o.last_outbound_at) as last_outbound_at,
                   min(o.disclosed_at) as disclosed_at,
                   (array_agg(o.ticket_id) filter (where o.ticket_id is not null))[1] as ticket_id,
                   max(o.owner) as owner,
                   (array_agg(o.owner_id) filter (where o.owner_id is not null))[1] as owner_id
              from jsonb_to_recordset(cast(:merges as jsonb)) as p(gone uuid, target uuid)
              join conversations o on o.id = p.gone
             group by p.target) g
     where c.id = g.target
"""
_PEOPLE = """
    insert into conversation_participants (id, tenant_id, conversation_id, address, name, role,
           first_seen_at, created_at)
    select distinct on (g.target, o.address) gen_random_uuid(), o.tenant_id, g.target, o.address,
           o.name, o.role, o.first_seen_at, now()
      from jsonb_to_recordset(cast(:merges as jsonb)) as g(gone uuid, target uuid)
      join conversation_participants o on o.conversation_id = g.gone
        on conflict (tenant_id, conversation_id, address) do nothing
"""
_MOVE = """
    update {table} m set conversation_id = g.target
      from jsonb_to_recordset(cast(:merges as jsonb)) as g(gone uuid, target uuid)
     where m.conversation_id = g.gone
"""
_LEAVE = """
    update conversations c set merged_into_id = g.target, turn_pending = false,
           pending_since = null, version = c.version + 1, updated_at = now()
      from jsonb_to_recordset(cast(:merges as jsonb)) as g(gone uuid, target uuid)
     where g.gone in (c.id, c.merged_into_id)
"""
_MOVED = (
    *("messages", "turns", "tickets", "quotes"),
    *("conversation_references", "one_time_codes"),
)
_MERGE = (_JOIN, _PEOPLE, *(_MOVE.format(table=table) for table in _MOVED), _LEAVE)


async def merge(session: AsyncSession, pairs: list[tuple[UUID, UUID]]) -> None:
    """(gone, the one that goes on). Messages, tickets and all else move; replies follow."""
    merges = json.dumps([{"gone": str(gone), "target": str(target)} for gone, target in pairs])
    for statement in _MERGE:
        await session.execute(text(statement), {"merges": merges})
