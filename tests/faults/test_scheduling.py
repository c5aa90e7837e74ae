"""Two timetables: one leads, and the other takes over when the leader dies."""

import asyncio
import subprocess

import httpx
import pytest

from tests.faults.house import House, until

pytestmark = [pytest.mark.full, pytest.mark.timeout(180)]

TAKEOVER = 20.0


async def test_the_second_scheduler_takes_over_within_twenty_seconds(
    house: House, meta: httpx.AsyncClient
) -> None:
    house.start("web")
    await house.ready()
    schedulers = {process.pid: process for process in (house.start("scheduler") for _ in range(2))}

    async def has_leader() -> bool:
        return await leader(house) in schedulers

    await until(has_leader, 30, "one scheduler leads")
    first = await leader(house)
    assert first is not None
    await asyncio.sleep(2)
    assert await leader(house) == first
    house.kill(schedulers.pop(first))

    async def has_heir() -> bool:
        return await leader(house) in schedulers

    await until(has_heir, TAKEOVER, "the other scheduler leads")
    await sweeps_again(house)


async def leader(house: House) -> int | None:
    """The process that holds an unexpired lease."""
    rows = await asyncio.to_thread(
        house.rows, "select holder from leases where name = 'scheduler' and expires_at > now()"
    )
    return int(rows[0][0].split(":")[1]) if rows else None


async def sweeps_again(house: House) -> None:
    """With no worker running, the queued sweeps stay and can be counted."""
    query = "select count(*) from procrastinate_jobs where task_name = 'sweep'"
    before = (await asyncio.to_thread(house.rows, query))[0][0]

    async def more() -> bool:
        return bool((await asyncio.to_thread(house.rows, query))[0][0] > before)

    await until(more, 15, "the new leader queues sweeps")


async def test_a_scheduler_that_stops_in_order_lets_go_at_once(house: House) -> None:
    house.start("web")
    await house.ready()
    scheduler = house.start("scheduler")

    async def leads() -> bool:
        return await leader(house) == scheduler.pid

    await until(leads, 30, "the scheduler leads")
    scheduler.terminate()
    await asyncio.to_thread(_ended, scheduler)
    assert await leader(house) is None


def _ended(process: "subprocess.Popen[bytes]") -> None:
    process.wait(20)
