"""How far polled accounts were read: compare and set, so that two who read lose nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, case, func, literal, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict
from domain.tenants.models import ChannelCursor
from domain.types import new_id


class CursorMoved(Conflict):
    """Another reader was faster: what this one fetched is on disk already, or will be."""

    def __init__(self) -> None:
        super().__init__("Somebody else reads this mailbox at the moment; nothing is lost.")


@dataclass(frozen=True, slots=True)
class Reading:
    """The right to read an account for a while, and where to go on."""

    account_id: UUID
    token: UUID
    cursor: str
    version: int
    failing_since: datetime | None
    failures: int
    is_told: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """How a reading ended that failed. `error`: a sentence that says what to do."""

    error: str
    is_permanent: bool
    since: datetime
    count: int
    is_told: bool


class Cursors:
    """All times are the caller's, so that one clock decides."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def all(self) -> list[ChannelCursor]:
        query = select(ChannelCursor).where(ChannelCursor.tenant_id == self._tenant_id)
        return list(await self._session.scalars(query))

    async def of(self, account_id: UUID) -> ChannelCursor | None:
        query = select(ChannelCursor).where(ChannelCursor.channel_account_id == account_id)
        return (await self._session.scalars(query)).one_or_none()

    async def claim_due(
        self, account_ids: Sequence[UUID], now: datetime, retry_at: datetime
    ) -> list[UUID]:
        """Of these accounts the ones to be read now; each again at `retry_at`, should the job
        that is put for it be lost. A reader whose lease has ended is dead."""
        await self._begin(account_ids, now)
        is_abandoned = ChannelCursor.leased_until < now
        is_due = or_(ChannelCursor.next_poll_at <= now, is_abandoned)
        claimed = await self._session.scalars(
            update(ChannelCursor)
            .where(
                ChannelCursor.channel_account_id.in_(account_ids),
                is_due,
                or_(ChannelCursor.leased_until.is_(None), is_abandoned),
            )
            .values(next_poll_at=retry_at, leased_until=None, lease_token=None)
            .returning(ChannelCursor.channel_account_id)
        )
        return list(claimed)

    async def take(self, account_id: UUID, now: datetime, until: datetime) -> Reading | None:
        """The lease; None while another holds it, who is told that more is wanted."""
        await self._begin([account_id], now)
        token = new_id()
        taken = await self._session.execute(
            self._update(account_id)
            .where(or_(ChannelCursor.leased_until.is_(None), ChannelCursor.leased_until < now))
            .values(leased_until=until, lease_token=token, next_poll_at=None)
            .returning(
                ChannelCursor.cursor,
                ChannelCursor.version,
                ChannelCursor.failing_since,
                ChannelCursor.failures,
                ChannelCursor.told_at.is_not(None),
            )
        )
        row = taken.one_or_none()
        if row is None:
            await self._session.execute(self._update(account_id).values(next_poll_at=now))
            return None
        return Reading(account_id, token, *row)

    async def renew(self, reading: Reading, until: datetime) -> None:
        """The reader is alive."""
        await self._session.execute(
            self._update(reading.account_id)
            .where(ChannelCursor.lease_token == reading.token)
            .values(leased_until=until)
        )

    async def move(self, reading: Reading, cursor: str, until: datetime) -> Reading:
        """With the page that was fetched, in one transaction. Raises CursorMoved."""
        version = await self._session.scalar(
            self._update(reading.account_id)
            .where(ChannelCursor.version == reading.version)
            .values(
                cursor=cursor,
                version=ChannelCursor.version + 1,
                leased_until=case(
                    (ChannelCursor.lease_token == reading.token, until),
                    else_=ChannelCursor.leased_until,
                ),
            )
            .returning(ChannelCursor.version)
        )
        if version is None:
            raise CursorMoved
        return replace(reading, cursor=cursor, version=version)

    async def finish(self, reading: Reading, now: datetime, next_poll_at: datetime) -> bool:
        """All went well. Whether more was asked for meanwhile; False too for a lost lease."""
        return await self._end(
            reading,
            next_poll_at,
            last_polled_at=now,
            failing_since=None,
            failures=0,
            error="",
            is_permanent=False,
            told_at=None,
        )

    async def fail(
        self, reading: Reading, failure: Failure, now: datetime, next_poll_at: datetime
    ) -> bool:
        """Whether it was noted: not, where another reads meanwhile."""
        told_at = func.coalesce(ChannelCursor.told_at, literal(now)) if failure.is_told else null()
        ended = await self._session.scalar(
            self._update(reading.account_id)
            .where(ChannelCursor.lease_token == reading.token)
            .values(
                leased_until=None,
                lease_token=None,
                next_poll_at=next_poll_at,
                last_polled_at=now,
                failing_since=failure.since,
                failures=failure.count,
                error=failure.error[:1000],
                is_permanent=failure.is_permanent,
                told_at=told_at,
            )
            .returning(ChannelCursor.id)
        )
        return ended is not None

    async def give_back(self, reading: Reading, now: datetime) -> None:
        """The reader was stopped, or another was faster: the account is due at once."""
        await self._end(reading, now)

    async def _end(self, reading: Reading, next_poll_at: datetime, **values: object) -> bool:
        wanted = select(ChannelCursor.next_poll_at.is_not(None)).where(
            ChannelCursor.channel_account_id == reading.account_id,
            ChannelCursor.lease_token == reading.token,
        )
        is_wanted = (await self._session.execute(wanted.with_for_update())).scalar_one_or_none()
        if is_wanted is None:
            return False
        await self._session.execute(
            self._update(reading.account_id).values(
                leased_until=None,
                lease_token=None,
                next_poll_at=func.coalesce(ChannelCursor.next_poll_at, literal(next_poll_at)),
                **values,
            )
        )
        return is_wanted

    async def _begin(self, account_ids: Sequence[UUID], now: datetime) -> None:
        """A row for each account that has none; it is due at once."""
        rows = [
            {
                "id": new_id(),
                "tenant_id": self._tenant_id,
                "channel_account_id": account_id,
                "cursor": "",
                "version": 0,
                "failures": 0,
                "error": "",
                "is_permanent": False,
                "next_poll_at": now,
                "created_at": now,
                "updated_at": now,
            }
            for account_id in sorted(account_ids)
        ]
        if rows:
            statement = insert(ChannelCursor).values(rows).on_conflict_do_nothing()
            await self._session.execute(statement)

    def _update(self, account_id: UUID) -> Update:
        return (
            update(ChannelCursor)
            .where(
                ChannelCursor.tenant_id == self._tenant_id,
                ChannelCursor.channel_account_id == account_id,
            )
            .execution_options(synchronize_session=False)
        )
