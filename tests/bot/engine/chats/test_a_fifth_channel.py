"""A new channel is one new folder: nothing else knows of it; it is found, heard and answered."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

import channels
from bot.app import create_app
from bot.desk import tenants as desk
from bot.foundation.settings import Settings
from bot.runtime import Runtime
from channels import registry
from domain.database import Database
from domain.knowledge.service import Articles, ArticleText
from tests.launching import launched

ADAPTER = '''
"""A pager: messages come as {"pager", "number", "id", "at", "words"}."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from pydantic import SecretStr

from channels.channel import Capabilities, ChannelSettings
from channels.messages import Address, EventKind, InboundMessage, Permanent, Receipt, Sender

SENT = []


class PagerSettings(ChannelSettings):
    account_field: ClassVar[str] = "pager"
    pager: str
    password: SecretStr


class Pager:
    name, title, settings_key = "pager", "Pager", "pager"
    settings_model = PagerSettings
    capabilities = Capabilities(text_limit=80, quiet_time=timedelta(0))

    def with_api_url(self, url):
        return self

    def peek(self, delivery):
        try:
            return (json.loads(delivery.body)["pager"],)
        except (ValueError, KeyError, TypeError):
            return ()

    def verify(self, delivery, settings):
        told = delivery.headers.get("x-password", "")
        return hmac.compare_digest(told, settings.password.get_secret_value())

    def verify_token(self, query):
        return None

    def challenge(self, query, verify_token_matches):
        return None

    def parse(self, body):
        told = json.loads(body)
        return [
            InboundMessage(
                kind=EventKind.MESSAGE,
                account=told["pager"],
                external_id=told["id"],
                conversation_hint=told["number"],
                sender=Sender((Address("phone", told["number"]),)),
                sent_at=datetime.now(UTC),
                text=told["words"],
            )
        ]

    async def send(self, message, settings, client):
        SENT.append((message.to.value, message.text))
        return Receipt((f"page-{len(SENT)}",), datetime.now(UTC))

    async def fetch(self, attachment, settings, client):
        raise Permanent("A pager takes no files.")

    async def typing(self, external_id, settings, client):
        pass


CHANNEL = Pager()
'''


@pytest.fixture
def pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder, in a place of its own that the package of channels is told of."""
    folder = tmp_path / "pager"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Pagers."""\n')
    (folder / "adapter.py").write_text(ADAPTER)
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
    registry.names.cache_clear()
    yield folder
    registry.names.cache_clear()


@pytest.fixture
async def runtime(database: Database, settings: Settings, pager: Path) -> AsyncIterator[Runtime]:
    async with launched(settings, database) as built:
        yield built


async def test_a_folder_is_all_that_a_channel_needs(runtime: Runtime) -> None:
    database, pager = runtime.database, runtime.channels["pager"]
    tenant_id = await desk.add(database, "acme", "Acme Ltd")
    await desk.add(database, "rival", "Rival Ltd")
    settings = {"pager.pager": "7", "pager.password": "secret"}
    await desk.change(database, runtime.accounts, tenant_id, settings)
    await desk.go_live(database, runtime.accounts, tenant_id, "pager", "automatic")
    async with database.transaction(tenant_id) as session:
        hours = ArticleText(title="Opening hours", text="We are open Monday to Friday, 9 to 17.")
        await Articles(session, tenant_id).write(hours, author="test", status="published")

    page = {"pager": "7", "number": "447700900001", "id": "p1", "words": "When are you open?"}
    transport = httpx.ASGITransport(app=create_app(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://frontdesk") as web:
        address, body = "/api/v1/pager/webhook", json.dumps(page).encode()
        refused = await web.post(address, content=body, headers={"x-password": "guess"})
        taken = await web.post(address, content=body, headers={"x-password": "secret"})
    assert (refused.status_code, taken.status_code) == (401, 200)

    [account] = await desk.accounts(database, tenant_id)
    for conversation_id in await runtime.intake.take(tenant_id, account_id(account)):
        await runtime.turns.run(tenant_id, conversation_id, timedelta(0))
    from channels.pager.adapter import SENT  # type: ignore[import-not-found]

    assert {number for number, _ in SENT} == {"447700900001"}
    assert "Monday to Friday" in " ".join(words for _, words in SENT)
    assert all(len(words) <= 80 for _, words in SENT)
    assert pager.title == "Pager"


def account_id(row: dict[str, object]) -> object:
    from uuid import UUID

    return UUID(str(row["id"]))
