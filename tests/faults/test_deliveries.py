"""Webhooks as providers really send them, and a provider that fails, over real HTTP."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from channels.whatsapp.simulator import Fault, status
from tests.faults.house import NUMBER, House, until

pytestmark = [pytest.mark.full, pytest.mark.timeout(240)]

SAMPLES = Path(__file__).parents[2] / "channels" / "whatsapp" / "samples"


async def test_the_same_webhook_fifty_times_in_parallel_is_answered_once(
    house: House, meta: httpx.AsyncClient
) -> None:
    house.start()
    await house.ready()
    customer = house.customer()
    body = house.body(customer)
    statuses = await asyncio.gather(*(house.post(meta, body) for _ in range(50)))
    assert set(statuses) == {200}
    await house.settled([customer])
    house.assert_answered_once([customer])
    assert house.answers_to(customer) == 1


async def test_more_webhooks_at_once_than_connections_are_all_accepted_and_answered(
    house: House, meta: httpx.AsyncClient
) -> None:
    house.settings["FRONTDESK_POOL_SIZE"] = "2"
    house.start()
    await house.ready()
    customers = [house.customer() for _ in range(300)]
    bodies = {one: house.body(one) for one in customers}
    statuses = await asyncio.gather(*(house.post(meta, bodies[one]) for one in customers))
    assert set(statuses) <= {200, 503}
    refused = [one for one, got in zip(customers, statuses, strict=True) if got == 503]
    for one in refused:
        await house.insist(meta, bodies[one])
    await house.settled(customers, 120)
    house.assert_answered_once(customers)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.TOO_MANY,
        Fault.PAIR_RATE,
        Fault.SERVER_ERROR,
        Fault.BAD_GATEWAY,
        Fault.GARBAGE,
        Fault.DROP_AFTER_ACCEPTING,
    ],
)
async def test_a_provider_that_fails_is_tried_again_and_a_repeat_is_marked(
    house: House, meta: httpx.AsyncClient, fault: Fault
) -> None:
    house.start()
    await house.ready()
    house.graph.order(fault, 2)
    customer = house.customer()
    await house.insist(meta, house.body(customer))
    await house.settled([customer])
    house.assert_answered_once([customer])


async def test_an_expired_token_becomes_work_for_a_person(
    house: House, meta: httpx.AsyncClient
) -> None:
    house.start()
    await house.ready()
    house.graph.order(Fault.EXPIRED_TOKEN, 20)
    await house.insist(meta, house.body(house.customer()))

    async def told() -> bool:
        rows = await asyncio.to_thread(house.rows, "select subject from tickets")
        return any("its access is refused" in subject for (subject,) in rows)

    await until(told, 60, "staff were told")


async def test_every_kind_of_delivery_is_accepted_and_kept_once(
    house: House, meta: httpx.AsyncClient
) -> None:
    house.start()
    await house.ready()
    bodies = [own(path) for path in sorted(SAMPLES.glob("*.json")) if path.stem != "expected"]
    for _ in range(2):
        statuses = [await house.post(meta, body) for body in bodies]
        assert set(statuses) == {200}
    again = await asyncio.gather(*(house.post(meta, body) for body in bodies for _ in range(3)))
    assert set(again) == {200}

    async def taken() -> bool:
        rows = await asyncio.to_thread(
            house.rows, "select count(*) from raw_events where state not in ('taken', 'ignored')"
        )
        return rows == [(0,)]

    await until(taken, 60, "every event is taken or ignored with a reason")
    assert house.rows("select count(*) from raw_events") == [(len(set(bodies)),)]
    assert (
        house.rows(
            "select external_id, count(*) from messages where direction = 'in' "
            "group by 1 having count(*) > 1"
        )
        == []
    )
    assert house.rows("select id from raw_events where state = 'ignored' and reason = ''") == []


async def test_statuses_open_nothing(house: House, meta: httpx.AsyncClient) -> None:
    house.start()
    await house.ready()
    states = ("sent", "delivered", "read", "failed")
    bodies = [status(NUMBER, f"wamid.{n}", state) for n in range(5) for state in states]
    statuses = await asyncio.gather(*(house.post(meta, body) for body in bodies))
    assert set(statuses) == {200}

    async def taken() -> bool:
        query = "select count(*) from raw_events where state = 'taken'"
        return await asyncio.to_thread(house.rows, query) == [(len(bodies),)]

    await until(taken, 60, "every status is taken")
    nothing = "select (select count(*) from conversations) + (select count(*) from tickets)"
    assert house.rows(nothing) == [(0,)]
    assert house.graph.sent == []


def own(path: Path) -> bytes:
    """The sample, as if it had been delivered for this company's number."""

    def readdressed(node: object) -> object:
        if isinstance(node, dict):
            return {
                key: NUMBER if key == "phone_number_id" else readdressed(value)
                for key, value in node.items()
            }
        return [readdressed(one) for one in node] if isinstance(node, list) else node

    return json.dumps(readdressed(json.loads(path.read_bytes()))).encode()
