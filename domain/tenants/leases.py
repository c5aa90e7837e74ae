"""Leadership as a row: who holds a duty, until when, with a number that only grows."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_TAKE = text("""
    insert into leases as l (name, holder, fence, expires_at)
    values (:name, :holder, 1, now() + make_interval(secs => :seconds))
    on conflict (name) do update
       set holder = excluded.holder,
           fence = l.fence + (l.holder <> excluded.holder)::int,
           expires_at = excluded.expires_at
     where l.holder = excluded.holder or l.expires_at < now()
    returning fence
""")


async def take(session: AsyncSession, name: str, holder: str, seconds: float) -> int | None:
    """Takes or renews the lease; the fencing number, or None while another holds it."""
    result = await session.execute(_TAKE, {"name": name, "holder": holder, "seconds": seconds})
    fence: int | None = result.scalar_one_or_none()
    return fence


async def release(session: AsyncSession, name: str, holder: str) -> None:
    await session.execute(
        text("update leases set expires_at = now() where name = :name and holder = :holder"),
        {"name": name, "holder": holder},
    )
