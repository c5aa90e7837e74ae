"""A Graph API of our own on this machine, and the channel that speaks to it."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from channels.messages import Address, InboundAttachment, Media, OutboundMessage, Receipt
from channels.whatsapp.adapter import WhatsApp
from channels.whatsapp.settings import WhatsAppSettings
from channels.whatsapp.simulator import GraphSimulator

NUMBER = "106540352242922"
PHONE = "447700900123"


@dataclass(frozen=True, slots=True)
class Wire:
    """The channel, its account, and the simulator at the other end of a real connection."""

    channel: WhatsApp
    settings: WhatsAppSettings
    client: httpx.AsyncClient
    meta: GraphSimulator

    async def send(self, text: str = "", **further: Any) -> Receipt:
        to = further.pop("to", Address("phone", PHONE))
        further.setdefault("conversation_hint", to.value)
        return await self.channel.send(
            OutboundMessage(to, text, **further), self.settings, self.client
        )

    async def fetch(self, attachment: InboundAttachment) -> Media:
        return await self.channel.fetch(attachment, self.settings, self.client)

    async def typing(self, external_id: str) -> None:
        await self.channel.typing(external_id, self.settings, self.client)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    meta = GraphSimulator()
    meta.add_number(NUMBER)
    settings = WhatsAppSettings.model_validate(
        {
            "phone_number_id": NUMBER,
            "access_token": meta.access_token,
            "verify_token": meta.verify_token,
            "app_secret": meta.app_secret,
        }
    )
    # Made anew for each test, a client would load all certificates each time; none is needed.
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with (
        meta.serve() as url,
        httpx.AsyncClient(timeout=20, trust_env=False, verify=plain) as client,
    ):
        yield Wire(WhatsApp().with_api_url(f"{url}/v24.0/"), settings, client, meta)
