"""Rows of raw events, conversations, messages, attachments and turns."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.following import Changing
from domain.types import utc_now


class RawEvent(Changing, TenantOwned, Base):
    """Bytes as a provider delivered them: the inbound ledger.

    `state`: waiting, taken (its messages carry the outcome), ignored (`reason`), failed (dead
    letter after too many attempts, `reason` is the error). Equal bytes are kept once.
    """

    __tablename__ = "raw_events"
    channel_account_id: Mapped[UUID] = mapped_column(
        ForeignKey("channel_accounts.id", ondelete="CASCADE")
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    message_count: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel_account_id", "digest"),
        Index(
            "ix_raw_events_open",
            "tenant_id",
            "channel_account_id",
            "created_at",
            postgresql_where=sql("state in ('waiting', 'failed')"),
        ),
    )


class Conversation(TenantOwned, Base):
    """One thread of one person on one channel account; it lives on for years.

    `version` grows with every applied turn and every act of a person: what an agent thought
    on an older version is dropped. `owner`: bot or staff. `context_since`: older messages are
    no longer the bot's context. `turn_pending`: the customer wrote something no turn has read.
    """

    __tablename__ = "conversations"
    channel_account_id: Mapped[UUID] = mapped_column(
        ForeignKey("channel_accounts.id", ondelete="CASCADE")
    )
    channel: Mapped[str]
    hint: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="SET NULL")
    )
    """The conversation that this one turned out to belong to: all of it has moved there."""
    continues_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="SET NULL")
    )
    """The conversation on another channel that this one goes on with."""
    address: Mapped[str] = mapped_column(default="", server_default="")
    """Where the customer last wrote from, on channels where a thread has several people."""
    proven_until: Mapped[datetime | None]
    """A one-time code showed that the customer is who they say; until then."""
    subject: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(default="bot")
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    is_paused: Mapped[bool] = mapped_column(default=False)
    turn_pending: Mapped[bool] = mapped_column(default=False)
    pending_since: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    turn_failures: Mapped[int] = mapped_column(default=0)
    questions_asked: Mapped[int] = mapped_column(default=0)
    open_question: Mapped[str] = mapped_column(default="")
    disclosed_at: Mapped[datetime | None]
    """When the customer was told that an assistant answers."""
    context_since: Mapped[datetime | None]
    ticket_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("tickets.id", use_alter=True, ondelete="SET NULL")
    )
    survey_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("satisfaction_surveys.id", use_alter=True, ondelete="SET NULL")
    )
    """What the customer was asked about how it went, while an answer may still come."""
    away_told_until: Mapped[datetime | None]
    """Until when the customer knows that nobody is there."""
    loop_since: Mapped[datetime | None]
    """The other side seems to be a machine: the bot is silent until a person writes."""
    idle_told_at: Mapped[datetime | None]
    """When staff were told that the customer waits for one of them."""
    last_inbound_at: Mapped[datetime | None]
    """The provider's time of the customer's last message: the window counts from it."""
    last_message_at: Mapped[datetime | None]
    """When we stored the customer's last message: the quiet time counts from it."""
    last_outbound_at: Mapped[datetime | None]
    last_author: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel_account_id", "hint"),
        Index(
            "ix_conversations_pending",
            "tenant_id",
            "pending_since",
            postgresql_where=sql("turn_pending"),
        ),
        Index("ix_conversations_recent", "tenant_id", "updated_at", "id"),
        Index(
            "ix_conversations_last_word",
            "tenant_id",
            "last_inbound_at",
            postgresql_where=sql("last_author = 'customer'"),
        ),
        Index(
            "ix_conversations_continues",
            "continues_id",
            postgresql_where=sql("continues_id is not null"),
        ),
    )


