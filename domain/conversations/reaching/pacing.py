"""How fast an account sends, shared by all workers, and its rest while its access is refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.types import new_id

TRY_AGAIN = timedelta(minutes=10)
"""How often a paused account is tried, should it have come right by itself."""

# A token bucket of one second's worth. The row is locked by the update, so that workers take
# turns; `tokens` after it below zero would mean that nothing was there to take.
_TAKE = text("""
    insert into channel_paces as p (id, tenant_id, channel_account_id, tokens, refilled_at,
           pause_reason, created_at)
    values (:id, :tenant_id, :account_id, greatest(:rate, 1) - 1, :now, '', :now)
        on conflict (tenant_id, channel_account_id) do update set
           tokens = case when least(greatest(:rate, 1), p.tokens + :rate * extract(epoch from
                                    greatest(:now - p.refilled_at, interval '0'))) >= 1
                         then least(greatest(:rate, 1), p.tokens + :rate * extract(epoch from
                                    greatest(:now - p.refilled_at, interval '0'))) - 1
                         else p.tokens end,
           refilled_at = case when least(greatest(:rate, 1), p.tokens + :rate * extract(epoch from
                                         greatest(:now - p.refilled_at, interval '0'))) >= 1
                              then greatest(:now, p.refilled_at) else p.refilled_at end,
           tried_at = case when p.paused_at is not null and p.tried_at <= :again
                           then :now else p.tried_at end
    returning paused_at, tried_at, pause_reason, refilled_at = :now as is_taken,
              extract(epoch from :now - refilled_at) as waited, tokens
""")
_PAUSE = text("""
    insert into channel_paces as p (id, tenant_id, channel_account_id, tokens, refilled_at,
           paused_at, tried_at, pause_reason, created_at)
    values (:id, :tenant_id, :account_id, 0, :now, :now, :now, :reason, :now)
        on conflict (tenant_id, channel_account_id) do update set
           paused_at = coalesce(p.paused_at, :now), tried_at = :now, pause_reason = :reason
    returning paused_at = :now as is_news
""")
_RESUME = text("""
    update channel_paces set paused_at = null, tried_at = null, pause_reason = ''
     where channel_account_id = :account_id and paused_at is not null
    returning id
""")
_RELEASE = text("""
    update messages set next_attempt_at = :now, error = '', error_code = ''
     where channel_account_id = :account_id and state = 'pending' and error_code = 'paused'
    returning id
""")


@dataclass(frozen=True, slots=True)
class Admission:
    """`wait`: how long until it may be tried again; None: it may leave now, of a paused account
    to see whether its access works again."""

    wait: timedelta | None = None
    reason: str = ""
    is_paused: bool = False


class Pace:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def admit(self, account_id: UUID, rate: float, now: datetime) -> Admission:
        """Takes one of the account's messages per second, where one is left."""
        values = self._values(account_id, now) | {"rate": rate, "again": now - TRY_AGAIN}
        row = (await self._session.execute(_TAKE, values)).one()
        if row.paused_at is not None and row.tried_at != now:
            return Admission(TRY_AGAIN, row.pause_reason, is_paused=True)
        if row.paused_at is not None:
            return Admission(is_paused=True)
        if row.is_taken:
            return Admission()
        missing = max(1 - float(row.tokens) - rate * float(row.waited), 0.0)
        return Admission(timedelta(seconds=missing / rate), "The account sends as fast as it may.")

    async def pause(self, account_id: UUID, reason: str, now: datetime) -> bool:
        """Nothing leaves until its access is renewed. Whether that is news."""
        values = self._values(account_id, now) | {"reason": reason}
        return bool(await self._session.scalar(_PAUSE, values))

    async def resume(self, account_id: UUID, now: datetime) -> list[UUID]:
        """Access works again, or was replaced: the messages that may go now."""
        resumed = await self._session.scalar(_RESUME, {"account_id": account_id})
        if resumed is None:
            return []
        rows = await self._session.scalars(_RELEASE, {"account_id": account_id, "now": now})
        return list(rows)

    def _values(self, account_id: UUID, now: datetime) -> dict[str, Any]:
        return {
            "id": new_id(),
            "tenant_id": self._tenant_id,
            "account_id": account_id,
            "now": now,
        }
