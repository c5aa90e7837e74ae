"""Deciding about the bot's drafts: send as it is, edit, or reject with a reason."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.desk.command import StaffView
from bot.desk.handling.answering import destination
from bot.desk.handling.bench import Answer, Bench, as_id, own_id
from bot.desk.showing.preflight import preflight
from bot.engine.reacting.threads import touched
from channels.cards import Card, Form, Input, InputKind, Section, Used
from domain.audit.service import note as audit
from domain.conversations.models import Conversation, Message
from domain.conversations.outbox import Outbox
from domain.errors import Conflict, NotFound, Refused
from domain.types import utc_now

LONGEST = 4096


async def send(bench: Bench, used: Used, by: StaffView) -> Answer:
    return await _approve(bench, as_id(used.value), by, None)


async def edit(bench: Bench, used: Used, by: StaffView) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        message = await _draft(session, as_id(used.value))
        conversation = await session.get_one(Conversation, message.conversation_id)
        to = await destination(bench, session, conversation)
    return Form(
        action="draft.send_edited",
        title="Edit the draft",
        submit="Send",
        intro=preflight(to, utc_now()),
        inputs=(Input("text", "The answer", InputKind.TEXT, initial=message.text, limit=LONGEST),),
        value=used.value,
    )


async def send_edited(bench: Bench, used: Used, by: StaffView) -> Answer:
    text = used.inputs.get("text", "").strip()
    if not text:
        raise Refused("An answer needs words.")
    if len(text) > LONGEST:
        raise Refused(f"An answer has at most {LONGEST} characters.")
    return await _approve(bench, as_id(used.value), by, text)


async def reject(bench: Bench, used: Used, by: StaffView) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        await _draft(session, as_id(used.value))
    return Form(
        action="draft.reject_because",
        title="Reject the draft",
        submit="Reject",
        inputs=(Input("reason", "Why, for the record", limit=300),),
        value=used.value,
    )


async def reject_because(bench: Bench, used: Used, by: StaffView) -> Answer:
    reason = used.inputs.get("reason", "").strip()
    if not reason:
        raise Refused("Say why the draft is rejected.")
    message_id = as_id(used.value)
    async with bench.database.transaction(by.tenant_id) as session:
        await Outbox(session, by.tenant_id).reject(message_id, own_id(by), reason)
        audit(session, by.tenant_id, by.actor, "draft.rejected", str(message_id), reason=reason)
        message = await session.get_one(Message, message_id)
        await touched(session, by.tenant_id, message.conversation_id)
    return Card(title="Rejected: nothing was sent", sections=(Section(reason),))


async def _draft(session: AsyncSession, message_id: UUID) -> Message:
    """Raises NotFound, or Conflict when it was decided meanwhile."""
    message = await session.get(Message, message_id)
    if message is None:
        raise NotFound("draft", message_id)
    if message.state != "draft":
        raise Conflict(f"This draft is {message.state} already.")
    return message


async def _approve(bench: Bench, message_id: UUID, by: StaffView, text: str | None) -> Card:
    """Queued with the approval, and tried at once."""
    async with bench.database.transaction(by.tenant_id) as session:
        await Outbox(session, by.tenant_id).approve(message_id, own_id(by), text)
        edited = {"edited": True} if text else {}
        audit(session, by.tenant_id, by.actor, "draft.approved", str(message_id), **edited)
        await queue.put(session, "deliver", tenant_id=by.tenant_id, message_id=message_id)
    await bench.deliverer.deliver(by.tenant_id, message_id)
    async with bench.database.transaction(by.tenant_id) as session:
        message = await session.get_one(Message, message_id)
    if message.state == "failed":
        return Card(
            title="Approved, but it could not be delivered",
            sections=(Section(message.error),),
            is_error=True,
        )
    return Card(title="Sent", sections=(Section(message.text, is_quoted=True),))
