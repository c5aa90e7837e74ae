"""Deliveries over HTTP: 200 when stored, the same 401 for everything that is not vouched for."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text

from bot.desk import tenants as desk
from bot.runtime import Runtime
from channels.whatsapp.simulator import incoming_text, signed, webhook
from tests.launching import app_on

PATH = "/api/v1/whatsapp/webhook"
NUMBER, SECRET, TOKEN = "111222333444555", "app-secret", "verify-me"


@pytest.fixture
async def client(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    tenant_id = await desk.add(runtime.database, "acme", "Acme")
    fields = {
        "phone_number_id": NUMBER,
        "access_token": "token",
        "verify_token": TOKEN,
        "app_secret": SECRET,
    }
    await runtime.accounts.configure(tenant_id, runtime.channels["whatsapp"], fields, None)
    transport = httpx.ASGITransport(app_on(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://frontdesk.test") as made:
        yield made


async def stored(runtime: Runtime) -> int:
    async with runtime.database.directory() as session:
        tenant_id = await session.scalar(text("select tenant_id from directory_tenants"))
    async with runtime.database.transaction(tenant_id) as session:
        return await session.scalar(text("select count(*) from raw_events")) or 0


async def test_the_set_up_request_gets_its_challenge_back(client: httpx.AsyncClient) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"}
    answer = await client.get(PATH, params=query)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub.mode": "subscribe", "hub.verify_token": "wrong", "hub.challenge": "1"},
        {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"},
        {"hub.mode": "unsubscribe", "hub.verify_token": TOKEN, "hub.challenge": "1"},
    ],
)
async def test_any_other_set_up_request_is_forbidden(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    assert (await client.get(PATH, params=query)).status_code == 403


async def test_a_signed_delivery_is_stored(client: httpx.AsyncClient, runtime: Runtime) -> None:
    body = incoming_text(NUMBER, "447700900001", "hello")
    answer = await client.post(PATH, content=body, headers=signed(body, SECRET))
    assert answer.status_code == 200
    assert await stored(runtime) == 1


@pytest.mark.parametrize(
    ("body", "secret"),
    [
        (incoming_text(NUMBER, "447700900001", "hello"), "wrong"),
        (incoming_text("999999", "447700900001", "hello"), SECRET),
        (b"not json", SECRET),
        (b"", SECRET),
        (b"{}", SECRET),
    ],
)
async def test_every_refusal_looks_the_same(
    client: httpx.AsyncClient, runtime: Runtime, body: bytes, secret: str
) -> None:
    answer = await client.post(PATH, content=body, headers=signed(body, secret))
    assert answer.status_code == 401
    assert answer.json() == {"type": "about:blank", "title": "Unauthorized", "status": 401}
    assert await stored(runtime) == 0


async def test_a_missing_signature_is_refused(client: httpx.AsyncClient) -> None:
    body = incoming_text(NUMBER, "447700900001", "hello")
    assert (await client.post(PATH, content=body)).status_code == 401


async def test_a_changed_byte_is_refused(client: httpx.AsyncClient) -> None:
    body = incoming_text(NUMBER, "447700900001", "hello")
    headers = signed(body, SECRET)
    changed = body.replace(b"hello", b"hellp")
    assert (await client.post(PATH, content=changed, headers=headers)).status_code == 401


async def test_signed_but_not_understood_is_kept(
    client: httpx.AsyncClient, runtime: Runtime
) -> None:
    body = webhook(NUMBER, {"surprise": True}, field="a_field_of_next_year")
    answer = await client.post(PATH, content=body, headers=signed(body, SECRET))
    assert answer.status_code == 200
    assert await stored(runtime) == 1


async def test_fifty_copies_at_once_are_one_event(
    client: httpx.AsyncClient, runtime: Runtime
) -> None:
    body = incoming_text(NUMBER, "447700900001", "hello")
    answers = await asyncio.gather(
        *(client.post(PATH, content=body, headers=signed(body, SECRET)) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert await stored(runtime) == 1


async def test_a_body_without_end_is_cut_off(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(80):
            yield b"x" * 65536

    assert (await client.post(PATH, content=endless())).status_code == 413


async def test_an_unknown_channel_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/v1/pigeon/webhook", content=b"{}")).status_code == 404


async def test_the_docs_need_no_other_server(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    assert "://" not in page.text
    assert (await client.get("/docs/files/swagger-ui-bundle.js")).status_code == 200


async def test_health_tells_the_step_in_force(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json()["answers"] == "extractive"
    assert "frontdesk_webhooks_received" in (await client.get("/metrics")).text
