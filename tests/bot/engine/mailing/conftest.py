"""A company with a mailbox at a simulated provider, over real IMAP and SMTP sockets."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, text

from bot.desk import conversations as desk
from bot.desk import tenants
from bot.foundation.settings import Settings
from bot.runtime import Runtime
from channels.email.adapter import Email
from channels.email.composing import MailPolicy
from channels.email.simulator import MailSimulator, Person, SentMail
from domain.conversations.models import Conversation, Message, RawEvent
from domain.database import Database
from domain.events import DomainEvent
from domain.knowledge.service import Articles, ArticleText
from domain.tickets.models import Ticket
from tests.launching import launched

FIRM = "help@firm.example"
RIVAL = "help@rival.example"
ANNA = "anna@customer.example"
BOB = "bob@customer.example"
EVE = "eve@elsewhere.example"


@dataclass
class Firm:
    """One tenant with a mailbox. `work` does what its jobs would do."""

    runtime: Runtime
    mail: MailSimulator
    tenant_id: UUID
    account_id: UUID
    address: str
    cursor: str = ""
    taken: list[bytes] = field(default_factory=list)
    """Every body that was fetched, as it was stored."""

    def person(self, address: str = ANNA, name: str = "Anna", **habits: Any) -> Person:
        return self.mail.person(address, name, **habits)

    async def fetch(self) -> list[bytes]:
        """News of the mailbox, by IMAP."""
        account = await self.runtime.accounts.get(self.tenant_id, self.account_id)
        channel = account.channel
        assert isinstance(channel, Email)
        found: list[bytes] = []
        async with httpx.AsyncClient(trust_env=False) as client:
            fetching = channel.fetch_new(account.settings, self.cursor, client)  # type: ignore[arg-type]
            async with aclosing(fetching) as pages:
                async for page in pages:
                    found.extend(page.bodies)
                    self.cursor = page.cursor
        self.taken.extend(found)
        return found

    async def store(self, *bodies: bytes) -> None:
        for body in bodies:
            await self.runtime.receiver.store(self.tenant_id, self.account_id, body)

    async def take(self) -> frozenset[UUID]:
        return await self.runtime.intake.take(self.tenant_id, self.account_id)

    async def answer(self) -> None:
        for conversation_id in await self.take():
            await self.runtime.turns.run(self.tenant_id, conversation_id, timedelta(0))
        while await self.runtime.reactions.react(self.tenant_id):
            pass

    async def work(self) -> None:
        await self.store(*await self.fetch())
        await self.answer()

    async def staff_reply(self, conversation_id: UUID, words: str) -> UUID:
        """At the desk."""
        database = self.runtime.database
        message_id = await desk.reply(database, self.tenant_id, conversation_id, None, words)
        await self.runtime.deliverer.deliver(self.tenant_id, message_id)
        return message_id

    def sent_by_hand(self, to: str, about: EmailMessage, words: str) -> None:
        """Somebody of the company answers in Outlook: it shows in the Sent folder only."""
        mail = EmailMessage(policy=MailPolicy())
        mail["From"], mail["To"] = f"Sam Staff <{self.address}>", to
        mail["Subject"] = f"Re: {about['Subject']}"
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{uuid4().hex}@outlook.example>"
        mail["In-Reply-To"] = mail["References"] = str(about["Message-ID"])
        mail.set_content(words + "\n")
        self.mail.accounts[self.address].sent.add(mail.as_bytes())

    def sent_to(self, address: str = ANNA) -> list[SentMail]:
        return [m for m in self.mail.outbox if address in m.recipients and m.sender == self.address]

    # --- what is stored -------------------------------------------------------------------

    async def all(self, model: type[Any], *order: Any, **filters: Any) -> list[Any]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return list(await session.scalars(select(model).filter_by(**filters).order_by(*order)))

    async def messages(self, **filters: Any) -> list[Message]:
        return await self.all(Message, Message.sequence, **filters)

    async def conversations(self) -> list[Conversation]:
        return await self.all(Conversation, Conversation.id, merged_into_id=None)

    async def conversation(self) -> Conversation:
        [found] = await self.conversations()
        return found

    async def tickets(self) -> list[Ticket]:
        return await self.all(Ticket, Ticket.number)

    async def events(self, kind: str) -> list[DomainEvent]:
        return await self.all(DomainEvent, DomainEvent.sequence, kind=kind)

    async def raw_events(self) -> list[RawEvent]:
        return await self.all(RawEvent, RawEvent.created_at)

    async def execute(self, statement: str, **values: Any) -> Any:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await session.execute(text(statement), values)

    async def teach(self, title: str, words: str) -> None:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            new = ArticleText(title=title, text=words)
            await Articles(session, self.tenant_id).write(new, author="test", status="published")


@pytest.fixture
async def mail() -> AsyncIterator[MailSimulator]:
    simulator = MailSimulator()
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def mail_runtime(database: Database, settings: Settings) -> AsyncIterator[Runtime]:
    async with launched(settings, database) as built:
        yield built


async def founded(
    runtime: Runtime, mail: MailSimulator, slug: str, address: str, known: UUID | None = None
) -> Firm:
    """`known`: a tenant that is there already."""
    mail.add_account(address, keeps_sent=True)
    tenant_id = known or await tenants.add(runtime.database, slug, f"{slug} Ltd")
    values = mail.settings_for(address).model_dump(exclude_none=True)
    values["password"] = mail.accounts[address].password
    values.pop("client_secret"), values.pop("refresh_token")
    account = await runtime.accounts.configure(tenant_id, runtime.channels["email"], values, None)
    await tenants.go_live(runtime.database, runtime.accounts, tenant_id, "email", "automatic")
    firm = Firm(runtime, mail, tenant_id, account.id, address)
    await firm.fetch()  # a first look sets the cursor: what comes from now on is news
    return firm


@pytest.fixture
async def firm(mail_runtime: Runtime, mail: MailSimulator) -> Firm:
    found = await founded(mail_runtime, mail, "firm", FIRM)
    await found.teach(
        "Resetting the password of a recorder",
        "To reset the password of your recorder, hold the reset button for ten seconds. "
        "The recorder then starts with the password on its label.",
    )
    return found


@pytest.fixture
async def rival(mail_runtime: Runtime, mail: MailSimulator, firm: Firm) -> Firm:
    """A second tenant is always there."""
    return await founded(mail_runtime, mail, "rival", RIVAL)
