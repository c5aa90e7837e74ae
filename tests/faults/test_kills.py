"""kill -9 at any moment: what was accepted is answered, once."""

import asyncio

import httpx
import pytest

from channels.whatsapp.simulator import Fault
from tests.faults.house import House, until

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

KILLS = 20
LATEST = 1.5
EVERY = 0.06


class Writers:
    """Customers who write one after the other, and a provider that delivers until it hears 200."""

    def __init__(self, house: House, meta: httpx.AsyncClient) -> None:
        self._house = house
        self._meta = meta
        self.bodies: dict[str, bytes] = {}
        self.accepted: set[str] = set()

    async def write(self, seconds: float) -> "list[asyncio.Task[None]]":
        """Delivers again what was not accepted, and a new message every few moments."""
        left = [one for one in self.bodies if one not in self.accepted]
        deliveries = [asyncio.create_task(self._deliver(one)) for one in left]
        for _ in range(1 + round(seconds / EVERY)):
            customer = self._house.customer()
            self.bodies[customer] = self._house.body(customer)
            deliveries.append(asyncio.create_task(self._deliver(customer)))
            await asyncio.sleep(min(EVERY, seconds))
        return deliveries

    async def _deliver(self, customer: str) -> None:
        if await self._house.post(self._meta, self.bodies[customer]) == 200:
            self.accepted.add(customer)

    def waiting(self) -> int:
        """Customers whose message was accepted and who have no answer yet."""
        return sum(self._house.answers_to(one) == 0 for one in self.accepted)


async def test_twenty_kills_between_receiving_and_replying_lose_and_double_nothing(
    house: House, meta: httpx.AsyncClient
) -> None:
    writers = Writers(house, meta)
    hits = 0
    for kill in range(KILLS):
        process = house.start()
        await house.ready()
        deliveries = await writers.write(LATEST * kill / (KILLS - 1))
        hits += writers.waiting() > 0
        house.kill(process)
        await asyncio.gather(*deliveries)
    house.start()
    await house.ready()
    await asyncio.gather(*await writers.write(0))
    customers = list(writers.bodies)
    assert writers.accepted == set(customers)
    await house.settled(customers)
    house.assert_answered_once(customers)
    assert hits > KILLS / 2, "the kills came when nobody waited"


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
