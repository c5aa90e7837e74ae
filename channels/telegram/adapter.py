"""Telegram as a channel: which bot it is for, whether it is genuine, what it says, how to answer.

What speaks to Telegram is loaded when first needed: the library takes a while.
"""

import hmac
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from channels.channel import Capabilities, ChannelSettings, Delivery, Fetched, PolledChannel
from channels.messages import (
    InboundAttachment,
    InboundEvent,
    InboundMessage,
    Media,
    OutboundMessage,
    Receipt,
)
from channels.telegram.reading import inbound
from channels.telegram.reading.people import KIND, Ourselves
from channels.telegram.settings import TelegramSettings

if TYPE_CHECKING:
    from channels.telegram.api import Api

BOT_API = "https://api.telegram.org"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
# Limits as in the Bot API: text 4096, caption 1024, callback_data 64 bytes, albums of ten. Files
# up to 50 MB go up; more than 25 MB nothing here keeps.
CAPABILITIES = Capabilities(
    text_limit=4096,
    buttons=8,
    button_title_limit=64,
    choice_id_limit=64,
    caption_limit=1024,
    attachments_per_message=10,
    attachment_limit=25 * 1024 * 1024,
    # An album comes as one update for each of its pictures.
    quiet_time=timedelta(seconds=1),
    has_typing=True,
    typing_lasts=timedelta(seconds=5),
    has_reactions=True,
    has_quotes=True,
    has_links=True,
    bold=("**", "**"),
    reaches=(KIND,),
)
_BOT = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Telegram:
    name: str = "telegram"
    title: str = "Telegram"
    settings_key: str = "telegram"
    settings_model: type[ChannelSettings] = TelegramSettings
    capabilities: Capabilities = CAPABILITIES

    def __init__(self, api_url: str = BOT_API) -> None:
        self.api_url = api_url.rstrip("/")

    def with_api_url(self, url: str) -> "Telegram":
        """The same channel against another Bot API: the operator's choice, never a tenant's."""
        return Telegram(url)

    # --- brought by a webhook ---------------------------------------------------------------

    def peek(self, delivery: Delivery) -> tuple[str, ...]:
        """The bot that the address names; the update itself names none."""
        bot = delivery.query.get("bot", "")
        return (bot,) if _BOT.fullmatch(bot) else ()

    def verify(self, delivery: Delivery, settings: TelegramSettings) -> bool:
        """The secret token that was given to Telegram with the webhook."""
        told = delivery.headers.get(SECRET_HEADER, "").encode()
        if not told:
            return False
        secret: str = settings.webhook_secret.get_secret_value()
        return bool(secret) and hmac.compare_digest(told, secret.encode())

    def verify_token(self, query: Mapping[str, str]) -> str | None:
        return None

    def challenge(self, query: Mapping[str, str], verify_token_matches: bool) -> str | None:
        return None

    # --- or asked for ------------------------------------------------------------------------

    def is_polled(self, settings: Mapping[str, Any]) -> bool:
        return bool(settings.get("delivery", "polling") == "polling")

    async def fetch_new(
        self,
        settings: TelegramSettings,
        cursor: str,
        client: httpx.AsyncClient,
        *,
        since: date | None = None,
    ) -> AsyncGenerator[Fetched, None]:
        """`since` means nothing here: Telegram keeps what was not fetched for a day."""
        from channels.telegram import polling

        if settings.delivery != "polling":
            return
        async with aclosing(polling.fetch_new(self._api(settings, client), cursor)) as pages:
            async for page in pages:
                yield page

    async def acknowledge(
        self, settings: TelegramSettings, page: Fetched, client: httpx.AsyncClient
    ) -> None:
        """The next fetch does, by its offset."""

    async def wait(self, settings: TelegramSettings, cursor: str, seconds: float) -> bool:
        from channels.telegram import polling

        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            return await polling.wait(self._api(settings, client), cursor, seconds)

    async def connect(
        self, settings: TelegramSettings, client: httpx.AsyncClient, address: str
    ) -> str:
        from channels.telegram import checking

        return await checking.connect(self._api(settings, client), settings, address)

    async def check(self, settings: TelegramSettings, client: httpx.AsyncClient) -> tuple[str, ...]:
        from channels.telegram import checking

        return await checking.findings(self._api(settings, client), settings, datetime.now(UTC))

    # --- messages ----------------------------------------------------------------------------

    def parse(self, body: bytes) -> tuple[InboundEvent, ...]:
        """In groups whatever names or answers any bot counts as meant."""
        return inbound.parse(body)

    def parse_for(self, body: bytes, settings: TelegramSettings) -> tuple[InboundEvent, ...]:
        return inbound.parse(body, Ourselves(settings.bot_id, settings.bot_username))

    async def heard_press(
        self, press: InboundMessage, settings: TelegramSettings, client: httpx.AsyncClient
    ) -> None:
        """Ends the little clock on the button; Telegram waits for it no longer than a while."""
        query_id = press.details.get("press", "")
        if query_id:
            async with self._api(settings, client).calling(is_repeatable=True) as bot:
                await bot.answer_callback_query(query_id)

    async def send(
        self, message: OutboundMessage, settings: TelegramSettings, client: httpx.AsyncClient
    ) -> Receipt:
        """Renders what is not rendered yet. Better render first and send part by part: then a
        retry repeats no part that was taken (`ChannelError.accepted`)."""
        from channels.telegram.outbound import Sending

        return await Sending(self._api(settings, client), self.capabilities).send(message)

    async def fetch(
        self,
        attachment: InboundAttachment,
        settings: TelegramSettings,
        client: httpx.AsyncClient,
    ) -> Media:
        from channels.telegram import media

        return await media.fetch(self._api(settings, client), attachment)

    async def typing(
        self, external_id: str, settings: TelegramSettings, client: httpx.AsyncClient
    ) -> None:
        chat = external_id.partition(":")[0]
        async with self._api(settings, client).calling(is_repeatable=True) as bot:
            await bot.send_chat_action(int(chat), "typing")

    def _api(self, settings: TelegramSettings, client: httpx.AsyncClient) -> "Api":
        from channels.telegram.api import Api

        return Api(self.api_url, settings.bot_token, client)


CHANNEL: PolledChannel = Telegram()
