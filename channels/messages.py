"""The words all channels share: what came in, what goes out, and what became of it.

ChannelError
├── Temporary    try again later (429, 5xx, time-out); `retry_after` in seconds where told
└── Permanent    will never work as it is; staff are told, `code` and `advice` say what to do
    ├── WindowClosed   free text is refused; a template or another channel may still reach
    ├── Unreachable    not this person on this channel; another channel may still reach
    │   └── Blocked    this address takes nothing more from us: it is muted
    └── AccessRefused  the account's own access is refused: nothing leaves until it is renewed
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO

from channels.spool import Spool


class EventKind(StrEnum):
    MESSAGE = "message"
    STATUS = "status"
    REACTION = "reaction"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    UNSUPPORTED = "unsupported"


class Author(StrEnum):
    """Who wrote an inbound message: the customer, or the company itself (phone app, Outlook)."""

    CUSTOMER = "customer"
    STAFF = "staff"


class DeliveryState(StrEnum):
    """In the order in which they may follow each other; see `moves_forward`."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody can be reached. `kind` is a proof domain: phone, email, whatsapp, telegram.

    `value` is normalised (E.164 without +, lower-case email).
    """

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Sender:
    addresses: tuple[Address, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class InboundAttachment:
    """A file of a message. Either `content` came along or `reference` says what to fetch."""

    filename: str
    content_type: str
    size: int | None = None
    sha256: str | None = None
    reference: str | None = None
    content: bytes | None = None
    is_inline: bool = False


class Proof(StrEnum):
    """What vouches for the sender. CHANNEL: the provider itself (a phone number that wrote).

    AUTHENTICATED: mail whose domain our own server found genuine. NONE: anybody may have sent it.
    """

    CHANNEL = "channel"
    AUTHENTICATED = "authenticated"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ThreadHints:
    """What ties a mail to others, as its headers claim: nothing here is verified.

    `message_id`: what replies to it will name. `references`: ids it answers, nearest first.
    `tokens`: our own signed tokens found in those ids and in plus-addresses.
    `numbers`: numbers of tickets and quotes in the subject.
    """

    message_id: str = ""
    references: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


class ReportKind(StrEnum):
    """What a report says of a message that was sent before."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A bounce or another report. `message_id`: of what was sent; `status`: as 5.1.1."""

    kind: ReportKind
    recipients: tuple[str, ...] = ()
    status: str = ""
    reason: str = ""
    is_permanent: bool = False
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One thing somebody wrote, as understood. Never contains markup that is to be trusted.

    `account`: the hint that names our channel account (WhatsApp: phone_number_id).
    `conversation_hint`: equal for all messages of one thread of this account.
    `external_id`: the provider's id, unique within the account.
    `text`: what to show and to think about; `full_text`: all of it (mail with its history).
    `choice`: the id of the button or list row that was pressed.
    `replaces` / `deletes`: external id of the message that this one edits or deletes.
    `is_history`: synchronised old mail or chat: stored, never answered, opens no window.
    `addressee`: the customer, where `author` is STAFF: `sender` is then the company itself.
    `is_reachable`: whether the sender can be written to from now on; None: nothing new.
    `thread`: for channels whose threads are found by headers. `report`: where it is a BOUNCE.
    """

    kind: EventKind
    account: str
    external_id: str
    conversation_hint: str
    sender: Sender
    sent_at: datetime
    text: str = ""
    full_text: str = ""
    subject: str = ""
    author: Author = Author.CUSTOMER
    content_kind: str = "text"
    recipients: tuple[str, ...] = ()
    attachments: tuple[InboundAttachment, ...] = ()
    in_reply_to: str | None = None
    choice: str | None = None
    replaces: str | None = None
    deletes: str | None = None
    is_history: bool = False
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    addressee: Sender = Sender()
    thread: ThreadHints | None = None
    proof: Proof = Proof.CHANNEL
    report: DeliveryReport | None = None
    is_reachable: bool | None = None


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of a message that we sent.

    `idempotency_key`: the key it was sent with, where the provider hands it back: finds our
    message even when the provider's answer to the sending, and so its id, was lost.
    """

    account: str
    external_id: str
    state: DeliveryState
    at: datetime
    recipient: str = ""
    error_code: str = ""
    error_text: str = ""
    price_category: str = ""
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Understood as nothing for us; kept in the ledger with the reason.

    `moves`: the hint of a conversation, and under which it goes on from now on.
    """

    account: str
    reason: str
    external_id: str = ""
    moves: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TemplateNews(Ignored):
    """Nothing for a conversation, but what the provider decided about a template.

    Fields that the news does not tell are empty. `state`: a TemplateState's value.
    """

    template_id: str = ""
    name: str = ""
    language: str = ""
    state: str = ""
    why: str = ""
    category: str = ""
    quality: str = ""


InboundEvent = InboundMessage | StatusUpdate | Ignored


@dataclass(frozen=True, slots=True)
class Choice:
    """A button or list row the customer may press."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class OutboundAttachment:
    """Its `content`, or a `spool` with it: whoever made that closes it."""

    filename: str
    content_type: str
    content: bytes = b""
    spool: Spool | None = None

    @property
    def size(self) -> int:
        return len(self.content) if self.spool is None else self.spool.size

    @property
    def whole(self) -> bytes:
        """All of it in memory, for who cannot send it in pieces."""
        return self.content if self.spool is None else self.spool.whole()

    @property
    def source(self) -> bytes | IO[bytes]:
        """What an HTTP client sends in pieces."""
        return self.content if self.spool is None else self.spool.opened()


