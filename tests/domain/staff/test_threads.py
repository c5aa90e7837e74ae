"""A staff thread's row: made once, touched by all, held by one, waited for when it must be."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from bot.engine.reacting.threads import touch, touch_tickets
from domain.conversations.models import Conversation, Turn
from domain.customers.models import Person
from domain.database import Database
from domain.staff.models import StaffThread
from domain.staff.threads import Held, Outrun, Shown, StaffThreads
from domain.tenants.models import ChannelAccount
from domain.tenants.service import Tenants
from domain.tenants.settings import Desk, TenantSettings
from domain.tickets.service import NewTicket, Tickets
from domain.types import new_id, utc_now

ROOMS = {"": "T1/C1"}
SOON = timedelta(hours=1)


class House:
    """A tenant with one conversation."""

    def __init__(self, database: Database, tenant_id: UUID, conversation_id: UUID) -> None:
        self.database = database
        self.tenant_id = tenant_id
        self.conversation_id = conversation_id

    async def touch(self, rooms: dict[str, str] = ROOMS) -> None:
        async with self.database.transaction(self.tenant_id) as session:
            await touch(session, self.tenant_id, (self.conversation_id,), rooms)

    async def row(self) -> StaffThread | None:
        async with self.database.transaction(self.tenant_id) as session:
            threads = StaffThreads(session, self.tenant_id)
            return await threads.of_conversation(self.conversation_id)

    async def take(self) -> Held | None:
        row = await self.row()
        assert row is not None
        async with self.database.transaction(self.tenant_id) as session:
            return await StaffThreads(session, self.tenant_id).take(row.id)

    async def held(self) -> Held:
        held = await self.take()
        assert held is not None
        return held

    async def let_go(self, held: Held) -> bool:
        async with self.database.transaction(self.tenant_id) as session:
            return await StaffThreads(session, self.tenant_id).release(held)

    async def due(self, in_the_future: timedelta = timedelta(0)) -> list[UUID]:
        async with self.database.transaction(self.tenant_id) as session:
            threads = StaffThreads(session, self.tenant_id)
            return await threads.due(utc_now() + in_the_future, timedelta(0))

    async def jobs(self) -> int:
        query = text("select count(*) from procrastinate_jobs where task_name = 'thread'")
        async with self.database.directory() as session:
            return await session.scalar(query) or 0


async def moved_in(database: Database, slug: str) -> House:
    tenant_id, person_id, conversation_id = new_id(), new_id(), new_id()
    async with database.transaction(tenant_id) as session:
        await Tenants(session, tenant_id).add(slug, slug, TenantSettings())
        account = ChannelAccount(id=new_id(), tenant_id=tenant_id, channel="whatsapp", hint="1")
        session.add_all([account, Person(id=person_id, tenant_id=tenant_id)])
        await session.flush()
        session.add(
            Conversation(
                id=conversation_id,
                tenant_id=tenant_id,
                channel_account_id=account.id,
                channel="whatsapp",
                hint="447700900001",
                person_id=person_id,
            )
        )
    return House(database, tenant_id, conversation_id)


@pytest.fixture
async def house(database: Database) -> House:
    return await moved_in(database, "acme")


@pytest.fixture
async def rival(database: Database, house: House) -> House:
    return await moved_in(database, "rival")


async def test_a_touch_makes_one_thread_and_one_job_however_often(house: House) -> None:
    for _ in range(3):
        await house.touch()
    await asyncio.gather(*(house.touch() for _ in range(5)))
    row = await house.row()
    assert row is not None
    assert row.is_due
    assert await house.jobs() == 1


async def test_the_first_touches_of_all_at_once_make_one_thread(house: House) -> None:
    await asyncio.gather(*(house.touch() for _ in range(5)))
    async with house.database.transaction(house.tenant_id) as session:
        assert len(list(await session.scalars(select(StaffThread)))) == 1


async def test_after_it_was_shown_a_touch_queues_a_job_again(house: House) -> None:
    await house.touch()
    assert not await house.let_go(await house.held())
    assert await house.take() is None
    await house.touch()
    assert await house.jobs() == 2


@pytest.mark.parametrize("rooms", [{}, {"email": "T1/C1"}, {"quote": "T1/C1"}])
async def test_without_a_room_for_it_there_is_no_thread(
    house: House, rooms: dict[str, str]
) -> None:
    await house.touch(rooms)
    assert await house.row() is None
    assert await house.jobs() == 0


async def test_a_topic_makes_a_thread_when_the_bot_has_understood_it(house: House) -> None:
    async with house.database.transaction(house.tenant_id) as session:
        session.add(
            Turn(
                tenant_id=house.tenant_id,
                conversation_id=house.conversation_id,
                agent="a",
                step="extractive",
                intent="quote",
            )
        )
    await house.touch({"problem": "T1/C1"})
    assert await house.row() is None
    await house.touch({"quote": "T1/C1"})
    assert await house.row() is not None


async def test_a_ticket_without_a_conversation_has_a_thread_of_its_own(house: House) -> None:
    async with house.database.transaction(house.tenant_id) as session:
        ticket = await Tickets(session, house.tenant_id).open(NewTicket("x", tags=("quote",)))
        await touch_tickets(session, house.tenant_id, (ticket.id,), {"email": "T1/C1"})
        assert await StaffThreads(session, house.tenant_id).of_ticket(ticket.id) is None
        await touch_tickets(session, house.tenant_id, (ticket.id,), {"quote": "T1/C1"})
        assert await StaffThreads(session, house.tenant_id).of_ticket(ticket.id) is not None


async def test_only_one_job_has_it(house: House) -> None:
    await house.touch()
    taken = await asyncio.gather(*(house.take() for _ in range(5)))
    assert len([held for held in taken if held]) == 1


async def test_touched_while_held_it_is_due_again(house: House) -> None:
    await house.touch()
    held = await house.held()
    await house.touch()
    assert await house.jobs() == 1, "who holds it sees it"
    assert await house.let_go(held)
    assert await house.take() is not None


async def test_a_late_holder_changes_nothing(house: House) -> None:
    await house.touch()
    late = await house.held()
    async with house.database.transaction(house.tenant_id) as session:
        await session.execute(text("update staff_threads set leased_until = now() - interval '1s'"))
    now = await house.held()
    async with house.database.transaction(house.tenant_id) as session:
        threads = StaffThreads(session, house.tenant_id)
        for act in (
            lambda: threads.keep(replace(late, root="late"), Shown("message:1", "late")),
            lambda: threads.release(late),
            lambda: threads.stop(late, "late"),
            lambda: threads.retry(late, utc_now(), "late"),
            lambda: threads.forget(late),
        ):
            with pytest.raises(Outrun):
                await act()
        assert await threads.lines(late.id) == {}
    async with house.database.transaction(house.tenant_id) as session:
        threads = StaffThreads(session, house.tenant_id)
        kept = await threads.keep(replace(now, root="1.1"), Shown("message:1", "1.2", "x"))
        assert await threads.lines(now.id) == {"message:1": Shown("message:1", "1.2", "x")}
        assert not await threads.release(kept)
    row = await house.row()
    assert row is not None
    assert row.root == "1.1"


async def test_a_failure_waits_whoever_touches_it(house: House) -> None:
    await house.touch()
    held = await house.held()
    async with house.database.transaction(house.tenant_id) as session:
        await StaffThreads(session, house.tenant_id).retry(held, utc_now() + SOON, "busy")
    await house.touch()
    row = await house.row()
    assert row is not None
    assert (row.attempts, row.error) == (1, "busy")
    assert await house.take() is None
    assert await house.due() == []
    assert await house.due(SOON + SOON) == [row.id]


async def test_what_waits_for_something_is_woken_by_a_touch(house: House) -> None:
    await house.touch()
    held = await house.held()
    async with house.database.transaction(house.tenant_id) as session:
        assert not await StaffThreads(session, house.tenant_id).wait(held, utc_now() + SOON)
    assert await house.take() is None
    await house.touch()
    assert await house.jobs() == 2
    assert await house.take() is not None


async def test_what_cannot_be_shown_stops_until_it_is_touched(house: House) -> None:
    await house.touch()
    held = await house.held()
    async with house.database.transaction(house.tenant_id) as session:
        assert not await StaffThreads(session, house.tenant_id).stop(held, "archived")
    assert await house.due(SOON) == []
    await house.touch()
    again = await house.held()
    assert again.error == "archived"


async def test_a_dead_holders_thread_is_found(house: House) -> None:
    await house.touch()
    held = await house.held()
    assert await house.due() == []
    assert await house.due(SOON) == [held.id]


async def test_another_tenants_thread_is_not_there(house: House, rival: House) -> None:
    await house.touch()
    row = await house.row()
    assert row is not None
    async with rival.database.transaction(rival.tenant_id) as session:
        threads = StaffThreads(session, rival.tenant_id)
        assert await threads.take(row.id) is None
        assert await threads.find(row.id) is None
        assert await threads.of_conversation(house.conversation_id) is None
        await touch(session, rival.tenant_id, (house.conversation_id,), ROOMS)
        assert list(await session.scalars(select(StaffThread))) == []


@pytest.mark.parametrize(
    ("channel", "topic", "room"),
    [
        ("whatsapp", "quote", "T1/QUOTES"),
        ("whatsapp", "problem", "T1/WA"),
        ("whatsapp", "", "T1/WA"),
        ("email", "", "T1/ALL"),
        ("email", "problem", "T1/ALL"),
    ],
)
def test_a_topics_room_goes_before_a_channels_before_the_default(
    channel: str, topic: str, room: str
) -> None:
    desk = Desk(rooms={"": "T1/ALL", "whatsapp": "T1/WA", "quote": "T1/QUOTES"})
    assert desk.room(channel, topic) == room
    assert Desk().room(channel, topic) == ""
