"""Email as a channel: what came into a mailbox, what it says, how to answer."""

from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
from pydantic import SecretStr

from channels.channel import (
    Capabilities,
    ChannelSettings,
    Delivery,
    Fetched,
    Original,
    PolledChannel,
)
from channels.email.oauth import AccessTokens
from channels.email.settings import EmailSettings
from channels.messages import (
    ChannelError,
    InboundAttachment,
    InboundEvent,
    Media,
    OutboundMessage,
    Permanent,
    Receipt,
)
from channels.rendering import render

if TYPE_CHECKING:
    from channels.email import dns

_TEXT_LIMIT = 100_000
CAPABILITIES = Capabilities(
    text_limit=_TEXT_LIMIT,
    # A text goes along with files whatever its length.
    caption_limit=_TEXT_LIMIT,
    attachments_per_message=20,
    attachment_limit=25 * 1024 * 1024,
    quiet_time=timedelta(0),
    has_subject=True,
    reaches=("email",),
    begins_with=("email",),
)


class Email:
    """Holds nothing but access tokens. What speaks to servers is loaded when first needed."""

    name: str = "email"
    title: str = "Email"
    settings_key: str = "email_settings"
    settings_model: type[ChannelSettings] = EmailSettings
    capabilities: Capabilities = CAPABILITIES
    original_suffix: str = ".eml"

    def __init__(self) -> None:
        self._tokens = AccessTokens()

    def with_api_url(self, url: str) -> "Email":
        """Every mailbox names its own servers."""
        return self

    # --- nobody delivers mail here: it is fetched -----------------------------------------

    def peek(self, delivery: Delivery) -> tuple[str, ...]:
        return ()

    def verify(self, delivery: Delivery, settings: EmailSettings) -> bool:
        return False

    def verify_token(self, query: Mapping[str, str]) -> str | None:
        return None

    def challenge(self, query: Mapping[str, str], verify_token_matches: bool) -> str | None:
        return None

    async def fetch_new(
        self,
        settings: EmailSettings,
        cursor: str,
        client: httpx.AsyncClient,
        *,
        since: date | None = None,
    ) -> AsyncGenerator[Fetched, None]:
        from channels.email import imap

        pages = imap.fetch_new(settings, cursor, self._tokens, client, since)
        try:
            async for page in pages:
                yield page
        finally:
            await pages.aclose()

    async def acknowledge(
        self, settings: EmailSettings, page: Fetched, client: httpx.AsyncClient
    ) -> None:
        from channels.email import imap

        await imap.acknowledge(settings, page, self._tokens, client)

    async def wait(self, settings: EmailSettings, cursor: str, seconds: float) -> bool:
        """Raises Temporary or Permanent; False at once where the server cannot IDLE."""
        from channels.email import imap

        # Used for an access token only, and seldom: those are kept.
        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            return await imap.wait(settings, cursor, seconds, self._tokens, client)

    def refresh_token_to_keep(self, settings: EmailSettings) -> SecretStr | None:
        """The refresh token to store in place of the one in the settings, where there is one."""
        return self._tokens.rotated(settings)

    async def check(self, settings: EmailSettings, client: httpx.AsyncClient) -> tuple[str, ...]:
        """Logs in to read and to send, sends nothing; what is wrong and what to do about it."""
        from channels.email import checking

        return await checking.findings(settings, self._tokens, client)

    async def check_domain(
        self, settings: EmailSettings, lookup: "dns.Lookup | None" = None
    ) -> "tuple[dns.Finding, ...]":
        """SPF, DKIM and DMARC of the domain that the mailbox sends from."""
        from channels.email import dns

        return await dns.check(settings, lookup)

    # --- messages -------------------------------------------------------------------------

    def parse(self, body: bytes) -> tuple[InboundEvent, ...]:
        from channels.email.reading import inbound

        return inbound.parse(body)

    async def send(
        self, message: OutboundMessage, settings: EmailSettings, client: httpx.AsyncClient
    ) -> Receipt:
        """Ids are Message-IDs without angle brackets, as replies name them."""
        accepted: list[str] = []
        for part in render(message, self.capabilities):
            try:
                accepted.append(await self._send_part(part, settings, client))
            except ChannelError as error:
                error.accepted = tuple(accepted)
                raise
        if not accepted:
            raise Permanent("There is nothing in this message that could be sent.", code="empty")
        return Receipt(tuple(accepted), datetime.now(UTC))

    def original(self, body: bytes) -> Original:
        from channels.email.reading import envelope, original

        shown = original.original(body)
        return Original(text=shown.text, html=shown.html, content=envelope.opened(body)[1])

    def message_id(self, message: OutboundMessage, settings: EmailSettings) -> str:
        """Of the first part; what it will be each time this very message is sent."""
        from channels.email import composing

        return composing.message_id(message, settings)

    async def _send_part(
        self, part: OutboundMessage, settings: EmailSettings, client: httpx.AsyncClient
    ) -> str:
        from channels.email import composing, smtp

        mail = composing.compose(part, settings, datetime.now(UTC))
        to = composing.recipient(part)
        await smtp.send(mail, to, settings, self._tokens, client)
        return str(mail["Message-ID"]).strip().strip("<>")

    async def fetch(
        self, attachment: InboundAttachment, settings: EmailSettings, client: httpx.AsyncClient
    ) -> Media:
        raise Permanent("A mail's files come along with it: there is nothing to fetch.")

    async def typing(
        self, external_id: str, settings: EmailSettings, client: httpx.AsyncClient
    ) -> None:
        """Mail shows nobody that an answer is being written."""


CHANNEL: PolledChannel = Email()
