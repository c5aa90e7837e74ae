"""Edits and deletions: of a message only its newest version is heard, whichever came first."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_SETTLE = text("""
    with versions as (
        select id, row_number() over (partition by coalesce(replaces, external_id)
                                      order by sent_at desc, external_id desc) as place
          from messages
         where channel_account_id = :account_id and direction = 'in'
           and (external_id = any(:targets) or replaces = any(:targets))
    )
    update messages m
       set outcome = case when m.outcome = 'waiting' then 'attached' else m.outcome end,
           outcome_reason = 'edited', edited_at = now()
      from versions v
     where m.id = v.id and v.place > 1 and m.edited_at is null
""")

_DELETE = text("""
    update messages
       set outcome = case when outcome = 'waiting' then 'attached' else outcome end,
           outcome_reason = 'deleted', deleted_at = now()
     where channel_account_id = :account_id and direction = 'in'
       and (external_id = any(:targets) or replaces = any(:targets))
""")


async def settle(session: AsyncSession, account_id: UUID, targets: Sequence[str]) -> None:
    """`targets`: external ids of originals."""
    await session.execute(_SETTLE, {"account_id": account_id, "targets": list(targets)})


async def delete(session: AsyncSession, account_id: UUID, targets: Sequence[str]) -> None:
    """With every version of them."""
    await session.execute(_DELETE, {"account_id": account_id, "targets": list(targets)})
