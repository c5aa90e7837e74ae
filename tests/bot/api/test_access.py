"""Who is let in: keys, guesses, and what is noted of them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from bot.dependencies import ADDRESSES, FAILURES, Failures
from bot.runtime import Runtime
from domain.tenants.models import ApiKey
from domain.types import utc_now


@pytest.fixture
async def elsewhere(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client at another address."""
    transport = httpx.ASGITransport(app, client=("203.0.113.9", 4000))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.example") as client:
        yield client


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer", "Bearer ", "Bearer wrong", "Basic Zm9vOmJhcg==", "Bearer \x7f\xff"],
)
async def test_a_request_without_a_good_key_is_refused(
    http: httpx.AsyncClient, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    response = await http.get("/api/v1/helpdesk/tickets", headers=headers)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "A valid API key is needed"


async def test_a_revoked_key_ends_at_once(call: Any, http: httpx.AsyncClient) -> None:
    made = (await call.post("/keys", {"name": "Website", "role": "readonly"})).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert (await http.get("/api/v1/helpdesk/tickets", headers=headers)).status_code == 200
    await call("DELETE", f"/keys/{made['id']}")
    assert (await http.get("/api/v1/helpdesk/tickets", headers=headers)).status_code == 401


async def test_a_key_is_listed_without_itself(call: Any) -> None:
    made = (await call.post("/keys", {"name": "Website", "role": "readonly"})).json()
    listed = (await call.get("/keys"))["items"]
    assert made["id"] in {key["id"] for key in listed}
    assert not [key for key in listed if "key" in key]
    assert made["key"].startswith(made["prefix"])


async def test_use_of_a_key_is_noted_once_a_minute(call: Any, runtime: Runtime) -> None:
    async def used() -> Any:
        keys = (await call.get("/keys"))["items"]
        return next(key["last_used_at"] for key in keys if key["name"] == "admin")

    first = await used()
    assert first is not None
    assert await used() == first
    async with runtime.database.transaction(call.office.tenant_id) as session:
        await session.execute(update(ApiKey).values(last_used_at=utc_now() - timedelta(minutes=2)))
    assert await used() > first


async def test_guessing_is_slowed_down_for_one_address_only(
    call: Any, http: httpx.AsyncClient, elsewhere: httpx.AsyncClient
) -> None:
    for number in range(FAILURES):
        headers = {"Authorization": f"Bearer guess-{number}"}
        assert (await elsewhere.get("/api/v1/people", headers=headers)).status_code == 401
    blocked = await elsewhere.get("/api/v1/people", headers={"Authorization": "Bearer one-more"})
    assert blocked.status_code == 429
    assert 0 < int(blocked.headers["retry-after"]) <= 61
    good = await elsewhere.get("/api/v1/people", headers=call.office.headers("staff"))
    assert good.status_code == 429  # a right guess is not told from a wrong one either
    assert (await call("GET", "/people")).status_code == 200
    behind_the_same_address = await elsewhere.get("/api/v1/people", headers=call.office.headers())
    assert behind_the_same_address.status_code == 200  # that key was in use before


async def test_forwarded_addresses_are_not_believed(elsewhere: httpx.AsyncClient) -> None:
    statuses = set()
    for number in range(FAILURES + 1):
        headers = {"X-Forwarded-For": f"198.51.100.{number}", "Authorization": "Bearer x"}
        statuses.add((await elsewhere.get("/api/v1/people", headers=headers)).status_code)
    assert statuses == {401, 429}


def test_failures_are_forgiven_after_the_window() -> None:
    failures = Failures(limit=2, window=60.0)
    for now in (0.0, 10.0):
        failures.note("a", now)
    assert failures.wait("a", 10.0) == 50.0
    assert failures.wait("a", 61.0) == 0.0
    assert failures.wait("b", 10.0) == 0.0


def test_failures_remember_a_bounded_number_of_addresses() -> None:
    failures = Failures(limit=1, window=60.0)
    for number in range(ADDRESSES + 5):
        failures.note(str(number), 0.0)
    assert failures.wait("0", 1.0) == 0.0
    assert failures.wait(str(ADDRESSES + 4), 1.0) > 0
