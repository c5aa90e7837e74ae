"""What a delivery was understood as, ready to be stored, and how it travels to the database."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.types import new_id


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody a mail names. `role`: sender, to or cc."""

    address: str
    name: str = ""
    role: str = "sender"


@dataclass(frozen=True, slots=True)
class NewThread:
    """What ties a message to others, where threads are found by headers.

    `thread_id`: what answers will name. `references`: what it answers, nearest first, as its
    sender claims. `conversations`: from our own signed tokens. `numbers`: of tickets and quotes.
    `is_ours`: the company itself wrote it, and the provider vouches for that. `reports_on`: the
    id of our message that this one reports on.
    """

    sender: Named
    thread_id: str = ""
    references: tuple[str, ...] = ()
    conversations: tuple[UUID, ...] = ()
    numbers: tuple[str, ...] = ()
    others: tuple[Named, ...] = ()
    is_ours: bool = False
    reports_on: str = ""
    stands_alone: bool = False
    """Joins nothing, whatever it claims."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be stored; `addresses` (kind, value) and `hint` find whose it is."""

    id: UUID
    raw_event_id: UUID | None
    hint: str
    addresses: tuple[tuple[str, str], ...]
    name: str
    author: str
    content_kind: str
    external_id: str
    sent_at: datetime
    text: str
    full_text: str = ""
    subject: str = ""
    in_reply_to: str | None = None
    replaces: str | None = None
    choice: str | None = None
    details: dict[str, str] = field(default_factory=dict)
    outcome: str = "waiting"
    outcome_reason: str = ""
    wakes: bool = True
    takes_over: bool = False
    is_live: bool = True
    """False for synchronised history: it opens no window and is nobody's last word."""
    proof: str = "channel"
    thread: NewThread | None = None
    begins: bool = False
    """The first mail of a thread, come after an answer to it: its author is the customer."""


_NO_THREAD = NewThread(Named(""))


@dataclass(frozen=True, slots=True)
class NewStatus:
    external_id: str
    state: str
    at: datetime
    error_code: str = ""
    error_text: str = ""
    price_category: str = ""
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class FinishedEvent:
    """What became of a raw event: taken or ignored, with the reason."""

    id: UUID
    state: str
    reason: str = ""
    message_count: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """Which messages were new, which conversations now wait for a turn, and where any is new.

    `replaced`: external ids of new messages of which a newer version had come before.
    `surveyed`: messages of conversations in which an answer to a survey may come.
    """

    message_ids: frozenset[UUID]
    pending: frozenset[UUID]
    conversations: frozenset[UUID] = frozenset()
    replaced: tuple[str, ...] = ()
    surveyed: frozenset[UUID] = frozenset()
    answered: frozenset[UUID] = frozenset()
    """Where something of ours waited for the customer to write."""


@dataclass(frozen=True, slots=True)
class StatusChange:
    message_id: UUID
    conversation_id: UUID
    state: str
    error: str
    error_code: str = ""
    stands_for_id: UUID | None = None


def message_row(message: NewMessage, conversation_id: UUID) -> dict[str, Any]:
    is_staff = message.author == "staff"
    thread = message.thread or _NO_THREAD
    addresses = () if is_staff else message.addresses
    kind, said_from = addresses[0] if addresses else ("", "")
    return {
        "id": str(message.id),
        "conversation_id": str(conversation_id),
        "raw_event_id": str(message.raw_event_id) if message.raw_event_id else None,
        "author": message.author,
        "direction": "out" if is_staff else "in",
        "content_kind": message.content_kind,
        "external_id": message.external_id,
        "thread_id": thread.thread_id or None,
        "sender_address": thread.sender.address,
        "sender_name": thread.sender.name,
        "said_kind": kind,
        "said_from": said_from,
        "proof": message.proof,
        "in_reply_to": message.in_reply_to,
        "replaces": message.replaces,
        "subject": message.subject,
        "text": message.text,
        "full_text": message.full_text,
        "choice": message.choice,
        "details": message.details,
        "sent_at": message.sent_at.isoformat(),
        "outcome": "" if is_staff else message.outcome,
        "outcome_reason": message.outcome_reason,
        "state": "sent" if is_staff else "",
        "wakes": message.wakes and not is_staff,
        "takes_over": message.takes_over,
        "is_live": message.is_live,
    }


def event_row(event: FinishedEvent) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "state": event.state,
        "reason": event.reason,
        "message_count": event.message_count,
    }


def status_row(status: NewStatus) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "external_id": status.external_id,
        "state": status.state,
        "at": status.at.isoformat(),
        "error_code": status.error_code,
        "error_text": status.error_text,
        "price_category": status.price_category,
        "idempotency_key": status.idempotency_key or None,
    }
