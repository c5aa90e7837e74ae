"""Files of the largest size go through in pieces: never whole in memory, on no way."""

import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.engine.media import MediaFetcher
from channels.messages import Address, OutboundAttachment, OutboundMessage
from channels.spool import Spool, spooled
from channels.telegram.adapter import Telegram
from channels.telegram.settings import TelegramSettings
from channels.whatsapp.adapter import WhatsApp
from channels.whatsapp.settings import WhatsAppSettings
from domain.conversations.attachments import CHUNK, Attachments, NewFile
from tests.bot.engine.conftest import Company

MEGABYTE = 1024 * 1024
SIZE = 25 * MEGABYTE
PIECE = bytes(64 * 1024)


@dataclass
class Provider(httpx.AsyncBaseTransport):
    """Hands out a file and takes one in, holding neither."""

    size: int = SIZE
    taken: int = 0
    digest: Any = field(default_factory=sha256)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for piece in request.stream:
            self.taken += len(piece)
        path = request.url.path
        if path.endswith("/file"):
            return httpx.Response(200, content=self._pieces())
        if path.endswith("/media"):
            return httpx.Response(200, json={"id": "1"})
        if path.endswith("/sendDocument"):
            chat = {"id": 7, "type": "private"}
            told = {"ok": True, "result": {"message_id": 1, "date": 0, "chat": chat}}
            return httpx.Response(200, json=told)
        if path.endswith("/messages"):
            return httpx.Response(200, json={"messages": [{"id": "wamid.1"}]})
        return httpx.Response(200, json={"url": "https://lookaside.fbsbx.com/file"})

    async def _pieces(self) -> AsyncIterator[bytes]:
        for _ in range(self.size // len(PIECE)):
            yield PIECE


async def peak(work: Callable[[], Awaitable[Any]]) -> float:
    """The most that was in memory meanwhile, beyond what was before, as a ratio to the file."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        await work()
        return (tracemalloc.get_traced_memory()[1] - before) / SIZE
    finally:
        tracemalloc.stop()


async def waiting_file(company: Company) -> Any:
    await company.hear("see the plan")
    await company.take()
    [message] = await company.messages(direction="in")
    file = NewFile(message.id, "plan.pdf", "application/pdf", reference="1")
    async with company.runtime.database.transaction(company.tenant_id) as session:
        [id_] = await Attachments(session, company.tenant_id).add_all([file])
    return id_


async def test_the_largest_file_comes_in_without_ever_being_whole_in_memory(
    company: Company, rival: Company
) -> None:
    attachment_id = await waiting_file(company)
    runtime = company.runtime
    async with httpx.AsyncClient(transport=Provider()) as client:
        fetcher = MediaFetcher(runtime.database, runtime.accounts, client)
        ratio = await peak(lambda: fetcher.fetch(company.tenant_id, attachment_id))
    async with runtime.database.transaction(company.tenant_id) as session:
        row = await Attachments(session, company.tenant_id).get(attachment_id)
        sizes = [len(p) async for p in Attachments(session, company.tenant_id).content(row.id)]
    assert (row.state, row.size, row.sha256) == ("stored", SIZE, sha256(bytes(SIZE)).hexdigest())
    assert sizes == [CHUNK] * 25
    assert ratio < 0.35
    async with runtime.database.transaction(rival.tenant_id) as session:
        assert [p async for p in Attachments(session, rival.tenant_id).content(row.id)] == []


async def test_a_file_beyond_the_limit_is_refused_where_staff_see_it(company: Company) -> None:
    attachment_id = await waiting_file(company)
    runtime = company.runtime
    async with httpx.AsyncClient(transport=Provider(SIZE + MEGABYTE)) as client:
        fetcher = MediaFetcher(runtime.database, runtime.accounts, client)
        await fetcher.fetch(company.tenant_id, attachment_id)
    async with runtime.database.transaction(company.tenant_id) as session:
        row = await Attachments(session, company.tenant_id).get(attachment_id)
    assert row.state == "refused"
    assert "larger than 25 MB" in row.reason


@pytest.fixture
def plan() -> Iterator[OutboundAttachment]:
    with Spool() as spool:
        for _ in range(SIZE // len(PIECE)):
            spool.write(PIECE)
        yield OutboundAttachment("plan.pdf", "application/pdf", spool=spool)


async def test_the_largest_file_goes_out_to_whatsapp_in_pieces(
    plan: OutboundAttachment,
) -> None:
    settings = WhatsAppSettings(
        phone_number_id="1",
        access_token=SecretStr("token"),
        verify_token=SecretStr("verify"),
        app_secret=SecretStr("secret"),
    )
    provider = Provider()
    message = OutboundMessage(Address("phone", "447700900001"), "", "7", attachments=(plan,))
    async with httpx.AsyncClient(transport=provider) as client:
        ratio = await peak(lambda: WhatsApp().send(message, settings, client))
    assert provider.taken > SIZE
    assert ratio < 0.1


async def test_the_largest_file_goes_out_to_telegram_in_pieces(
    plan: OutboundAttachment,
) -> None:
    settings = TelegramSettings(
        bot_token=SecretStr(f"123456789:{'A' * 35}"), bot_username="@AcmeBot"
    )
    provider = Provider()
    message = OutboundMessage(Address("telegram", "7"), "", "7", attachments=(plan,))
    small = replace(message, attachments=(OutboundAttachment("a.pdf", "application/pdf", b"%"),))
    async with httpx.AsyncClient(transport=provider) as client:
        await Telegram().send(small, settings, client)  # loads what the library loads late
        ratio = await peak(lambda: Telegram().send(message, settings, client))
    assert provider.taken > SIZE
    assert ratio < 0.1


async def test_what_is_too_large_is_refused_before_it_is_whole() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield PIECE

    with pytest.raises(ValueError, match="too large"):
        await spooled(endless(), MEGABYTE, ValueError("too large"))
    assert read == MEGABYTE // len(PIECE) + 1
