"""A Bot API of our own on this machine, and the channel that speaks to it."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from channels.messages import Address, InboundAttachment, Media, OutboundMessage, Receipt
from channels.telegram.adapter import Telegram
from channels.telegram.settings import TelegramSettings
from channels.telegram.simulator import BotApiSimulator, Customer

ROBIN = Customer(700_100, "Robin", "robin")


@dataclass(frozen=True, slots=True)
class Wire:
    """The channel, its account, and the simulator at the other end of a real connection."""

    channel: Telegram
    settings: TelegramSettings
    client: httpx.AsyncClient
    telegram: BotApiSimulator

    async def send(self, text: str = "", **further: Any) -> Receipt:
        to = further.pop("to", Address("telegram", str(ROBIN.id)))
        further.setdefault("conversation_hint", to.value)
        return await self.channel.send(
            OutboundMessage(to, text, **further), self.settings, self.client
        )

    async def fetch(self, attachment: InboundAttachment) -> Media:
        return await self.channel.fetch(attachment, self.settings, self.client)

    async def pages(self, cursor: str = "") -> list[Any]:
        found = self.channel.fetch_new(self.settings, cursor, self.client)
        return [page async for page in found]


def settings_for(simulator: BotApiSimulator, **further: Any) -> TelegramSettings:
    return TelegramSettings.model_validate({"bot_token": simulator.token, **further})


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    simulator = BotApiSimulator()
    # Made anew for each test, a client would load all certificates each time; none is needed.
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with (
        simulator.serve() as url,
        httpx.AsyncClient(timeout=20, trust_env=False, verify=plain) as client,
    ):
        yield Wire(Telegram(url), settings_for(simulator), client, simulator)
