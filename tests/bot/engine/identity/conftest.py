"""A company with a number and a mailbox, and its customers on both."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.foundation.settings import Settings
from bot.runtime import Runtime
from channels.email.simulator import MailSimulator, Person
from channels.whatsapp.simulator import GraphSimulator
from domain.customers.joining.merging import CustomerMerges
from domain.customers.models import CustomerLink, Identity
from domain.customers.models import Person as Customer
from domain.database import Database
from tests.bot.engine.conftest import CUSTOMER, Company
from tests.bot.engine.conftest import founded as with_number
from tests.bot.engine.mailing.conftest import ANNA, Firm, mail
from tests.bot.engine.mailing.conftest import founded as with_mailbox
from tests.launching import launched

__all__ = ["mail"]

NUMBER, OTHER_NUMBER = "111000111000111", "222000222000222"
PROBLEM = "The camera at the gate is dead since yesterday."
STATUS = "any news on my ticket?"


@dataclass
class Shop:
    """One tenant on both channels. `chat` and `mail` do what the jobs would do."""

    firm: Firm
    company: Company

    @property
    def runtime(self) -> Runtime:
        return self.company.runtime

    @property
    def tenant_id(self) -> UUID:
        return self.company.tenant_id

    def person(self, address: str = ANNA, name: str = "Anna", **habits: Any) -> Person:
        return self.firm.person(address, name, **habits)

    async def chat(self, words: str, sender: str = CUSTOMER, **message: Any) -> str:
        """What the customer is answered there; what else was to be sent has been."""
        answers = await self.company.say(words, sender, **message)
        await self.send()
        return "\n".join(answers)

    async def mailed(self) -> None:
        await self.firm.work()
        await self.send()

    async def send(self) -> None:
        """What the `deliver` jobs would do."""
        for message in await self.company.messages(state="pending"):
            await self.runtime.deliverer.deliver(self.tenant_id, message.id)

    async def prove(self, address: str = ANNA, sender: str = CUSTOMER) -> str:
        """By chat, with the code from that mailbox; what is said then."""
        await self.chat(f"my mail is {address}", sender)
        return await self.chat(self.code(address), sender)

    def code(self, address: str = ANNA) -> str:
        """The last one that was mailed there."""
        mails = [m.text for m in self.firm.mail.outbox if address in m.recipients]
        found = [code for text in mails for code in re.findall(r"code there: (\d{6})", text)]
        assert found, mails
        return found[-1]

    async def all(self, model: type[Any], **filters: Any) -> list[Any]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            query = select(model).filter_by(**filters).order_by(model.created_at, model.id)
            return list(await session.scalars(query))

    async def people(self) -> list[Customer]:
        """Those who were merged into nobody."""
        return await self.all(Customer, merged_into_id=None)

    async def owner(self, value: str) -> UUID:
        [identity] = await self.all(Identity, value=value)
        found: UUID = identity.person_id
        return found

    async def links(self, **filters: Any) -> list[CustomerLink]:
        return await self.all(CustomerLink, **filters)

    async def unmerge(self, person_id: UUID) -> None:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            merges = CustomerMerges(session, self.tenant_id)
            await merges.undo(person_id, actor="staff:test")


@pytest.fixture
async def graph() -> AsyncIterator[GraphSimulator]:
    simulator = GraphSimulator()
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def runtime(
    database: Database, settings: Settings, graph: GraphSimulator
) -> AsyncIterator[Runtime]:
    settings.whatsapp_api_url = graph.base_url
    async with launched(settings, database) as built:
        yield built


async def opened(
    runtime: Runtime, graph: GraphSimulator, mail: MailSimulator, slug: str, number: str
) -> Shop:
    company = await with_number(runtime, graph, f"{slug}-chat", number)
    firm = await with_mailbox(runtime, mail, slug, f"help@{slug}.example", company.tenant_id)
    return Shop(firm, company)


@pytest.fixture
async def shop(runtime: Runtime, graph: GraphSimulator, mail: MailSimulator) -> Shop:
    return await opened(runtime, graph, mail, "firm", NUMBER)


@pytest.fixture
async def rival_shop(
    runtime: Runtime, graph: GraphSimulator, mail: MailSimulator, shop: Shop
) -> Shop:
    """A second tenant is always there."""
    return await opened(runtime, graph, mail, "rival", OTHER_NUMBER)
