"""A mail provider of our own on this machine, and the channel that reads and sends there."""

import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import pytest

from channels.channel import Fetched
from channels.email.adapter import Email
from channels.email.reading.envelope import Envelope, opened
from channels.email.settings import EmailSettings
from channels.email.simulator import MailAccount, MailSimulator, Person
from channels.email.simulator.world import parsed
from channels.messages import Address, OutboundMessage, Receipt

FIRM = "help@firm.example"
OTHER = "info@other.example"
ANNA = "anna@customer.example"


@dataclass
class Box:
    """The channel, one mailbox of it, and the provider at the other end. `cursor`: as kept."""

    mail: MailSimulator
    account: MailAccount
    settings: EmailSettings
    client: httpx.AsyncClient
    channel: Email = field(default_factory=Email)
    cursor: str = ""

    @property
    def anna(self) -> Person:
        return self.mail.person(ANNA, "Anna Müller")

    async def pages(self, since: date | None = None) -> list[Fetched]:
        """All news, each page committed and acknowledged before the next is asked for."""
        found: list[Fetched] = []
        await self.read_into(found, since)
        return found

    async def read_into(self, found: list[Fetched], since: date | None = None) -> None:
        """Pages that came before an error stay in `found`."""
        fetching = self.channel.fetch_new(self.settings, self.cursor, self.client, since=since)
        async with aclosing(fetching) as pages:
            async for page in pages:
                found.append(page)
                self.cursor = page.cursor
                await self.channel.acknowledge(self.settings, page, self.client)

    async def news(self, since: date | None = None) -> list[tuple[Envelope, bytes]]:
        return [opened(body) for page in await self.pages(since) for body in page.bodies]

    async def subjects(self, since: date | None = None) -> list[str]:
        return [subject(raw) for _, raw in await self.news(since)]

    async def wait(self, seconds: float) -> bool:
        return await self.channel.wait(self.settings, self.cursor, seconds)

    async def send(self, text: str = "", **further: Any) -> Receipt:
        to = further.pop("to", Address("email", ANNA))
        further.setdefault("conversation_hint", "mail:1")
        message = OutboundMessage(to, text, **further)
        return await self.channel.send(message, self.settings, self.client)


def subject(raw: bytes) -> str:
    return str(parsed(raw)["Subject"])


@pytest.fixture
def plain_client() -> httpx.AsyncClient:
    # Made anew for each test, a client would load all certificates each time; none is needed.
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncClient(timeout=20, trust_env=False, verify=plain)


@pytest.fixture
async def box(plain_client: httpx.AsyncClient) -> AsyncIterator[Box]:
    mail = MailSimulator()
    account = mail.add_account(FIRM)
    mail.add_account(OTHER)
    async with mail.serve(), plain_client as client:
        yield Box(mail, account, mail.settings_for(FIRM), client)
