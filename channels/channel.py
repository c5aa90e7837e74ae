"""What a channel must be able to do. A channel is a folder whose `adapter.py` has `CHANNEL`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar, Protocol, runtime_checkable

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr

from channels.messages import (
    ChannelError,
    InboundAttachment,
    InboundEvent,
    InboundMessage,
    Media,
    OutboundMessage,
    Receipt,
)
from channels.templates import RegisteredTemplate, Template


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can show. The engine asks for these, never for a channel's name.

    `window`: how long after the customer's last message free text may be sent; None: always.
    `quiet_time`: how long to wait for the rest of a burst before a turn starts.
    `choices_text_limit`: longest text that may stand above buttons or a list; 0: `text_limit`.
    `choice_id_limit`: longest id of a choice in bytes.
    `reaches`: kinds of addresses (as `Address.kind`) that a message can be sent to.
    `attachments_per_message`: 1: text goes along only as a caption of at most `caption_limit`.
    `typing_lasts`: how long the customer is shown that an answer is being made.
    `begins_with`: kinds of address to which it may write first, without having been written to.
    `messages_per_second`: how many an account may send; None: as many as it likes.
    """

    text_limit: int
    buttons: int = 0
    button_title_limit: int = 20
    list_rows: int = 0
    list_title_limit: int = 24
    list_description_limit: int = 72
    choices_text_limit: int = 0
    choice_id_limit: int = 200
    caption_limit: int = 0
    attachments_per_message: int = 1
    attachment_limit: int = 25 * 1024 * 1024
    window: timedelta | None = None
    quiet_time: timedelta = timedelta(0)
    has_subject: bool = False
    has_typing: bool = False
    typing_lasts: timedelta = timedelta(seconds=25)
    has_statuses: bool = False
    has_templates: bool = False
    has_reactions: bool = False
    has_links: bool = False
    """A link may have a title of its own: `[title](https://…)` goes over as it is."""
    has_quotes: bool = False
    """A message can be shown as the answer to a certain one."""
    begins_with: tuple[str, ...] = ()
    messages_per_second: float | None = None
    bold: tuple[str, str] = ("", "")
    reaches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """Raw bytes as they came, with what came around them. Header names are lower-case."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


class ChannelSettings(BaseModel):
    """What an account needs. A subclass' SecretStr fields are encrypted at rest.

    `account_field` names the field that finds the account from a delivery (the hint);
    `settings_key` is its key in the tenant settings (`whatsapp_config`).
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)
    account_field: ClassVar[str]
    further_hints: ClassVar[tuple[str, ...]] = ()
    """Fields that deliveries may name instead (news of the whole business account)."""

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """From which the company itself writes, where a thread names its people."""
        return ()


class Channel(Protocol):
    """A protocol translator. Pure but for `send` and `fetch`, which use the client given."""

    name: str
    title: str
    settings_key: str
    settings_model: type[ChannelSettings]
    capabilities: Capabilities

    def with_api_url(self, url: str) -> "Channel":
        """The same channel speaking to another server (one the operator set)."""
        ...

    def peek(self, delivery: Delivery) -> tuple[str, ...]:
        """Every account hint that the body names, from untrusted bytes; empty: not understood."""
        ...

    def verify(self, delivery: Delivery, settings: Any) -> bool:
        """Whether the account's secret vouches for these raw bytes (constant time)."""
        ...

    def challenge(self, query: Mapping[str, str], verify_token_matches: bool) -> str | None:
        """The plain-text answer to the provider's set-up request, None to refuse it."""
        ...

    def verify_token(self, query: Mapping[str, str]) -> str | None:
        """The token that the set-up request shows, to be compared with the accounts' own."""
        ...

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """All events of a raw payload, in order; never raises for odd content.

        Raises ValueError with a reason if the payload as a whole is not this channel's.
        """
        ...

    async def send(
        self, message: OutboundMessage, settings: Any, client: httpx.AsyncClient
    ) -> Receipt:
        """Raises Temporary or Permanent."""
        ...

    async def fetch(
        self, attachment: InboundAttachment, settings: Any, client: httpx.AsyncClient
    ) -> Media:
        """Downloads what `attachment.reference` names, at most `capabilities.attachment_limit`."""
        ...

    async def typing(self, external_id: str, settings: Any, client: httpx.AsyncClient) -> None:
        """Shows the writer of that message that an answer is being made, and that it was read.

        Called only where `capabilities.has_typing`, and only when there will be an answer.
        Raises Temporary or Permanent; neither matters to the answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Original:
    """A message as it came. `html` is sanitised; `content`: the file itself, for a download."""

    text: str
    html: str = ""
    content: bytes = b""


@runtime_checkable
class HasOriginal(Protocol):
    """A channel whose messages are more than what is shown of them."""

    original_suffix: str

    def original(self, body: bytes) -> Original:
        """From a raw body. Raises ValueError with a reason."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page of what was fetched: raw bodies, and the cursor to keep in the same transaction.

    `cursor`: JSON text that only the channel reads; empty: nothing was ever fetched.
    """

    bodies: tuple[bytes, ...]
    cursor: str


@runtime_checkable
class PolledChannel(Channel, Protocol):
    """A channel that is asked for news, because nobody brings them."""

    def fetch_new(
        self, settings: Any, cursor: str, client: httpx.AsyncClient, *, since: date | None = None
    ) -> AsyncIterator[Fetched]:
        """Page by page, oldest first; each page must be on disk before the next is asked for.

        A first fetch (empty cursor) begins with now, or with `since`. What is older than the
        first fetch is marked as history. Raises Temporary or Permanent.
        """
        ...

    async def acknowledge(self, settings: Any, page: Fetched, client: httpx.AsyncClient) -> None:
        """Tells the provider that a page is on disk (mail is marked as seen)."""
        ...

    async def wait(self, settings: Any, cursor: str, seconds: float) -> bool:
        """Waits on a long connection; whether there is news. False too where it can't wait."""
        ...


