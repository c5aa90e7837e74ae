"""A conversation (or a ticket without one) as a thread in a staff channel: what is shown there.

Whoever changes something marks the thread as due; one job at a time holds the lease, shows what
is new and lets go. The lease's end is its fence: after another has taken it, nothing is kept.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict
from domain.staff.models import StaffLine, StaffThread
from domain.types import new_id

LEASE = timedelta(minutes=1)
THEIRS = "theirs"
"""As `drawn`: a person of the staff wrote the line there, nobody else can change it."""

# Common table expressions; `touched` has the ids of the threads that need a job: none is on its
# way yet. A thread is made where the tenant's rooms (`keys` of the setting) ask for one. One that
# waits because of a failure goes on waiting: the provider said for how long.
_TOUCH = """
    known as (
        select s.id, s.{subject} as subject, s.is_due, s.attempts, s.next_attempt_at
          from staff_threads s where s.{subject} = any(%(ids)s::uuid[])
         order by s.{subject} for update
    ), marked as (
        update staff_threads s
           set is_due = true, updated_at = clock_timestamp(),
               next_attempt_at = case when k.attempts > 0 then k.next_attempt_at end
          from known k where s.id = k.id
        returning s.id,
                  not k.is_due or (k.attempts = 0 and k.next_attempt_at is not null) as needs_job
    ), added as (
        insert into staff_threads as s (id, tenant_id, {subject}, room, root, head, is_due,
               attempts, error, updated_at, created_at)
        select gen_random_uuid(), w.tenant_id, w.id, '', '', '', true, 0, '',
               clock_timestamp(), now()
          from {table} w
         where w.id = any(%(ids)s::uuid[])
           and not exists (select from known k where k.subject = w.id)
           and ('' = any(%(keys)s::text[]) or {rule})
         order by w.id
            on conflict (tenant_id, {subject}) do update
           set is_due = true, updated_at = clock_timestamp()
        returning s.id
    ), touched as (
        select id from marked where needs_job union all select id from added
    )
"""
TOUCH_CONVERSATIONS = _TOUCH.format(
    subject="conversation_id",
    table="conversations",
    rule="""w.channel = any(%(keys)s::text[]) or exists (
                select from turns t
                 where t.conversation_id = w.id and t.intent = any(%(keys)s::text[]))""",
)
TOUCH_TICKETS = _TOUCH.format(
    subject="ticket_id",
    table="tickets",
    rule="w.source = any(%(keys)s::text[]) or w.tags && %(keys)s::text[]",
)

# updated_at stays as it is: it tells whether somebody touched the thread since.
_TAKE = text("""
    update staff_threads set leased_until = clock_timestamp() + :lease
     where id = :id and is_due and (leased_until is null or leased_until < clock_timestamp())
       and (next_attempt_at is null or next_attempt_at <= clock_timestamp())
    returning id, conversation_id, ticket_id, room, root, head, attempts, error, created_at,
              leased_until, updated_at
""")
_KEEP = text("""
    update staff_threads
       set leased_until = clock_timestamp() + :lease, room = :room, root = :root, head = :head
     where id = :id and leased_until = :fence
    returning leased_until
""")
# The three ways to end: each tells whether the thread is due again at once.
_END = """
    update staff_threads
       set leased_until = null, error = :error, {changes}
     where id = :id and leased_until = :fence
    returning {again}
"""
_STOP = text(
    _END.format(
        changes="is_due = updated_at <> :seen, attempts = 0, next_attempt_at = null",
        again="is_due",
    )
)
_WAIT = text(
    _END.format(
        changes="""attempts = 0, next_attempt_at = case when updated_at = :seen
                                                   then cast(:at as timestamptz) end""",
        again="next_attempt_at is null",
    )
)
_RETRY = text(
    _END.format(
        changes="attempts = attempts + 1, next_attempt_at = :at",
        again="false",
    )
)


class Outrun(Conflict):
    """The lease ran out and another job goes on with the thread."""

    def __init__(self) -> None:
        super().__init__("Another job shows this thread.")


@dataclass(frozen=True, slots=True)
class Held:
    """A thread that this job alone shows, as it was when the lease was taken or last kept.

    `fence`: the lease's end; `seen`: when somebody last touched it.
    """

    id: UUID
    conversation_id: UUID | None
    ticket_id: UUID | None
    room: str
    root: str
    head: str
    attempts: int
    error: str
    created_at: datetime
    fence: datetime
    seen: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the thread. `stamp`: its name there (several where it is long); empty: gone."""

    key: str
    stamp: str = ""
    drawn: str = ""

    @property
    def stamps(self) -> list[str]:
        return self.stamp.split(",")


