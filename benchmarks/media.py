"""A file of 25 MB in from the provider and out to it: the most memory it takes, as a ratio to it.

The reference does the same with the whole file in memory, as one would write it at first.
"""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from benchmarks.figures import Figure
from benchmarks.premises import Premises
from bot.desk import tenants as desk
from bot.engine.media import MediaFetcher
from bot.foundation.installation import Installation
from bot.runtime import Runtime, running
from channels.channel import Delivery
from channels.messages import Address, OutboundAttachment, OutboundMessage
from channels.spool import Spool
from channels.whatsapp.adapter import WhatsApp
from channels.whatsapp.simulator import incoming_text, signed
from domain.conversations.attachments import Attachments, NewFile
from domain.conversations.models import Message

SIZE = 25 * 1024 * 1024
PIECE = bytes(64 * 1024)
NUMBER = "106540352249999"
SECRET = "bench-secret"


class Provider(httpx.AsyncBaseTransport):
    """Hands out a file and takes one in, holding neither."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for _ in request.stream:
            pass
        path = request.url.path
        if path.endswith("/file"):
            return httpx.Response(200, content=_pieces())
        if path.endswith("/messages"):
            return httpx.Response(200, json={"messages": [{"id": "wamid.1"}]})
        return httpx.Response(200, json={"id": "1", "url": "https://lookaside.fbsbx.com/file"})


async def _pieces() -> AsyncIterator[bytes]:
    for _ in range(SIZE // len(PIECE)):
        yield PIECE


def measure(made: Premises) -> list[Figure]:
    return asyncio.run(_measure(made.installation))


async def _measure(installation: Installation) -> list[Figure]:
    async with running(installation) as runtime, httpx.AsyncClient(transport=Provider()) as client:
        tenant_id, account = await _founded(runtime)
        ids = [await _waiting(runtime, tenant_id, account.id, n) for n in range(2)]
        fetcher = MediaFetcher(runtime.database, runtime.accounts, client)
        await fetcher.fetch(tenant_id, ids[0])
        taken = await _peak(lambda: fetcher.fetch(tenant_id, ids[1]))
        taken_whole = await _peak(lambda: _take_whole(client))
        settings = (await runtime.accounts.get(tenant_id, account.id)).settings
        sent = await _peak(lambda: _send(runtime, tenant_id, ids[1], settings, client))
        sent_whole = await _peak(lambda: _send_whole(runtime, tenant_id, ids[1], settings, client))
    return [
        Figure("25 MB in, memory", taken, "× the file", f"whole {taken_whole:.2f}", "< 0.35"),
        Figure("25 MB out, memory", sent, "× the file", f"whole {sent_whole:.2f}", "< 0.35"),
    ]


async def _founded(runtime: Runtime) -> tuple[UUID, Any]:
    tenant_id = await desk.add(runtime.database, "media-bench", "Media Ltd")
    wanted = {"phone_number_id": NUMBER, "access_token": "t", "verify_token": "v"}
    account = await runtime.accounts.configure(
        tenant_id, runtime.channels["whatsapp"], {**wanted, "app_secret": SECRET}, None
    )
    await desk.go_live(runtime.database, runtime.accounts, tenant_id, "whatsapp", "draft_only")
    return tenant_id, account


async def _waiting(runtime: Runtime, tenant_id: UUID, account_id: UUID, number: int) -> UUID:
    body = incoming_text(NUMBER, "447700900777", f"file {number}")
    channel = runtime.channels["whatsapp"]
    await runtime.receiver.receive(channel, Delivery(body, signed(body, SECRET)))
    await runtime.intake.take(tenant_id, account_id)
    async with runtime.database.transaction(tenant_id) as session:
        message_id = (await session.scalars(select(Message.id).limit(1))).one()
        file = NewFile(message_id, "plan.pdf", "application/pdf", reference="1")
        [id_] = await Attachments(session, tenant_id).add_all([file])
    return id_


async def _take_whole(client: httpx.AsyncClient) -> None:
    response = await client.get("https://lookaside.fbsbx.com/file")
    assert len(response.content) == SIZE


async def _send(
    runtime: Runtime, tenant_id: UUID, file_id: UUID, settings: Any, client: httpx.AsyncClient
) -> None:
    with Spool() as spool:
        async with runtime.database.transaction(tenant_id) as session:
            async for piece in Attachments(session, tenant_id).content(file_id):
                spool.write(piece)
        await _out(OutboundAttachment("a.pdf", "application/pdf", spool=spool), settings, client)


async def _send_whole(
    runtime: Runtime, tenant_id: UUID, file_id: UUID, settings: Any, client: httpx.AsyncClient
) -> None:
    async with runtime.database.transaction(tenant_id) as session:
        content = await Attachments(session, tenant_id).whole(file_id)
    await _out(OutboundAttachment("a.pdf", "application/pdf", content), settings, client)


async def _out(file: OutboundAttachment, settings: Any, client: httpx.AsyncClient) -> None:
    message = OutboundMessage(Address("phone", "447700900777"), "", "", attachments=(file,))
    await WhatsApp().send(message, settings, client)


async def _peak(work: Callable[[], Awaitable[None]]) -> float:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        await work()
        return (tracemalloc.get_traced_memory()[1] - before) / SIZE
    finally:
        tracemalloc.stop()
