"""The demo company, a browser on this machine, and hands to do the worker's work."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from bot.demo.seed import seed
from bot.runtime import Runtime
from domain.tenants import directory
from domain.tenants.service import ChannelAccounts
from tests.launching import app_on

PRIYA = "447700900210"
HERE = "http://127.0.0.1"
HTMX = {"HX-Request": "true"}


def local_app(runtime: Runtime) -> FastAPI:
    app = app_on(runtime)
    app.state.simulator_patience = 0.0
    return app


def browser(app: FastAPI, address: str = "127.0.0.1", url: str = HERE) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 1234))
    return httpx.AsyncClient(transport=transport, base_url=url, headers={"Origin": url})


@dataclass
class Visitor:
    """Somebody at the simulator page. `work` does what the worker's jobs would do."""

    runtime: Runtime
    client: httpx.AsyncClient
    tenant_id: UUID
    account_id: UUID
    csrf: str = ""
    view: str = "inside"

    async def open(self, phone: str = PRIYA, **query: str) -> str:
        page = await self.client.get("/", params={"as": phone, "view": self.view} | query)
        assert page.status_code == 200, page.text
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
        self.csrf = found.group(1) if found else ""
        return page.text

    async def post(self, path: str, phone: str = PRIYA, **fields: str) -> httpx.Response:
        form = {"as": phone, "csrf": self.csrf, "view": self.view} | fields
        return await self.client.post(f"/simulator/{path}", data=form, headers=HTMX)

    async def say(self, text: str, phone: str = PRIYA, **fields: str) -> str:
        """Writes as the customer; the page after the worker did its work."""
        if not self.csrf:
            await self.open(phone)
        written = await self.post("messages", phone, text=text, **fields)
        assert written.status_code == 200, written.text
        await self.work()
        return await self.open(phone)

    async def work(self, account_id: UUID | None = None) -> None:
        account_id = account_id or self.account_id
        pending = await self.runtime.intake.take(self.tenant_id, account_id)
        for conversation_id in pending:
            await self.runtime.turns.run(self.tenant_id, conversation_id, timedelta(0))


def pulse_of(page: str) -> str:
    found = re.search(r'"seen": "([0-9a-f]*)"', unescape(page))
    assert found
    return found.group(1)


@pytest.fixture
def app(runtime: Runtime) -> FastAPI:
    return local_app(runtime)


@pytest.fixture
async def visitor(runtime: Runtime, app: FastAPI) -> AsyncIterator[Visitor]:
    await seed(runtime.database, runtime.accounts, runtime.vault)
    async with runtime.database.directory() as session:
        tenant = await directory.tenant_called(session, "demo")
    async with runtime.database.transaction(tenant.id) as session:
        account = (await ChannelAccounts(session, tenant.id).all("whatsapp"))[0]
    async with browser(app) as client:
        yield Visitor(runtime, client, tenant.id, account.id)
