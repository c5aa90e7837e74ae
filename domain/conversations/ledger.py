"""The inbound ledger: what a provider delivered, until every message of it has an outcome."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import and_, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import RawEvent
from domain.errors import NotFound
from domain.following import Since
from domain.types import new_id

MAX_ATTEMPTS = 5
_IN_QUARANTINE = or_(
    RawEvent.state == "failed", and_(RawEvent.state == "waiting", RawEvent.reason != "")
)

_KEEP = """
    insert into raw_events
        (id, tenant_id, channel_account_id, digest, body, state, reason, attempts, message_count,
         created_at)
    select id, %s, account_id, digest, body, 'waiting', '', 0, 0, now()
      from unnest(%s::uuid[], %s::uuid[], %s::bytea[], %s::bytea[])
           as d(id, account_id, digest, body)
     order by account_id, digest
        on conflict (tenant_id, channel_account_id, digest) do nothing
"""

_BEGIN = text("""
    update raw_events set attempts = attempts + 1
     where id = (select id from raw_events
                  where channel_account_id = :account_id and state = 'waiting'
                  order by attempts, created_at limit 1 for update skip locked)
    returning id, attempts
""")

# The lock makes intake of one tenant single-file: two messages of a new sender make one person.
_CLAIM = text("""
    with alone as materialized (
        select pg_advisory_xact_lock(hashtextextended(:tenant_id, 0))
    )
    select e.id, e.body, e.created_at from alone, raw_events e
     where e.channel_account_id = :account_id and e.state = 'waiting'
       and (cast(:event_id as uuid) is null or e.id = :event_id)
     order by e.created_at, e.id limit :limit
       for update of e skip locked
""")


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    id: UUID
    body: bytes
    received_at: datetime


async def keep(
    connection: AsyncConnection[Any], tenant_id: UUID, deliveries: Sequence[tuple[UUID, bytes]]
) -> None:
    """Stores deliveries (channel account, body); equal bytes for one account are kept once.

    Written in the order of their digests, so that two processes never wait for each other;
    taken in later in the order given here.
    """
    ids = sorted(new_id() for _ in deliveries)
    accounts = [account_id for account_id, _ in deliveries]
    bodies = [body for _, body in deliveries]
    digests = [hashlib.sha256(body).digest() for body in bodies]
    await connection.execute(_KEEP, (tenant_id, ids, accounts, digests, bodies))


async def finished(
    session: AsyncSession, account_id: UUID, bodies: Sequence[bytes]
) -> frozenset[bytes]:
    """Those of these bodies that were taken in before, or never will be."""
    by_digest = {hashlib.sha256(body).digest(): body for body in bodies}
    query = select(RawEvent.digest).where(
        RawEvent.channel_account_id == account_id,
        RawEvent.digest.in_(by_digest),
        RawEvent.state != "waiting",
    )
    return frozenset(by_digest[bytes(digest)] for digest in await session.scalars(query))


async def claim(
    session: AsyncSession,
    tenant_id: UUID,
    account_id: UUID,
    limit: int = 50,
    event_id: UUID | None = None,
) -> list[WaitingEvent]:
    """The oldest waiting events (or the one named), locked until the transaction ends."""
    rows = await session.execute(
        _CLAIM,
        {
            "tenant_id": str(tenant_id),
            "account_id": account_id,
            "limit": limit,
            "event_id": event_id,
        },
    )
    return [WaitingEvent(id_, bytes(body), at) for id_, body, at in rows]


async def waiting_accounts(session: AsyncSession, older_than: datetime) -> list[UUID]:
    """Channel accounts with events that no job took."""
    query = select(RawEvent.channel_account_id).where(
        RawEvent.state == "waiting", RawEvent.created_at < older_than
    )
    return list(await session.scalars(query.distinct()))


async def begin_attempt(session: AsyncSession, account_id: UUID) -> tuple[UUID, int] | None:
    """Counts one more attempt for the least tried event, to be committed before it is tried:
    so an event that stops the whole process is counted too. Its id and attempts so far."""
    row = (await session.execute(_BEGIN, {"account_id": account_id})).one_or_none()
    return (row.id, row.attempts) if row else None


async def bury(session: AsyncSession, event_id: UUID, now: datetime) -> None:
    """Makes a dead letter of an event that failed too often."""
    reason = func.coalesce(
        func.nullif(RawEvent.reason, ""), "Taking it in stopped the worker every time."
    )
    await session.execute(
        update(RawEvent)
        .where(RawEvent.id == event_id, RawEvent.state == "waiting")
        .values(state="failed", finished_at=now, reason=reason)
    )


async def note_failure(session: AsyncSession, event_id: UUID, reason: str) -> None:
    await session.execute(
        update(RawEvent).where(RawEvent.id == event_id).values(reason=reason[:2000])
    )


async def revive(session: AsyncSession, event_id: UUID) -> UUID:
    """Lets an event be taken in again, whatever became of it; its channel account."""
    statement = (
        update(RawEvent)
        .where(RawEvent.id == event_id)
        .values(state="waiting", attempts=0, reason="", finished_at=None)
        .returning(RawEvent.channel_account_id)
    )
    account_id = (await session.scalars(statement)).one_or_none()
    if account_id is None:
        raise NotFound("event", event_id)
    return account_id


async def dead_letters(session: AsyncSession, limit: int = 100) -> list[RawEvent]:
    return list(
        await session.scalars(
            select(RawEvent)
            .where(RawEvent.state == "failed")
            .order_by(RawEvent.created_at)
            .limit(limit)
        )
    )


async def quarantined(
    session: AsyncSession, limit: int, after: UUID | None = None, since: Since | None = None
) -> list[RawEvent]:
    """What could not be taken in: dead letters, and what is still tried again. Oldest first."""
    query = select(RawEvent).where(_IN_QUARANTINE).order_by(RawEvent.id).limit(limit)
    if after:
        query = query.where(RawEvent.id > after)
    if since:
        query = since.of(query, RawEvent.updated_at, RawEvent.id)
    return list(await session.scalars(query))


async def in_quarantine(session: AsyncSession, event_id: UUID) -> RawEvent:
    query = select(RawEvent).where(RawEvent.id == event_id, _IN_QUARANTINE)
    event = (await session.scalars(query)).one_or_none()
    if event is None:
        raise NotFound("event in quarantine", event_id)
    return event


async def unfinished(session: AsyncSession, older_than: datetime) -> list[RawEvent]:
    """Events that are neither taken nor ignored, for `lost`."""
    return list(
        await session.scalars(
            select(RawEvent)
            .where(RawEvent.state.in_(("waiting", "failed")), RawEvent.created_at < older_than)
            .order_by(RawEvent.created_at)
            .limit(500)
        )
    )
