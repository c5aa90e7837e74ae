"""PostgreSQL goes away under load: nothing is accepted in vain, and nobody has to help."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from tests.faults.house import House

pytestmark = [pytest.mark.full, pytest.mark.timeout(240)]


class Load:
    """Customers who keep writing, and a provider that insists."""

    def __init__(self, house: House, meta: httpx.AsyncClient) -> None:
        self._house = house
        self._meta = meta
        self.customers: list[str] = []
        self.refusals: set[int] = set()

    @asynccontextmanager
    async def running(self, lines: int = 4) -> AsyncIterator[None]:
        stop = asyncio.Event()
        tasks = [asyncio.create_task(self._write(stop)) for _ in range(lines)]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    async def _write(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            customer = self._house.customer()
            self.customers.append(customer)
            self.refusals |= await self._house.insist(self._meta, self._house.body(customer))
            await asyncio.sleep(0.1)


def terminated_backends(house: House) -> int:
    rows = house.rows(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity "
        "where pid <> pg_backend_pid() and backend_type = 'client backend'"
    )
    return int(rows[0][0])


async def test_a_killed_database_comes_back_and_the_work_goes_on(
    house: House, meta: httpx.AsyncClient
) -> None:
    house.start()
    await house.ready()
    load = Load(house, meta)
    async with load.running():
        for _ in range(3):
            await asyncio.sleep(2)
            os.kill(house.postmaster(), signal.SIGKILL)
        await asyncio.sleep(2)
    await house.settled(load.customers)
    house.assert_answered_once(load.customers)
    assert load.refusals <= {0, 503}


async def test_every_backend_terminated_again_and_again_loses_nothing(
    house: House, meta: httpx.AsyncClient
) -> None:
    house.start()
    await house.ready()
    load = Load(house, meta)
    async with load.running():
        for _ in range(5):
            await asyncio.sleep(1)
            assert terminated_backends(house) > 0
        await asyncio.sleep(1)
    await house.settled(load.customers)
    house.assert_answered_once(load.customers)
    assert house.doubled() == 0, "the process lived: it knew what it had sent"
    assert load.refusals <= {0, 503}


async def test_a_database_that_stands_still_is_not_acknowledged_for(
    house: House, meta: httpx.AsyncClient
) -> None:
    house.start()
    await house.ready()
    customers = [house.customer() for _ in range(5)]
    await house.insist(meta, house.body(customers[0]))
    postmaster = house.postmaster()
    backends = [pid for (pid,) in house.rows("select pid from pg_stat_activity")]
    stopped = [postmaster, *(pid for pid in backends if _stop(pid))]
    os.kill(postmaster, signal.SIGSTOP)
    bodies = [house.body(one) for one in customers[1:]]
    async with httpx.AsyncClient(timeout=3, trust_env=False) as hasty:
        assert 200 not in await asyncio.gather(*(house.post(hasty, body) for body in bodies))
    for pid in stopped:
        with suppress(ProcessLookupError):  # one that was just ending has ended
            os.kill(pid, signal.SIGCONT)
    for body in bodies:
        await house.insist(meta, body)
    await house.settled(customers)
    house.assert_answered_once(customers)


def _stop(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGSTOP)
    except ProcessLookupError:
        return False
    return True
