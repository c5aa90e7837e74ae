"""Whether a chat's customer can be written to: mutes addresses and opens them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

BLOCKED = "The customer has blocked us there; when they let us in again, answers go there again."

_SETTLE = text("""
    with told as (
        select distinct on (m.conversation_id) m.conversation_id, c.person_id, c.hint,
               m.details->>'reachable' = 'yes' as is_reachable, m.sent_at
          from messages m join conversations c on c.id = m.conversation_id
         where m.channel_account_id = :account_id and m.details ? 'reachable'
           and m.conversation_id in (select n.conversation_id from messages n
                                      where n.id = any(:message_ids))
         order by m.conversation_id, m.sent_at desc, m.external_id desc
    )
    update identities i
       set muted_at = case when not t.is_reachable then t.sent_at end,
           muted_reason = case when t.is_reachable then '' else :reason end
      from told t
     where i.person_id = t.person_id and i.value = t.hint
       and i.muted_at is distinct from case when not t.is_reachable then t.sent_at end
    returning i.id, i.value, i.muted_reason, t.conversation_id
""")

_MUTE = text("""
    update identities i set muted_at = now(), muted_reason = :reason
      from conversations c
     where c.id = :conversation_id and i.person_id = c.person_id and i.kind = :kind
       and i.value = :value and i.muted_at is null
    returning i.id, i.value, i.muted_reason, c.id
""")


@dataclass(frozen=True, slots=True)
class Changed:
    """`reason`: why nothing more goes there; empty: it does again."""

    identity_id: UUID
    address: str
    reason: str
    conversation_id: UUID


async def settle(
    session: AsyncSession, account_id: UUID, message_ids: Sequence[UUID]
) -> list[Changed]:
    """By the newest of all such news of each conversation that these messages belong to."""
    values = {"account_id": account_id, "message_ids": list(message_ids), "reason": BLOCKED}
    return [Changed(*row) for row in await session.execute(_SETTLE, values)]


async def mute(
    session: AsyncSession, conversation_id: UUID, kind: str, value: str, reason: str
) -> list[Changed]:
    values = {
        "conversation_id": conversation_id,
        "kind": kind,
        "value": value,
        "reason": reason,
    }
    return [Changed(*row) for row in await session.execute(_MUTE, values)]
