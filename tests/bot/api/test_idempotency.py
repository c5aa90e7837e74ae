"""An unsafe request sent again under its key does nothing twice."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import func, select, update

from bot.runtime import Runtime
from domain.idempotency.models import AnsweredRequest
from domain.idempotency.service import KEPT
from domain.tickets.models import Ticket
from domain.types import utc_now

NEW = {"subject": "No picture", "description": "since this morning"}


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


async def opened(call: Any) -> int:
    return len((await call.get("/helpdesk/tickets", limit=200))["items"])


async def test_the_same_request_gets_the_same_answer_and_one_effect(call: Any) -> None:
    before = await opened(call)
    first = await call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))
    again = await call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await opened(call) == before + 1


async def test_without_a_key_each_request_counts(call: Any) -> None:
    before = await opened(call)
    for _ in range(2):
        assert (await call.post("/helpdesk/tickets", NEW)).status_code == 201
    assert await opened(call) == before + 2


async def test_another_request_under_the_key_is_refused(call: Any) -> None:
    await call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))
    other = await call.post("/helpdesk/tickets", NEW | {"subject": "Other"}, headers=keyed("k1"))
    elsewhere = await call.post("/companies", {"name": "A"}, headers=keyed("k1"))
    assert (other.status_code, elsewhere.status_code) == (422, 422)
    assert "new key" in other.json()["detail"]


async def test_a_request_that_failed_may_be_sent_again_under_its_key(call: Any) -> None:
    wrong = await call.post("/helpdesk/tickets", {}, headers=keyed("k1"))
    assert wrong.status_code == 422
    assert (await call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))).status_code == 201


async def test_keys_of_two_tenants_have_nothing_to_do_with_each_other(
    call: Any, strange_call: Any
) -> None:
    first = await call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))
    other = await strange_call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))
    assert other.status_code == 201
    assert other.json()["id"] != first.json()["id"]


async def test_an_answer_is_not_given_to_another_key_of_the_tenant(
    call: Any, http: httpx.AsyncClient
) -> None:
    """Or a member of staff would be shown what only an admin was."""
    await call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))
    headers = call.office.headers("staff") | keyed("k1")
    response = await http.post("/api/v1/helpdesk/tickets", json=NEW, headers=headers)
    assert response.status_code == 422


async def test_a_new_key_is_shown_again_but_stored_sealed(call: Any, runtime: Runtime) -> None:
    new = {"name": "Website", "role": "staff"}
    first = (await call.post("/keys", new, headers=keyed("k1"))).json()
    again = (await call.post("/keys", new, headers=keyed("k1"))).json()
    assert first == again
    async with runtime.database.transaction(call.office.tenant_id) as session:
        stored = await session.scalar(select(AnsweredRequest.answer))
    assert stored is not None
    assert first["key"].encode() not in stored


async def test_an_answer_without_a_body_is_replayed_as_such(call: Any) -> None:
    ids = call.office.ids
    path = f"/people/{ids['person_id']}/identities/{ids['identity_id']}"
    for _ in range(2):
        response = await call("DELETE", path, headers=keyed("k1"))
        assert (response.status_code, response.content) == (204, b"")


async def test_many_at_once_have_one_effect(call: Any) -> None:
    before = await opened(call)
    answers = await asyncio.gather(
        *(call.post("/helpdesk/tickets", NEW, headers=keyed("k1")) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert await opened(call) == before + 1


async def test_a_request_beside_a_running_one_is_a_conflict(call: Any, runtime: Runtime) -> None:
    from domain.idempotency.service import AnsweredRequests, KeyedRequest

    tenant_id = call.office.tenant_id
    async with runtime.database.transaction(tenant_id) as session:
        running = AnsweredRequests(session, tenant_id)
        assert await running.begin(KeyedRequest("k1", b"the first one")) is None
        response = await call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))
        assert response.status_code == 409
        assert "under way" in response.json()["detail"]
    assert (await call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))).status_code == 201


async def test_a_key_is_forgotten_after_a_day(call: Any, runtime: Runtime) -> None:
    first = await call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))
    async with runtime.database.transaction(call.office.tenant_id) as session:
        old = utc_now() - KEPT - timedelta(seconds=1)
        await session.execute(update(AnsweredRequest).values(created_at=old))
    again = await call.post("/helpdesk/tickets", NEW, headers=keyed("k1"))
    assert again.json()["id"] != first.json()["id"]
    async with runtime.database.transaction(call.office.tenant_id) as session:
        kept = await session.scalar(select(func.count()).select_from(AnsweredRequest))
        assert kept == 1
        assert (
            await session.scalar(select(func.count()).select_from(Ticket)) == 4
        )  # with the two of the office


async def test_a_key_of_odd_characters_is_invalid(call: Any) -> None:
    for key in ("two words", "x" * 201, "é".encode("latin-1")):
        response = await call.post("/helpdesk/tickets", NEW, headers={"Idempotency-Key": key})
        assert response.status_code == 422
