"""WhatsApp as a channel: who it is for, whether it is genuine, what it says, how to answer."""

import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx

from channels.channel import Capabilities, Channel, ChannelSettings, Delivery
from channels.messages import (
    ChannelError,
    InboundAttachment,
    InboundEvent,
    Media,
    OutboundMessage,
    Receipt,
)
from channels.templates import RegisteredTemplate, Template
from channels.whatsapp import inbound, media, outbound, templates
from channels.whatsapp.errors import Refusal, error_for
from channels.whatsapp.graph import GRAPH_API, Graph
from channels.whatsapp.settings import WhatsAppSettings

# Limits as in Meta's reference “Messages”: text 4096, interactive body and captions 1024.
CAPABILITIES = Capabilities(
    text_limit=4096,
    buttons=3,
    button_title_limit=20,
    list_rows=10,
    list_title_limit=24,
    list_description_limit=72,
    choices_text_limit=1024,
    caption_limit=1024,
    attachment_limit=25 * 1024 * 1024,
    window=timedelta(hours=24),
    quiet_time=timedelta(seconds=0.8),
    has_typing=True,
    has_statuses=True,
    has_templates=True,
    has_reactions=True,
    has_quotes=True,
    messages_per_second=80.0,
    bold=("*", "*"),
    reaches=("phone", "whatsapp"),
)
_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")


class WhatsApp:
    name: str = "whatsapp"
    title: str = "WhatsApp"
    settings_key: str = "whatsapp_config"
    settings_model: type[ChannelSettings] = WhatsAppSettings
    capabilities: Capabilities = CAPABILITIES

    def __init__(self, api_url: str = GRAPH_API) -> None:
        self.api_url = api_url.rstrip("/")

    def with_api_url(self, url: str) -> "WhatsApp":
        """The same channel against another Graph API: the operator's choice, never a tenant's."""
        return WhatsApp(url)

    def peek(self, delivery: Delivery) -> tuple[str, ...]:
        return inbound.accounts(delivery.body)

    def verify(self, delivery: Delivery, settings: WhatsAppSettings) -> bool:
        """`X-Hub-Signature-256`: HMAC-SHA256 of the raw bytes with the app secret."""
        told = _SIGNATURE.fullmatch(delivery.headers.get("x-hub-signature-256", ""))
        if told is None:
            return False
        return hmac.compare_digest(told[1], signature(delivery.body, settings))

    def verify_token(self, query: Mapping[str, str]) -> str | None:
        return query.get("hub.verify_token") if query.get("hub.mode") == "subscribe" else None

    def challenge(self, query: Mapping[str, str], verify_token_matches: bool) -> str | None:
        if not verify_token_matches or query.get("hub.mode") != "subscribe":
            return None
        return query.get("hub.challenge")

    def parse(self, body: bytes) -> tuple[InboundEvent, ...]:
        return inbound.parse(body)

    async def send(
        self, message: OutboundMessage, settings: WhatsAppSettings, client: httpx.AsyncClient
    ) -> Receipt:
        """Renders what is not rendered yet. Better render first and send part by part: then a
        retry repeats no part that was taken (`ChannelError.accepted`)."""
        graph = self._graph(settings, client)
        sending = outbound.Sending(graph, settings.phone_number_id, self.capabilities)
        return await sending.send(message)

    async def fetch(
        self,
        attachment: InboundAttachment,
        settings: WhatsAppSettings,
        client: httpx.AsyncClient,
    ) -> Media:
        limit = self.capabilities.attachment_limit
        return await media.fetch(self._graph(settings, client), attachment, limit)

    async def typing(
        self, external_id: str, settings: WhatsAppSettings, client: httpx.AsyncClient
    ) -> None:
        await self._tell(outbound.typing(external_id), settings, client)

    async def mark_read(
        self, external_id: str, settings: WhatsAppSettings, client: httpx.AsyncClient
    ) -> None:
        await self._tell(outbound.read(external_id), settings, client)

    async def _tell(
        self, sign: dict[str, Any], settings: WhatsAppSettings, client: httpx.AsyncClient
    ) -> None:
        path = f"{settings.phone_number_id}/messages"
        await self._graph(settings, client).post(path, is_repeatable=True, json=sign)

    def shipped_templates(self) -> tuple[Template, ...]:
        return templates.shipped()

    async def list_templates(
        self, settings: WhatsAppSettings, client: httpx.AsyncClient
    ) -> tuple[RegisteredTemplate, ...]:
        return await templates.listed(self._graph(settings, client), settings)

    async def submit_template(
        self, template: Template, settings: WhatsAppSettings, client: httpx.AsyncClient
    ) -> RegisteredTemplate:
        return await templates.submitted(self._graph(settings, client), settings, template)

    def failure(self, code: str, words: str) -> ChannelError:
        """What a status `failed` means: the same codes come by webhook as in answers."""
        return error_for(Refusal(400, {"code": code, "message": words}))

    def _graph(self, settings: WhatsAppSettings, client: httpx.AsyncClient) -> Graph:
        return Graph(self.api_url, settings.access_token, client)


def signature(body: bytes, settings: WhatsAppSettings) -> str:
    secret = settings.app_secret.get_secret_value().encode()
    return hmac.new(secret, body, sha256).hexdigest()


CHANNEL: Channel = WhatsApp()
