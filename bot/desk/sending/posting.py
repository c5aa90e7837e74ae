"""Puts a paper and its link into a customer's thread, as an act of a person."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.desk.conversations import require_wanted
from bot.desk.papers.making import Paper
from bot.desk.sending.roads import Wish, beginning, begun, road
from bot.engine.accounts import Accounts
from bot.engine.reacting.threads import touched
from domain.conversations.attachments import Attachments, NewFile
from domain.conversations.models import Conversation, Message
from domain.conversations.outbox import NewReply, Outbox
from domain.types import utc_now

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Letter:
    """`choices`: (id, title) of buttons, for channels that show them. `about`: kept with the
    message, so that an answer by a button is understood."""

    text: str
    paper: Paper
    about: dict[str, Any]
    choices: tuple[tuple[str, str], ...] = ()
    purpose: str = ""
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    message_id: UUID
    conversation_id: UUID
    channel: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, and what is needed for it. `limit`: the total up to which they may without an
    approval; None: any. `sees_margins`: whether one too small is theirs to let pass."""

    accounts: Accounts
    actor: str
    base_url: str
    sees_margins: bool
    limit: Decimal | None
    staff_id: UUID | None = None


async def thread_for(
    session: AsyncSession, tenant_id: UUID, accounts: Accounts, wish: Wish
) -> Conversation:
    """The customer's, begun where it must be. Raises NoRoad, OptedOut."""
    conversation = await road(session, accounts, wish)
    if conversation is None:
        by = await beginning(session, tenant_id, accounts, wish)
        conversation = await begun(session, tenant_id, by, wish)
    await require_wanted(session, tenant_id, conversation.id)
    return conversation


async def post(
    session: AsyncSession, sender: Sender, conversation: Conversation, letter: Letter
) -> Posted:
    """Stored and queued; who answers the customer stays as it is."""
    tenant_id = conversation.tenant_id
    able = sender.accounts.channels[conversation.channel].capabilities
    choices = letter.choices if len(letter.choices) <= able.buttons else ()
    message = Outbox(session, tenant_id).put(
        NewReply(
            conversation_id=conversation.id,
            channel_account_id=conversation.channel_account_id,
            author="staff",
            text=letter.text,
            staff_id=sender.staff_id,
            subject=conversation.subject if able.has_subject else "",
            choices=tuple({"id": id_, "title": title} for id_, title in choices),
            purpose=letter.purpose,
            parameters=letter.parameters,
        )
    )
    message.details = message.details | letter.about
    await session.flush()
    await _attach(session, message, letter.paper)
    conversation.last_outbound_at, conversation.last_author = utc_now(), "staff"
    conversation.version += 1
    await session.flush()
    await queue.put(session, "deliver", tenant_id=tenant_id, message_id=message.id)
    await queue.put(session, "react", tenant_id=tenant_id)
    await touched(session, tenant_id, conversation.id)
    return Posted(message.id, conversation.id, conversation.channel)


async def _attach(session: AsyncSession, message: Message, paper: Paper) -> None:
    file = NewFile(message.id, paper.filename, PDF, content=paper.content)
    await Attachments(session, message.tenant_id).add_all([file])
