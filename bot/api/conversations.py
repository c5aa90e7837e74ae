"""Conversations: who writes, what was said, and a person's part in it."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field, StringConstraints

from bot import queue
from bot.api.delivering.shown import (
    ConversationOut,
    Deadline,
    MessageOut,
    OriginalOut,
    deadlines,
)
from bot.api.rest import (
    STORABLE,
    Body,
    Line,
    Page,
    Paging,
    Said,
    Word,
    cursor,
    id_of,
    number_of,
    page,
    rest_router,
    time_and_id,
)
from bot.dependencies import (
    Caller,
    Reader,
    ReadTransaction,
    RuntimeOf,
    StaffCaller,
    Transaction,
)
from bot.desk.conversations import LONGEST_REPLY, require_wanted
from bot.engine.reacting.threads import touched
from bot.runtime import Runtime
from channels.channel import HasOriginal, Original
from domain.audit.service import note
from domain.conversations.models import Attachment, Conversation, Message
from domain.conversations.outbox import NewReply, Outbox
from domain.conversations.ownership import Ownership
from domain.conversations.reaching.standing import steps
from domain.conversations.repository import ConversationReader
from domain.errors import Conflict, NotFound
from domain.types import new_id, utc_now

router = rest_router("", "conversations")

ReplyText = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=LONGEST_REPLY, pattern=STORABLE, strip_whitespace=True
    ),
]


class ConversationQuery(Paging):
    channel: Word | None = None
    owner: Literal["bot", "staff"] | None = None
    person_id: UUID | None = None
    ticket_id: UUID | None = None


class NewMessage(Body):
    """`draft`: kept for a person's approval instead of being sent. `despite_opt_out`: who sends it
    knows that the customer wrote STOP; without it such an answer is a 409."""

    text: ReplyText = Field(examples=["Our engineer is with you tomorrow at nine."])
    draft: bool = False
    despite_opt_out: bool = False


class NewNote(Body):
    text: Said = Field(examples=["Called them: they want the invoice split."])


class Approval(Body):
    """`text` replaces the draft's words."""

    text: ReplyText | None = None


class Rejection(Body):
    reason: Line = ""


@router.get("/conversations", summary="Conversations, latest first")
async def conversations(
    caller: Reader,
    session: ReadTransaction,
    runtime: RuntimeOf,
    asked: Annotated[ConversationQuery, Query()],
) -> Page[ConversationOut]:
    """What is written to during a walk moves to the first page: take `updated_since` for it.

    With it, conversations that were merged into another are listed too.
    """
    rows = await ConversationReader(session).recent(
        asked.limit + 1,
        asked.place(time_and_id),
        asked.since,
        channel=asked.channel,
        owner=asked.owner,
        person_id=asked.person_id,
        ticket_id=asked.ticket_id,
    )
    due = await deadlines(session, runtime, rows)
    return page(rows, asked.limit, lambda row: _conversation(row, due[row.id]), asked.ended(_place))


@router.get("/conversations/{conversation_id}", summary="One conversation")
async def conversation(
    conversation_id: UUID, caller: Reader, session: ReadTransaction, runtime: RuntimeOf
) -> ConversationOut:
    row = await ConversationReader(session).get(conversation_id)
    return _conversation(row, (await deadlines(session, runtime, [row]))[row.id])


@router.get("/conversations/{conversation_id}/messages", summary="What was said, oldest first")
async def messages(
    conversation_id: UUID,
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[Paging, Query()],
) -> Page[MessageOut]:
    reader = ConversationReader(session)
    await reader.get(conversation_id)
    after = asked.place(number_of) or 0
    rows = await reader.thread(conversation_id, asked.limit + 1, after, asked.since)
    files: dict[UUID, list[Attachment]] = {}
    for file in await reader.attachments([row.id for row in rows]):
        files.setdefault(file.message_id, []).append(file)
    told = await steps(session, rows)
    return page(
        rows,
        asked.limit,
        lambda row: MessageOut.of(row, files.get(row.id, []), told.get(row.id, ())),
        asked.ended(lambda row: cursor(row.sequence)),
    )


@router.get(
    "/conversations/{conversation_id}/messages/{message_id}/original",
    summary="A message as it came",
)
async def original(
    conversation_id: UUID, message_id: UUID, caller: Reader, runtime: RuntimeOf
) -> OriginalOut:
    found, _ = await _original(runtime, caller.tenant_id, conversation_id, message_id)
    return OriginalOut(text=found.text, html=found.html)


