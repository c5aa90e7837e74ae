"""Two companies with mailboxes at a simulated provider, and hands to do the worker's work."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from bot.desk import tenants as desk
from bot.engine.fetching.poller import Poll
from bot.runtime import Runtime
from channels.email.simulator import MailAccount, MailSimulator, Person
from domain.conversations.models import Conversation, Message, RawEvent
from domain.staff.models import StaffNotice
from domain.tenants.cursors import Cursors
from domain.tenants.models import ChannelCursor

FIRM = "help@firm.example"
RIVAL = "info@rival.example"
ANNA = "anna@customer.example"


@dataclass
class MailFirm:
    """One tenant with a mailbox that answers by itself. `work` does what its jobs would do."""

    runtime: Runtime
    mail: MailSimulator
    tenant_id: UUID
    account_id: UUID
    address: str

    @property
    def box(self) -> MailAccount:
        return self.mail.accounts[self.address]

    @property
    def anna(self) -> Person:
        return self.mail.person(ANNA, "Anna Müller")

    def hear(self, count: int = 1, **further: Any) -> None:
        for number in range(count):
            self.anna.write(self.address, f"Question {number}", "When are you open?", **further)

    async def poll(self, since: date | None = None) -> Poll:
        return await self.runtime.fetching.poller.poll(self.tenant_id, self.account_id, since=since)

    async def work(self) -> None:
        """All that the jobs put so far would do."""
        for conversation_id in await self.runtime.intake.take(self.tenant_id, self.account_id):
            await self.runtime.turns.run(self.tenant_id, conversation_id, timedelta(0))
        while await self.runtime.reactions.react(self.tenant_id):
            pass

    async def work_on_turns(self) -> None:
        """As the turn jobs that were put would."""
        for conversation in await self.conversations():
            turns = self.runtime.turns
            await turns.run(self.tenant_id, conversation.id, timedelta(0))

    async def cursor(self) -> ChannelCursor:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            found = await Cursors(session, self.tenant_id).of(self.account_id)
            assert found
            return found

    async def rows(self, model: Any, **filters: Any) -> list[Any]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return list(await session.scalars(select(model).filter_by(**filters)))

    async def events(self, **filters: Any) -> list[RawEvent]:
        return await self.rows(RawEvent, **filters)

    async def messages(self, **filters: Any) -> list[Message]:
        return await self.rows(Message, **filters)

    async def conversations(self) -> list[Conversation]:
        return await self.rows(Conversation)

    async def notices(self) -> list[str]:
        return [notice.text for notice in await self.rows(StaffNotice, kind="mailboxes")]

    async def execute(self, statement: str, **values: Any) -> None:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            await session.execute(text(statement), values)

    async def jobs(self, name: str) -> int:
        async with self.runtime.database.directory() as session:
            count = await session.scalar(
                text(
                    "select count(*) from procrastinate_jobs where task_name = :name "
                    "and args ->> 'tenant_id' = :tenant"
                ),
                {"name": name, "tenant": str(self.tenant_id)},
            )
            return int(count or 0)


def fields(mail: MailSimulator, address: str) -> dict[str, str]:
    settings = mail.settings_for(address)
    shown = settings.model_dump(exclude_defaults=True)
    return {name: str(value) for name, value in shown.items()} | {
        "password": settings.password.get_secret_value()
    }


async def founded(runtime: Runtime, mail: MailSimulator, slug: str, address: str) -> MailFirm:
    mail.add_account(address)
    tenant_id = await desk.add(runtime.database, slug, f"{slug} Ltd")
    channel = runtime.channels["email"]
    account = await runtime.accounts.configure(tenant_id, channel, fields(mail, address), None)
    await desk.go_live(runtime.database, runtime.accounts, tenant_id, "email", "automatic")
    return MailFirm(runtime, mail, tenant_id, account.id, address)


@pytest.fixture
async def mail() -> AsyncIterator[MailSimulator]:
    simulator = MailSimulator()
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def firm(runtime: Runtime, mail: MailSimulator) -> MailFirm:
    """Its mailbox was looked at once, so that what comes now is new."""
    found = await founded(runtime, mail, "firm", FIRM)
    await found.poll()
    return found


@pytest.fixture
async def rival(runtime: Runtime, mail: MailSimulator, firm: MailFirm) -> MailFirm:
    """A second tenant is always there."""
    found = await founded(runtime, mail, "rival", RIVAL)
    await found.poll()
    return found