@dataclass(frozen=True, slots=True)
class TemplateMessage:
    """An approved template, filled in. `text`: as the customer will read it."""

    name: str
    language: str
    parameters: tuple[str, ...]
    text: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to one person, as the engine means it; `rendering` fits it to a channel.

    `token`: our signed token of the conversation, for channels that find threads by headers.
    `references`: ids of the thread's messages, oldest first. `is_automatic`: the bot wrote it.
    `template`: what is sent instead of `text` where the provider knows templates.
    `reaction`: an emoji put to the message `in_reply_to`; `text` is then what others are shown.
    """

    to: Address
    text: str
    conversation_hint: str
    choices: tuple[Choice, ...] = ()
    attachments: tuple[OutboundAttachment, ...] = ()
    in_reply_to: str | None = None
    subject: str = ""
    idempotency_key: str = ""
    token: str = ""
    references: tuple[str, ...] = ()
    is_automatic: bool = False
    is_unasked: bool = False
    """It answers nothing: a channel that can says how to get no more of its kind."""
    template: TemplateMessage | None = None
    reaction: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider accepted: its ids, the first is the one statuses refer to."""

    external_ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Media:
    """A downloaded file. Whoever asked for it closes the spool."""

    spool: Spool
    content_type: str
    filename: str = ""

    @property
    def content(self) -> bytes:
        return self.spool.whole()


class ChannelError(Exception):
    """The message is a sentence for staff.

    `accepted`: ids of the parts of this very message that the provider had taken before.
    """

    accepted: tuple[str, ...] = ()

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Temporary(ChannelError):
    """`may_have_been_sent`: the provider may have taken it, only its answer was lost."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        retry_after: float | None = None,
        may_have_been_sent: bool = False,
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
        self.may_have_been_sent = may_have_been_sent


class Permanent(ChannelError):
    pass


class WindowClosed(Permanent):
    pass


class Unreachable(Permanent):
    pass


class Blocked(Unreachable):
    pass


class AccessRefused(Permanent):
    pass


_RANK = {
    DeliveryState.SENT: 1,
    DeliveryState.FAILED: 2,
    DeliveryState.DELIVERED: 3,
    DeliveryState.READ: 4,
}


def moves_forward(current: DeliveryState | None, new: DeliveryState) -> bool:
    """Statuses arrive repeated and out of order: sent < failed < delivered < read."""
    return current is None or _RANK[new] > _RANK[current]