@router.get(
    "/conversations/{conversation_id}/messages/{message_id}/original/file",
    summary="A message as it came, as a file",
    response_class=Response,
)
async def original_file(
    conversation_id: UUID, message_id: UUID, caller: Reader, runtime: RuntimeOf
) -> Response:
    """Handed out to be kept, never to be shown: it may hold anything."""
    found, suffix = await _original(runtime, caller.tenant_id, conversation_id, message_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{message_id}{suffix}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(found.content, media_type="application/octet-stream", headers=headers)


async def _original(
    runtime: Runtime, tenant_id: UUID, conversation_id: UUID, message_id: UUID
) -> tuple[Original, str]:
    """With the file's ending. Where the channel keeps no more than the words: those."""
    async with runtime.database.transaction(tenant_id) as session:
        reader = ConversationReader(session)
        conversation = await reader.get(conversation_id)
        message = await reader.message(conversation_id, message_id)
        event_id = message.raw_event_id if message.deleted_at is None else None
        body = (await reader.raw_events([event_id])).get(event_id) if event_id else None
    channel = runtime.channels[conversation.channel]
    if body is None or not isinstance(channel, HasOriginal):
        words = "" if message.deleted_at else message.full_text or message.text
        return Original(text=words, content=words.encode()), ".txt"
    try:
        # Big mails take their time: not on the event loop.
        return await asyncio.to_thread(channel.original, body), channel.original_suffix
    except ValueError as error:
        raise Conflict(f"The original cannot be read: {error}") from error


@router.post(
    "/conversations/{conversation_id}/messages",
    status_code=201,
    summary="Answer as a member of staff",
)
async def answer(
    conversation_id: UUID, new: NewMessage, caller: StaffCaller, session: Transaction
) -> MessageOut:
    """Goes to the customer on their channel, and takes the conversation over from the bot."""
    if not (new.draft or new.despite_opt_out):
        await require_wanted(session, caller.tenant_id, conversation_id)
    found = await Ownership(session, caller.tenant_id).take_over(conversation_id, None)
    message = Outbox(session, caller.tenant_id).put(
        NewReply(
            conversation_id=found.id,
            channel_account_id=found.channel_account_id,
            author="staff",
            text=new.text,
            state="draft" if new.draft else "pending",
        )
    )
    await session.flush()
    if not new.draft:
        found.last_outbound_at, found.last_author = utc_now(), "staff"
        await queue.put(session, "deliver", tenant_id=caller.tenant_id, message_id=message.id)
    action = "conversation.drafted" if new.draft else "conversation.replied"
    note(session, caller.tenant_id, caller.actor, action, str(conversation_id))
    await touched(session, caller.tenant_id, conversation_id)
    return MessageOut.of(message, [])


@router.post("/conversations/{conversation_id}/notes", status_code=201, summary="An internal note")
async def write_note(
    conversation_id: UUID, new: NewNote, caller: StaffCaller, session: Transaction
) -> MessageOut:
    """Never leaves the house."""
    found = await ConversationReader(session).get(conversation_id)
    written = _note(found, new.text, caller)
    session.add(written)
    found.updated_at = utc_now()
    await touched(session, caller.tenant_id, conversation_id)
    await session.flush()
    return MessageOut.of(written, [])


@router.post("/conversations/{conversation_id}/take-over", summary="A person answers from now on")
async def take_over(
    conversation_id: UUID, caller: StaffCaller, session: Transaction
) -> ConversationOut:
    found = await Ownership(session, caller.tenant_id).take_over(conversation_id, None)
    note(session, caller.tenant_id, caller.actor, "conversation.taken_over", str(found.id))
    await session.flush()
    return ConversationOut.model_validate(found)


@router.post("/conversations/{conversation_id}/hand-back", summary="The bot answers again")
async def hand_back(
    conversation_id: UUID, caller: StaffCaller, session: Transaction
) -> ConversationOut:
    """Beginning with what the customer writes next."""
    found = await Ownership(session, caller.tenant_id).hand_back(conversation_id, None)
    note(session, caller.tenant_id, caller.actor, "conversation.handed_back", str(found.id))
    await session.flush()
    return ConversationOut.model_validate(found)


@router.get("/drafts", summary="Answers that wait for a person's approval")
async def drafts(
    caller: Reader, session: ReadTransaction, asked: Annotated[Paging, Query()]
) -> Page[MessageOut]:
    outbox = Outbox(session, caller.tenant_id)
    rows = await outbox.drafts(asked.limit + 1, asked.place(id_of), asked.since)
    own = asked.ended(lambda row: cursor(row.id))
    return page(rows, asked.limit, lambda row: MessageOut.of(row, []), own)


@router.post("/drafts/{message_id}/approve", summary="Send a draft")
async def approve(
    message_id: UUID, given: Approval, caller: StaffCaller, session: Transaction
) -> MessageOut:
    await Outbox(session, caller.tenant_id).approve(message_id, None, given.text)
    note(session, caller.tenant_id, caller.actor, "draft.approved", str(message_id))
    await queue.put(session, "deliver", tenant_id=caller.tenant_id, message_id=message_id)
    return MessageOut.of(await session.get_one(Message, message_id), [])


@router.post("/drafts/{message_id}/reject", summary="Keep a draft from being sent")
async def reject(
    message_id: UUID, given: Rejection, caller: StaffCaller, session: Transaction
) -> MessageOut:
    outbox = Outbox(session, caller.tenant_id)
    await outbox.reject(message_id, None, given.reason)
    note(
        session,
        caller.tenant_id,
        caller.actor,
        "draft.rejected",
        str(message_id),
        reason=given.reason,
    )
    found = await session.get(Message, message_id)
    if found is None:
        raise NotFound("draft", message_id)
    await touched(session, caller.tenant_id, found.conversation_id)
    return MessageOut.of(found, [])


def _conversation(row: Conversation, deadline: Deadline) -> ConversationOut:
    return ConversationOut.model_validate(row).model_copy(update={"deadline": deadline})


def _place(row: Conversation) -> str:
    return cursor(row.updated_at, row.id)


def _note(conversation: Conversation, text: str, caller: Caller) -> Message:
    now = utc_now()
    return Message(
        id=new_id(),
        tenant_id=caller.tenant_id,
        conversation_id=conversation.id,
        channel_account_id=conversation.channel_account_id,
        direction="note",
        author="staff",
        text=text,
        details={"by": caller.name},
        sent_at=now,
    )
