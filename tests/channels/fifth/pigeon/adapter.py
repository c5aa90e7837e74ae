"""Speaks to a loft: a small JSON protocol with a word that both sides know."""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import httpx
from pydantic import SecretStr

from channels.channel import Capabilities, ChannelSettings, Delivery
from channels.messages import (
    Address,
    EventKind,
    InboundAttachment,
    InboundEvent,
    InboundMessage,
    Media,
    OutboundMessage,
    Permanent,
    Receipt,
    Sender,
    Temporary,
)
from channels.rendering import render
from channels.spool import Spool


class PigeonSettings(ChannelSettings):
    account_field: ClassVar[str] = "loft"

    loft: str
    word: SecretStr


class Pigeon:
    name: str = "pigeon"
    title: str = "Pigeon post"
    settings_key: str = "pigeon"
    settings_model: type[ChannelSettings] = PigeonSettings
    capabilities = Capabilities(text_limit=160, buttons=2, caption_limit=80)

    def __init__(self, api_url: str = "https://loft.example") -> None:
        self.api_url = api_url

    def with_api_url(self, url: str) -> "Pigeon":
        return Pigeon(url)

    def peek(self, delivery: Delivery) -> tuple[str, ...]:
        loft = _letter(delivery.body).get("loft")
        return (loft,) if isinstance(loft, str) else ()

    def verify(self, delivery: Delivery, settings: PigeonSettings) -> bool:
        shown = delivery.headers.get("x-word", "")
        return hmac.compare_digest(shown.encode(), settings.word.get_secret_value().encode())

    def challenge(self, query: Mapping[str, str], verify_token_matches: bool) -> str | None:
        return None

    def verify_token(self, query: Mapping[str, str]) -> str | None:
        return None

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        letter = _letter(body)
        if "loft" not in letter:
            raise ValueError("no letter by pigeon")
        files = tuple(
            InboundAttachment(one["name"], one["type"], reference=one["ring"])
            for one in letter.get("files", ())
        )
        return [
            InboundMessage(
                kind=EventKind.MESSAGE,
                account=letter["loft"],
                external_id=letter["ring"],
                conversation_hint=letter["from"],
                sender=Sender((Address("phone", letter["from"]),), letter.get("name", "")),
                sent_at=datetime.fromtimestamp(letter["at"], UTC),
                text=letter.get("text", ""),
                choice=letter.get("choice"),
                attachments=files,
            )
        ]

    async def send(
        self, message: OutboundMessage, settings: PigeonSettings, client: httpx.AsyncClient
    ) -> Receipt:
        rings = []
        for part in render(message, self.capabilities):
            letter = {
                "to": part.to.value,
                "text": part.text,
                "choices": [one.title for one in part.choices],
                "files": [base64.b64encode(one.whole).decode() for one in part.attachments],
            }
            answer = await self._asked(client, settings, "POST", "/letters", json=letter)
            rings.append(str(answer.json()["ring"]))
        return Receipt(tuple(rings), datetime.now(UTC))

    async def fetch(
        self, attachment: InboundAttachment, settings: PigeonSettings, client: httpx.AsyncClient
    ) -> Media:
        answer = await self._asked(client, settings, "GET", f"/files/{attachment.reference}")
        return Media(Spool.of(answer.content), attachment.content_type, attachment.filename)

    async def typing(
        self, external_id: str, settings: PigeonSettings, client: httpx.AsyncClient
    ) -> None:
        """Pigeons do not type."""

    async def _asked(
        self,
        client: httpx.AsyncClient,
        settings: PigeonSettings,
        method: str,
        path: str,
        **content: Any,
    ) -> httpx.Response:
        headers = {"x-word": settings.word.get_secret_value()}
        answer = await client.request(method, self.api_url + path, headers=headers, **content)
        if answer.status_code == 503:
            raise Temporary("A hawk is about; it is tried again.", code="hawk")
        if not answer.is_success:
            raise Permanent("The loft does not take it.", code=str(answer.status_code))
        return answer


def _letter(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


CHANNEL = Pigeon()
