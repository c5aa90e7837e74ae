"""Asking for updates, files down, set-up and settings."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import ValidationError

from channels.messages import InboundAttachment, Permanent, Temporary
from channels.telegram import checking, polling
from channels.telegram.api import Api
from channels.telegram.settings import TelegramSettings
from channels.telegram.simulator import Fault
from tests.channels.telegram.conftest import ROBIN, Wire, settings_for

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


async def asked(wire: Wire) -> None:
    """Until a long poll has reached the server."""
    async with asyncio.timeout(10):
        while "getUpdates" not in wire.telegram.requests:  # noqa: ASYNC110
            await asyncio.sleep(0)


def api(wire: Wire) -> Api:
    return Api(wire.channel.api_url, wire.settings.bot_token, wire.client)


async def test_the_offset_goes_out_only_after_its_page(wire: Wire) -> None:
    wire.telegram.put(wire.telegram.make.text(ROBIN, "Hello"))
    pages = wire.channel.fetch_new(wire.settings, "", wire.client)
    first = await anext(pages)
    assert len(first.bodies) == 1
    assert len(wire.telegram.waiting) == 1, "confirmed before it was on disk"
    await anext(pages)
    assert wire.telegram.waiting == []
    await pages.aclose()


async def test_a_page_fetched_twice_has_the_same_bytes(wire: Wire) -> None:
    wire.telegram.put(wire.telegram.make.text(ROBIN, "Hello 🔧"))
    first = await anext(wire.channel.fetch_new(wire.settings, "", wire.client))
    assert (
        first.bodies == (await anext(wire.channel.fetch_new(wire.settings, "", wire.client))).bodies
    )


async def test_nothing_new_keeps_the_cursor(wire: Wire) -> None:
    [begun] = await wire.pages()
    assert begun.bodies == ()
    assert await wire.pages(begun.cursor) == []


@pytest.mark.parametrize("cursor", ["nonsense", "[]", '{"offset": "x"}'])
async def test_a_broken_cursor_begins_with_what_waits(wire: Wire, cursor: str) -> None:
    wire.telegram.put(wire.telegram.make.text(ROBIN, "Hello"))
    assert sum(len(page.bodies) for page in await wire.pages(cursor)) == 1


async def test_waiting_ends_when_somebody_writes(wire: Wire) -> None:
    waiting = asyncio.create_task(polling.wait(api(wire), "", 30))
    await asked(wire)
    wire.telegram.put(wire.telegram.make.text(ROBIN, "Hello"))
    assert await waiting
    assert len(wire.telegram.waiting) == 1, "waiting takes nothing"


async def test_our_own_poll_may_end_a_wait_which_then_goes_on(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "INTERRUPTED", 0.0)
    waiting = asyncio.create_task(polling.wait(api(wire), "", 30))
    await asked(wire)
    await wire.pages()
    wire.telegram.put(wire.telegram.make.text(ROBIN, "Hello"))
    assert await waiting


async def test_a_webhook_ends_a_wait_with_words(wire: Wire) -> None:
    wire.telegram.webhook = {"url": "https://elsewhere.example", "pending_update_count": 0}
    with pytest.raises(Permanent, match="A webhook is set"):
        await polling.wait(api(wire), "", 30)


def file_of(told: dict[str, object], **further: object) -> InboundAttachment:
    reference = str(told["file_id"])
    return InboundAttachment("plan.pdf", "application/pdf", reference=reference, **further)  # type: ignore[arg-type]


async def test_a_file_comes_down_as_it_went_up(wire: Wire) -> None:
    media = await wire.fetch(file_of(wire.telegram.add_file(b"%PDF" * 1000)))
    assert (media.content, media.filename) == (b"%PDF" * 1000, "plan.pdf")


async def test_a_file_over_20_mb_is_told_before_it_is_fetched(wire: Wire) -> None:
    with pytest.raises(Permanent, match="larger than the 20 MB"):
        await wire.fetch(file_of({"file_id": "BQAD"}, size=21 * 2**20))
    assert wire.telegram.requests == []


async def test_a_file_over_20_mb_of_unknown_size_is_told_too(wire: Wire) -> None:
    with pytest.raises(Permanent, match="larger than the 20 MB"):
        await wire.fetch(file_of(wire.telegram.add_file(b"x" * (20 * 2**20 + 1))))


@pytest.mark.parametrize("reference", ["", "../x", "a b", "x" * 300, "BQADgone"])
async def test_a_file_that_is_not_there_is_told(wire: Wire, reference: str) -> None:
    with pytest.raises(Permanent) as caught:
        await wire.fetch(file_of({"file_id": reference}))
    assert wire.settings.bot_token.get_secret_value() not in str(caught.value)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../x", "https://elsewhere.example/x", ""])
async def test_only_a_path_of_the_servers_own_is_followed(
    wire: Wire, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def elsewhere(*_: object) -> dict[str, str]:
        return {"file_path": path}

    monkeypatch.setattr("channels.telegram.api.Calls.raw_file", elsewhere)
    with pytest.raises(Permanent, match="not its own"):
        await wire.fetch(file_of({"file_id": "BQAD"}))


async def test_a_failing_server_has_a_file_fetched_later(wire: Wire) -> None:
    told = wire.telegram.add_file(b"x")
    wire.telegram.order(Fault.SERVER_ERROR)
    with pytest.raises(Temporary) as caught:
        await wire.fetch(file_of(told))
    assert not caught.value.may_have_been_sent


async def test_a_healthy_bot_has_no_findings(wire: Wire) -> None:
    assert await wire.channel.check(wire.settings, wire.client) == ()


async def test_findings_say_what_to_do(wire: Wire) -> None:
    settings = settings_for(
        wire.telegram, bot_username="OtherBot", delivery="webhook", webhook_secret="s"
    )
    wire.telegram.put(*(wire.telegram.make.text(ROBIN, "x") for _ in range(101)))
    name, delivery, pending = await checking.findings(api(wire), settings, NOW)
    assert f"telegram.bot_username={wire.telegram.username}" in name
    assert "frontdesk channel connect telegram" in delivery
    assert pending.startswith("101 messages wait")


async def test_a_failed_delivery_of_today_is_told_and_an_old_one_is_not(wire: Wire) -> None:
    settings = settings_for(wire.telegram, delivery="webhook", webhook_secret="s")
    await wire.channel.connect(settings, wire.client, "https://desk.example/hook")
    failed_at = int((NOW - timedelta(hours=2)).timestamp())
    wire.telegram.webhook |= {"last_error_date": failed_at, "last_error_message": "Bad\nGateway"}
    [told] = await checking.findings(api(wire), settings, NOW)
    assert "10:00 UTC: Bad Gateway" in told
    assert await checking.findings(api(wire), settings, NOW + timedelta(days=2)) == ()


async def test_a_webhook_needs_https(wire: Wire) -> None:
    settings = settings_for(wire.telegram, delivery="webhook", webhook_secret="s")
    with pytest.raises(Permanent, match="FRONTDESK_PUBLIC_URL"):
        await wire.channel.connect(settings, wire.client, "http://127.0.0.1/hook")


async def test_an_unreachable_server_is_told_without_the_token(wire: Wire) -> None:
    nowhere = Api("http://127.0.0.1:9", wire.settings.bot_token, wire.client)
    with pytest.raises(Temporary, match="could not be reached") as caught:
        await checking.findings(nowhere, wire.settings, NOW)
    assert wire.telegram.token not in repr(caught.value)


def test_the_bots_id_is_read_from_its_token() -> None:
    settings = TelegramSettings.model_validate({"bot_token": " 123456:abcdefgh_- "})
    assert settings.bot_id == "123456"
    changed = {"bot_token": "777777:abcdefgh_-", "bot_id": settings.bot_id}
    assert TelegramSettings.model_validate(changed).bot_id == "777777"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"bot_token": "abc"}, "BotFather"),
        ({"bot_token": "123456:abcdefgh", "delivery": "webhook"}, "webhook_secret"),
        ({"bot_token": "123456:abcdefgh", "webhook_secret": "two words"}, "letters, digits"),
        ({"bot_token": "123456:abcdefgh", "bot_username": "a b"}, "@AcmeServiceBot"),
    ],
)
def test_wrong_settings_say_what_is_right(fields: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TelegramSettings.model_validate(fields)


async def test_the_simulator_shows_the_clients_own_limits(wire: Wire) -> None:
    """As strict as Telegram: what it would refuse is refused here."""
    url = f"{wire.telegram.base_url}/bot{wire.telegram.token}/sendMessage"
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        long = await client.post(url, data={"chat_id": "1", "text": "🔧" * 2049})
        empty = await client.post(url, data={"chat_id": "1", "text": " "})
        nobody = await client.post(url, data={"text": "x"})
    assert [r.status_code for r in (long, empty, nobody)] == [400, 400, 400]
    assert "too long" in long.json()["description"]
