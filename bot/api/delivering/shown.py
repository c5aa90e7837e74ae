"""What REST shows of conversations and messages: by what they went, until when to answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.rest import Shown
from bot.desk.showing.went import went_line
from bot.runtime import Runtime
from domain.conversations.models import Attachment, Conversation, Message
from domain.conversations.reaching.standing import Step, promised
from domain.conversations.reaching.windows import closes_at, effective_deadline


class StepOut(BaseModel):
    """`state`: sent, delivered, read or failed. `reason`: as the provider words a failure."""

    state: str
    at: datetime
    code: str
    reason: str


class WayOut(BaseModel):
    """`went`: in words, where it left otherwise than written (`sent by Email instead: window
    closed`). `template`: its name. `steps`: what the provider told, in order."""

    went: str = ""
    template: str = ""
    error_code: str = ""
    price_category: str = ""
    steps: list[StepOut] = []

    @classmethod
    def of(cls, message: Message, steps: Sequence[Step] = ()) -> "WayOut":
        went: dict[str, Any] = message.details.get("went") or {}
        sent_as: dict[str, Any] = message.details.get("template") or {}
        return cls(
            went=went_line(went, message.state),
            template=sent_as.get("name") or went.get("template", ""),
            error_code=message.error_code,
            price_category=message.price_category,
            steps=[
                StepOut(state=one.state, at=one.at, code=one.code, reason=one.reason)
                for one in steps
            ],
        )


class Deadline(BaseModel):
    """`answer_due_at`: the earlier of what was promised and the window's end, while they wait."""

    window_closes_at: datetime | None = None
    answer_due_at: datetime | None = None


async def deadlines(
    session: AsyncSession, runtime: Runtime, rows: Sequence[Conversation]
) -> dict[UUID, Deadline]:
    """By conversation; one statement for all."""
    waiting = [row.ticket_id for row in rows if row.ticket_id and row.last_author == "customer"]
    due = await promised(session, waiting) if waiting else {}
    found = {}
    for row in rows:
        channel = runtime.channels.get(row.channel)
        window = channel.capabilities.window if channel else None
        closes = closes_at(window, row.last_inbound_at)
        waits = row.last_author == "customer"
        by = effective_deadline(due.get(row.ticket_id) if row.ticket_id else None, closes)
        found[row.id] = Deadline(window_closes_at=closes, answer_due_at=by if waits else None)
    return found


class ConversationOut(Shown):
    """`owner`: bot or staff. `version` grows with every turn and every act of a person."""

    id: UUID
    channel: str
    channel_account_id: UUID
    person_id: UUID
    subject: str
    language: str
    owner: str
    owner_id: UUID | None
    is_paused: bool
    ticket_id: UUID | None
    merged_into_id: UUID | None
    continues_id: UUID | None
    deadline: Deadline = Deadline()
    last_author: str
    last_inbound_at: datetime | None
    last_outbound_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class FileOut(Shown):
    id: UUID
    filename: str
    content_type: str
    size: int | None
    state: str
    reason: str


class MessageOut(Shown):
    """`direction`: in, out or note (internal). Inbound `outcome`: waiting, answered, attached or
    ignored. Outbound `state`: draft, pending, held, sending, sent, delivered, read, failed or
    cancelled."""

    id: UUID
    conversation_id: UUID
    sequence: int
    direction: str
    author: str
    content_kind: str
    subject: str
    text: str
    full_text: str
    sent_at: datetime
    outcome: str
    outcome_reason: str
    state: str
    error: str
    is_maybe_repeated: bool
    in_reply_to: str | None
    turn_id: UUID | None
    edited_at: datetime | None
    deleted_at: datetime | None
    updated_at: datetime
    way: WayOut = WayOut()
    citations: list[dict[str, Any]] = Field(default_factory=list)
    attachments: list[FileOut] = Field(default_factory=list)

    @classmethod
    def of(
        cls, message: Message, files: list[Attachment], told: Sequence[Step] = ()
    ) -> "MessageOut":
        shown = cls.model_validate(message)
        shown.way = WayOut.of(message, told)
        if message.deleted_at:
            shown.text = shown.full_text = ""
        shown.citations = list(message.details.get("citations", ()))
        shown.attachments = [FileOut.model_validate(file) for file in files]
        return shown


class OriginalOut(BaseModel):
    """All that was written, quotations and signatures too. `html` is sanitised."""

    text: str
    html: str