class Message(Changing, TenantOwned, Base):
    """Something said. `direction`: in, out or note (internal, never leaves).

    `author`: customer, bot, staff or system.
    Inbound `outcome`: waiting, answered, attached or ignored, with `outcome_reason`.
    Outbound `state`: draft (waits for a person), pending, held (not sent: a template asks the
    customer to answer first, or another message carries the words elsewhere), sending, sent,
    delivered, read, failed or cancelled. `details["went"]`: by what it left instead, and why.
    """

    __tablename__ = "messages"
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    channel_account_id: Mapped[UUID] = mapped_column(
        ForeignKey("channel_accounts.id", ondelete="CASCADE")
    )
    raw_event_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("raw_events.id", ondelete="SET NULL")
    )
    turn_id: Mapped[UUID | None] = mapped_column(ForeignKey("turns.id", ondelete="SET NULL"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    direction: Mapped[str]
    author: Mapped[str]
    content_kind: Mapped[str] = mapped_column(default="text")
    external_id: Mapped[str | None]
    thread_id: Mapped[str | None]
    """By what others answer it (a mail's Message-ID): claimed by its sender, so not unique."""
    sender_address: Mapped[str] = mapped_column(default="", server_default="")
    sender_name: Mapped[str] = mapped_column(default="", server_default="")
    """Who wrote it, on channels where a thread has several people."""
    said_by_id: Mapped[UUID | None]
    """The person whose address it came from at that time; a merge changes nothing of it, and no
    foreign key does."""
    said_from: Mapped[str] = mapped_column(default="", server_default="")
    proof: Mapped[str] = mapped_column(default="channel", server_default="channel")
    """What vouches for the sender: see channels.messages.Proof."""
    in_reply_to: Mapped[str | None]
    replaces: Mapped[str | None]
    """The external id of the message that this one is a newer version of."""
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    full_text: Mapped[str] = mapped_column(default="")
    choice: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sent_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default="")
    outcome_reason: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    state_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    error_code: Mapped[str] = mapped_column(default="", server_default="")
    """The provider's own, of `error`."""
    price_category: Mapped[str] = mapped_column(default="", server_default="")
    """What the provider charges it as."""
    stands_for_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE")
    )
    """The held message whose words this one carries, or which it asks the customer to want."""
    is_maybe_repeated: Mapped[bool] = mapped_column(default=False)
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("tenant_id", "channel_account_id", "external_id"),
        Index("ix_messages_thread", "conversation_id", "sequence"),
        Index(
            "ix_messages_thread_id",
            "tenant_id",
            "channel_account_id",
            "thread_id",
            postgresql_where=sql("thread_id is not null"),
        ),
        Index(
            "ix_messages_replaces",
            "tenant_id",
            "channel_account_id",
            "replaces",
            postgresql_where=sql("replaces is not null"),
        ),
        Index(
            "ix_messages_outgoing",
            "tenant_id",
            "next_attempt_at",
            postgresql_where=sql("state in ('pending', 'sending')"),
        ),
        Index("ix_messages_drafts", "tenant_id", "id", postgresql_where=sql("state = 'draft'")),
        Index(
            "ix_messages_held",
            "conversation_id",
            postgresql_where=sql("state = 'held'"),
        ),
        Index(
            "ix_messages_stands_for",
            "stands_for_id",
            postgresql_where=sql("stands_for_id is not null"),
        ),
        Index(
            "ix_messages_waiting",
            "tenant_id",
            "created_at",
            postgresql_where=sql("outcome = 'waiting'"),
        ),
    )


class Participant(TenantOwned, Base):
    """Who has a part in a thread. `role` when first seen: sender, to or cc."""

    __tablename__ = "conversation_participants"
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    address: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[str]
    first_seen_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("tenant_id", "conversation_id", "address"),)


class Reference(TenantOwned, Base):
    """A message id that mails of a conversation name, of a mail that is not here (yet)."""

    __tablename__ = "conversation_references"
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    channel_account_id: Mapped[UUID] = mapped_column(
        ForeignKey("channel_accounts.id", ondelete="CASCADE")
    )
    value: Mapped[str]
    __table_args__ = (UniqueConstraint("tenant_id", "channel_account_id", "value"),)


class MessageStatus(TenantOwned, Base):
    """What a provider said became of a message, also before we knew the message's id."""

    __tablename__ = "message_statuses"
    channel_account_id: Mapped[UUID] = mapped_column(
        ForeignKey("channel_accounts.id", ondelete="CASCADE")
    )
    external_id: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    error_code: Mapped[str] = mapped_column(default="")
    error_text: Mapped[str] = mapped_column(default="")
    price_category: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "channel_account_id", "external_id", "state"),)


class Attachment(TenantOwned, Base):
    """A file of a message. `state`: waiting (to be fetched), stored, refused or failed."""

    __tablename__ = "attachments"
    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), index=True
    )
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    reference: Mapped[str | None]
    is_inline: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        Index(
            "ix_attachments_waiting",
            "tenant_id",
            "created_at",
            postgresql_where=sql("state = 'waiting'"),
        ),
    )


class AttachmentChunk(TenantOwned, Base):
    """At most 1 MB of an attachment."""

    __tablename__ = "attachment_chunks"
    attachment_id: Mapped[UUID] = mapped_column(ForeignKey("attachments.id", ondelete="CASCADE"))
    position: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (UniqueConstraint("tenant_id", "attachment_id", "position"),)


class AttachmentReading(TenantOwned, Base):
    """What stands in an attachment, read once. `means`: file, vision or hearing (with `model`).

    `trouble` and `reason` say why nothing could be read; `content` is the text otherwise.
    """

    __tablename__ = "attachment_readings"
    attachment_id: Mapped[UUID] = mapped_column(ForeignKey("attachments.id", ondelete="CASCADE"))
    sha256: Mapped[str]
    means: Mapped[str]
    model: Mapped[str] = mapped_column(default="")
    trouble: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    __table_args__ = (
        UniqueConstraint("tenant_id", "attachment_id"),
        Index("ix_attachment_readings_sha256", "tenant_id", "sha256"),
    )


class Turn(TenantOwned, Base):
    """What the bot thought about some messages, and all it used to think it.

    `articles`: [{id, version, title, position}]. `state`: applied, dropped or failed.
    """

    __tablename__ = "turns"
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    agent: Mapped[str]
    step: Mapped[str]
    intent: Mapped[str] = mapped_column(default="")
    confidence: Mapped[float] = mapped_column(default=0.0)
    model: Mapped[str] = mapped_column(default="")
    prompts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    cost: Mapped[Decimal] = mapped_column(default=Decimal(0))
    articles: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    knowledge_revision: Mapped[int] = mapped_column(default=0)
    catalogue_revision: Mapped[int] = mapped_column(default=0)
    actions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    notes: Mapped[list[str]] = mapped_column(default=list)
    milliseconds: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="applied")