class StaffThreads:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def find(self, thread_id: UUID) -> StaffThread | None:
        return await self._session.get(StaffThread, thread_id)

    async def of_conversation(self, conversation_id: UUID) -> StaffThread | None:
        query = select(StaffThread).where(
            StaffThread.tenant_id == self._tenant_id,
            StaffThread.conversation_id == conversation_id,
        )
        return (await self._session.scalars(query)).one_or_none()

    async def of_ticket(self, ticket_id: UUID) -> StaffThread | None:
        """Of a ticket without a conversation."""
        query = select(StaffThread).where(
            StaffThread.tenant_id == self._tenant_id, StaffThread.ticket_id == ticket_id
        )
        return (await self._session.scalars(query)).one_or_none()

    async def at(self, room: str, root: str) -> StaffThread | None:
        query = select(StaffThread).where(
            StaffThread.tenant_id == self._tenant_id,
            StaffThread.room == room,
            StaffThread.root == root,
        )
        return (await self._session.scalars(query)).first()

    async def take(self, thread_id: UUID) -> Held | None:
        """The lease; None when nothing is due (yet), or another job is at it."""
        row = (await self._session.execute(_TAKE, {"id": thread_id, "lease": LEASE})).one_or_none()
        return _held(row) if row else None

    async def keep(self, held: Held, shown: Shown | None = None) -> Held:
        """Writes down what the thread and a line of it show now, and renews the lease.

        Raises Outrun when another job has the thread.
        """
        values = {
            "id": held.id,
            "lease": LEASE,
            "fence": held.fence,
            "room": held.room,
            "root": held.root,
            "head": held.head,
        }
        fence = await self._session.scalar(_KEEP, values)
        if fence is None:
            raise Outrun
        if shown is not None:
            await self.write(held.id, shown)
        return replace(held, fence=fence)

    async def write(self, thread_id: UUID, shown: Shown) -> None:
        statement = insert(StaffLine).values(
            id=new_id(),
            tenant_id=self._tenant_id,
            thread_id=thread_id,
            key=shown.key,
            stamp=shown.stamp,
            drawn=shown.drawn,
        )
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "thread_id", "key"],
                set_={"stamp": shown.stamp, "drawn": shown.drawn},
            )
        )

    async def lines(self, thread_id: UUID) -> dict[str, Shown]:
        rows = await self._session.scalars(
            select(StaffLine).where(
                StaffLine.tenant_id == self._tenant_id, StaffLine.thread_id == thread_id
            )
        )
        return {row.key: Shown(row.key, row.stamp, row.drawn) for row in rows}

    async def forget(self, held: Held) -> Held:
        """Nothing of it is shown any more: the thread begins anew. Raises Outrun."""
        kept = await self.keep(replace(held, root="", head=""))
        await self._session.execute(
            delete(StaffLine).where(
                StaffLine.tenant_id == self._tenant_id, StaffLine.thread_id == held.id
            )
        )
        return kept

    # --- letting go: each raises Outrun when another job has the thread ---

    async def release(self, held: Held) -> bool:
        """All that was due is shown; whether something new became due meanwhile."""
        return await self._end(_STOP, held, "")

    async def stop(self, held: Held, error: str) -> bool:
        """It cannot be shown as things are; whether it was touched meanwhile."""
        return await self._end(_STOP, held, error)

    async def wait(self, held: Held, at: datetime) -> bool:
        """For something that a touch will tell of, or that time; whether it came already."""
        return await self._end(_WAIT, held, held.error, at)

    async def retry(self, held: Held, at: datetime, error: str) -> None:
        """One more attempt has failed: not before that time, whoever touches it meanwhile."""
        await self._end(_RETRY, held, error, at)

    async def due(self, now: datetime, patience: timedelta) -> list[UUID]:
        """Threads whose job was lost, or whose holder died, or whose time to try again came."""
        rows = await self._session.scalars(
            select(StaffThread.id)
            .where(
                StaffThread.is_due,
                StaffThread.updated_at < now - patience,
                StaffThread.leased_until.is_(None) | (StaffThread.leased_until < now),
                StaffThread.next_attempt_at.is_(None)
                | (StaffThread.next_attempt_at < now - patience),
            )
            .limit(500)
        )
        return list(rows)

    async def _end(
        self, statement: TextClause, held: Held, error: str, at: datetime | None = None
    ) -> bool:
        values = {"id": held.id, "fence": held.fence, "seen": held.seen, "error": error, "at": at}
        is_due = await self._session.scalar(statement, values)
        if is_due is None:
            raise Outrun
        return bool(is_due)


def _held(row: Row[Any]) -> Held:
    told = dict(row._mapping)
    return Held(fence=told.pop("leased_until"), seen=told.pop("updated_at"), **told)
