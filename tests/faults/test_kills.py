"""kill -9 at any moment: what was accepted is answered, once."""

import asyncio

import httpx
import pytest

from channels.whatsapp.simulator import Fault
from tests.faults.house import House, until

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

KILLS = 20
LATEST = 1.5


async def test_twenty_kills_between_receiving_and_replying_lose_and_double_nothing(
    house: House, meta: httpx.AsyncClient
) -> None:
    customers: list[str] = []
    unaccepted: list[bytes] = []
    hits = 0
    for kill in range(KILLS):
        process = house.start()
        await house.ready()
        new = [house.customer() for _ in range(3)]
        customers += new
        bodies = [*unaccepted, *(house.body(one) for one in new)]
        posts = [asyncio.create_task(house.post(meta, body)) for body in bodies]
        await asyncio.sleep(LATEST * kill / (KILLS - 1))
        house.kill(process)
        statuses = await asyncio.gather(*posts)
        accepted = [one for one, s in zip(new, statuses[-len(new) :], strict=True) if s == 200]
        hits += any(house.answers_to(one) == 0 for one in accepted)
        unaccepted = [b for b, status in zip(bodies, statuses, strict=True) if status != 200]
    house.start()
    await house.ready()
    for body in unaccepted:
        await house.insist(meta, body)
    await house.settled(customers)
    house.assert_answered_once(customers)
    assert hits > KILLS / 4, "the kills came too early or too late to try anything"


async def test_a_worker_killed_while_sending_is_replaced_and_the_send_is_marked(
    house: House, meta: httpx.AsyncClient
) -> None:
    house.start("web")
    await house.ready()
    worker = house.start("worker")
    house.start("scheduler")
    house.graph.order(Fault.HANG_AFTER_ACCEPTING)
    first, others = house.customer(), [house.customer() for _ in range(10)]
    await house.insist(meta, house.body(first))

    async def hangs() -> bool:
        return house.answers_to(first) == 1

    await until(hangs, 30, "the worker waits for the provider")
    for one in others[:5]:
        await house.insist(meta, house.body(one))
    house.kill(worker)
    for one in others[5:]:
        await house.insist(meta, house.body(one))
    house.start("worker")
    await house.settled([first, *others])
    house.assert_answered_once([first, *others])
    assert house.answers_to(first) == 2
    marked = house.rows(
        "select c.hint from messages m join conversations c on c.id = m.conversation_id "
        "where m.is_maybe_repeated"
    )
    assert (first,) in marked


async def test_the_web_process_that_owned_the_database_may_die_too(
    house: House, meta: httpx.AsyncClient
) -> None:
    web = house.start("web")
    await house.ready()
    house.start("worker")
    house.start("scheduler")
    customers = [house.customer() for _ in range(9)]
    for one in customers[:3]:
        await house.insist(meta, house.body(one))
    posting = [asyncio.create_task(house.insist(meta, house.body(one))) for one in customers[3:6]]
    house.kill(web)
    house.start("web")
    await house.ready()
    await asyncio.gather(*posting)
    for one in customers[6:]:
        await house.insist(meta, house.body(one))
    await house.settled(customers)
    house.assert_answered_once(customers)
