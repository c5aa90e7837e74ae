"""A chat that goes on under another id: its conversation goes along."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_MOVE = text("""
    update conversations c set hint = :new
     where c.channel_account_id = :account_id and c.hint = :old
       and not exists (select from conversations n
                        where n.channel_account_id = :account_id and n.hint = :new)
""")


async def move(session: AsyncSession, account_id: UUID, old: str, new: str) -> None:
    """Nothing where somebody wrote under the new id already: both stay as they are."""
    await session.execute(_MOVE, {"account_id": account_id, "old": old, "new": new})
