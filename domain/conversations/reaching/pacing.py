"""How fast an account sends, shared by all workers, and its rest while its access is refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.tenants.models import ChannelPace
from domain.types import new_id

TRY_AGAIN = timedelta(minutes=10)
"""How often a paused account is tried, should it have come right by itself."""

_BEGIN = text("""
    insert into channel_paces (id, tenant_id, channel_account_id, tokens, refilled_at,
           pause_reason, created_at)
    values (:id, :tenant_id, :account_id, :full, :now, '', :now)
        on conflict (tenant_id, channel_account_id) do nothing
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
        """Takes one of the account's messages per second, where one is left.

        The row is locked until the transaction ends, so that all workers take turns.
        """
        full = max(rate, 1.0)
        await self._session.execute(_BEGIN, self._values(account_id, now) | {"full": full})
        row = await self._session.scalar(
            select(ChannelPace)
            .where(ChannelPace.channel_account_id == account_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None:
            return Admission()
        if row.paused_at is not None:
            if row.tried_at and now - row.tried_at < TRY_AGAIN:
                return Admission(TRY_AGAIN, row.pause_reason, is_paused=True)
            row.tried_at = now
            return Admission(is_paused=True)
        tokens, wait = drawn(row.tokens, now - row.refilled_at, rate)
        row.tokens, row.refilled_at = tokens, max(now, row.refilled_at)
        await self._session.flush()
        return Admission(wait, "The account sends as fast as it may." if wait else "")

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


def drawn(tokens: float, since: timedelta, rate: float) -> tuple[float, timedelta | None]:
    """A bucket of one second's worth: (what is in it afterwards, how long to wait)."""
    filled = min(max(rate, 1.0), tokens + rate * max(since.total_seconds(), 0.0))
    if filled >= 1:
        return filled - 1, None
    return filled, timedelta(seconds=(1 - filled) / rate)
