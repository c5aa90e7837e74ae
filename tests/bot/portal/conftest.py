"""A firm with a mailbox that sent a quote, and a customer's phone that has its link."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.desk import tenants
from bot.desk.papers.making import issued_paper
from bot.runtime import Runtime
from domain.contracts.making import Agreed, Making
from domain.contracts.models import Contract
from domain.contracts.service import Contracts
from domain.customers.models import Company
from domain.quotes.lifecycle.freezing import freeze
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.revisions import start_revision
from domain.quotes.models import Quote
from domain.quotes.service import QuoteFor, Quotes
from domain.signing.links import link_for, link_for_contract
from domain.signing.models import QuoteAcceptance
from domain.types import new_id, utc_now
from tests.bot.engine.mailing.conftest import Firm, firm, mail, mail_runtime, rival
from tests.domain.quotes.test_documents import drafted
from tests.launching import app_on

__all__ = ["firm", "mail", "mail_runtime", "rival"]

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
ANNA = {
    "name": "Anna Weber",
    "role": "Managing director",
    "email": "anna@acme.example",
    "authority": "yes",
}


@dataclass
class Shop:
    """What the firm's staff and its worker do."""

    firm: Firm

    @property
    def runtime(self) -> Runtime:
        return self.firm.runtime

    async def set(self, **changes: Any) -> None:
        dotted = {key.replace("__", "."): value for key, value in changes.items()}
        await tenants.change(
            self.runtime.database, self.runtime.accounts, self.firm.tenant_id, dotted
        )

    async def company(self) -> UUID:
        async with self.runtime.database.transaction(self.firm.tenant_id) as session:
            acme = Company(id=new_id(), tenant_id=self.firm.tenant_id, name="Acme & Söhne <GmbH>")
            session.add(acme)
            return acme.id

    async def quote(self, *, conversation_id: UUID | None = None, quantity: int = 24) -> UUID:
        company_id = await self.company()
        async with self.runtime.database.transaction(self.firm.tenant_id) as session:
            whom = QuoteFor(
                "Office cabling", company_id=company_id, conversation_id=conversation_id
            )
            quotes = Quotes(session, self.firm.tenant_id)
            return (await quotes.draft(whom, drafted(quantity), actor="test")).id

    async def send(self, quote_id: UUID) -> None:
        at = (self.firm.tenant_id, quote_id)
        made = await issued_paper(self.runtime.database, self.runtime.typesetter, at)
        await self.move(quote_id, "sent", made.content, made.version)

    async def move(
        self, quote_id: UUID, status: str, paper: bytes = b"", version: int = 0, **more: Any
    ) -> None:
        tenant_id = self.firm.tenant_id
        async with self.runtime.database.transaction(tenant_id) as session:
            quote = await Quotes(session, tenant_id).get(quote_id, for_change=True)
            await move(session, tenant_id, quote, Move(status, "staff:1", **more))
            if paper:
                await freeze(session, quote, paper, made_from=version, actor="staff:1")

    async def revise(self, quote_id: UUID) -> None:
        """The next revision as a draft."""
        tenant_id = self.firm.tenant_id
        async with self.runtime.database.transaction(tenant_id) as session:
            quote = await Quotes(session, tenant_id).get(quote_id)
            await start_revision(session, tenant_id, quote, "staff:1", "they want more")

    async def change(self, quote_id: UUID, **fields: Any) -> None:
        async with self.runtime.database.transaction(self.firm.tenant_id) as session:
            quote = await Quotes(session, self.firm.tenant_id).get(quote_id)
            for name, value in fields.items():
                setattr(quote, name, value)

    async def link(self, quote_id: UUID) -> str:
        async with self.runtime.database.transaction(self.firm.tenant_id) as session:
            quote = await Quotes(session, self.firm.tenant_id).get(quote_id)
            return await link_for(session, self.runtime.vault, quote)

    async def row(self, quote_id: UUID) -> Quote:
        async with self.runtime.database.transaction(self.firm.tenant_id) as session:
            return await Quotes(session, self.firm.tenant_id).get(quote_id)

    async def acceptances(self) -> list[QuoteAcceptance]:
        async with self.runtime.database.transaction(self.firm.tenant_id) as session:
            return list(await session.scalars(select(QuoteAcceptance)))

    async def contract(self) -> UUID:
        """Made from an accepted quote, waiting for its signature."""
        quote_id = await self.quote()
        await self.send(quote_id)
        await self.move(quote_id, "accepted")
        async with self.runtime.database.transaction(self.firm.tenant_id) as session:
            making = Making(session, self.firm.tenant_id)
            made = await making.from_quote(quote_id, Agreed(utc_now().date()), actor="test")
            contracts = Contracts(session, self.firm.tenant_id)
            await contracts.move(made.id, "pending_signature", actor="staff:1")
            return made.id

    async def contract_row(self, contract_id: UUID) -> Contract:
        async with self.runtime.database.transaction(self.firm.tenant_id) as session:
            return await Contracts(session, self.firm.tenant_id).get(contract_id)

    async def contract_link(self, contract_id: UUID) -> str:
        async with self.runtime.database.transaction(self.firm.tenant_id) as session:
            contract = await Contracts(session, self.firm.tenant_id).get(contract_id)
            return await link_for_contract(session, self.runtime.vault, contract)

    async def deliver(self) -> None:
        """What the worker would send by now."""
        for message in await self.firm.messages(state="pending"):
            await self.runtime.deliverer.deliver(self.firm.tenant_id, message.id)

    async def react(self) -> None:
        while await self.runtime.reactions.react(self.firm.tenant_id):
            pass

    def mailed_to(self, address: str) -> list[str]:
        return [sent.text for sent in self.firm.sent_to(address)]

    def code_for(self, address: str) -> str:
        """The six digits of the newest mail."""
        return re.findall(r"\b\d{6}\b", self.mailed_to(address)[-1])[0]


@dataclass
class Phone:
    """A browser that has a link."""

    client: httpx.AsyncClient
    path: str

    async def open(self, **query: str) -> str:
        page = await self.client.get(self.path, params=query)
        assert page.status_code == 200, page.text
        return unescape(page.text)

    async def mark(self) -> str:
        found = re.search(r'name="mark" value="([^"]*)"', await self.open())
        assert found
        return found[1]

    async def post(self, act: str, **fields: str) -> httpx.Response:
        return await self.client.post(f"{self.path}/{act}", data=fields)

    async def accept(self, mark: str | None = None, **fields: str) -> httpx.Response:
        known = await self.mark() if mark is None else mark
        return await self.post("accept", mark=known, **(ANNA | fields))

    async def look(self) -> None:
        """As a browser does: the page, and the pictures on it."""
        for picture in re.findall(r'<img[^>]* src="([^"]+)"', await self.open()):
            assert (await self.client.get(picture)).status_code == 200


@pytest.fixture
async def shop(firm: Firm) -> Shop:
    return Shop(firm)


@pytest.fixture
def app(firm: Firm) -> FastAPI:
    return app_on(firm.runtime)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("203.0.113.9", 4000))
    headers = {"User-Agent": PHONE}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk.example", headers=headers
    ) as opened:
        yield opened


@pytest.fixture
async def quote_id(shop: Shop) -> UUID:
    made = await shop.quote()
    await shop.send(made)
    return made


@pytest.fixture
async def phone(shop: Shop, client: httpx.AsyncClient, quote_id: UUID) -> Phone:
    return Phone(client, await shop.link(quote_id))