@runtime_checkable
class AlsoDelivered(Protocol):
    """A polled channel of which some accounts are brought their news instead."""

    def is_polled(self, settings: Mapping[str, Any]) -> bool:
        """`settings`: the public ones, as they are stored."""
        ...

    async def connect(self, settings: Any, client: httpx.AsyncClient, address: str) -> str:
        """Tells the provider how news shall reach us, as the settings say; what is so now.

        `address`: of our webhooks for this channel. Raises Temporary or Permanent.
        """
        ...


@runtime_checkable
class ReadsByAccount(Protocol):
    """A channel whose bodies mean more to who knows the account (is this bot mentioned?)."""

    def parse_for(self, body: bytes, settings: Any) -> Sequence[InboundEvent]:
        """As `parse`, with the account's settings."""
        ...


@runtime_checkable
class AnswersPresses(Protocol):
    """A channel on which a pressed button waits for a sign that the press has arrived."""

    async def heard_press(
        self, press: InboundMessage, settings: Any, client: httpx.AsyncClient
    ) -> None:
        """Soon after the press, whatever the answer will be. Raises Temporary or Permanent."""
        ...


@runtime_checkable
class CheckableChannel(Channel, Protocol):
    """A channel whose accounts can be tried out without sending anything."""

    async def check(self, settings: Any, client: httpx.AsyncClient) -> Sequence[str]:
        """What is wrong, a sentence each that says what to do; empty: all well."""
        ...


@runtime_checkable
class TemplateChannel(Channel, Protocol):
    """A channel that takes words approved beforehand where it takes no free text."""

    def shipped_templates(self) -> Sequence[Template]:
        """The templates that exist on day one, each in every language there is."""
        ...

    async def list_templates(
        self, settings: Any, client: httpx.AsyncClient
    ) -> Sequence[RegisteredTemplate]:
        """All of the account, as the provider has them. Raises Temporary or Permanent."""
        ...

    async def submit_template(
        self, template: Template, settings: Any, client: httpx.AsyncClient
    ) -> RegisteredTemplate:
        """Asks for approval. Raises Temporary or Permanent."""
        ...


@runtime_checkable
class MarksRead(Protocol):
    """A channel on which the customer is shown that somebody has read what they wrote."""

    async def mark_read(self, external_id: str, settings: Any, client: httpx.AsyncClient) -> None:
        """That message and all before it. Raises Temporary or Permanent; neither matters."""
        ...


@runtime_checkable
class ExplainsFailures(Protocol):
    """A channel whose provider tells of some failures only after it has taken a message."""

    def failure(self, code: str, words: str) -> ChannelError: ...


class DomainFinding(Protocol):
    """`line`: the DNS record to add or to have instead; empty: none."""

    @property
    def what(self) -> str: ...
    @property
    def is_good(self) -> bool: ...
    @property
    def text(self) -> str: ...
    @property
    def line(self) -> str: ...


@runtime_checkable
class DomainChannel(Channel, Protocol):
    """A channel whose messages others trust by what DNS says of the sending domain."""

    async def check_domain(
        self, settings: Any, lookup: Callable[[str], Awaitable[Sequence[str]]] | None = None
    ) -> Sequence[DomainFinding]:
        """`lookup`: gives the texts of a name; None: the machine's own resolver."""
        ...


@runtime_checkable
class TokenKeeping(Protocol):
    """A channel whose provider replaces refresh tokens: those that are not kept stop working."""

    def refresh_token_to_keep(self, settings: Any) -> SecretStr | None:
        """What to store as `refresh_token`; None: what is stored is the newest."""
        ...
