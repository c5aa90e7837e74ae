"""Puts what the company says by itself on its way: no turn thought of it, no agent worded it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.accounts import Account
from domain.conversations.models import Conversation, Message
from domain.conversations.outbox import NewReply, Outbox
from domain.events import Happened, record
from domain.types import utc_now

DELIVER = "deliver"
OPT_OUT, SURVEY, AWAY, WHO = "opt_out", "survey", "away", "who"


@dataclass(frozen=True, slots=True)
class Notice:
    """`kind`: why it is said. `answers`: the provider's id of the message that it answers."""

    kind: str
    text: str
    choices: tuple[dict[str, str], ...] = ()
    answers: str | None = None
    further: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """By which account it goes. `has_threads`: a reply names what it answers."""

    tenant_id: UUID
    account_id: UUID
    has_threads: bool
    is_automatic: bool

    @classmethod
    def by(cls, account: Account) -> "Way":
        has_threads = account.channel.capabilities.has_subject
        return cls(account.tenant_id, account.id, has_threads, account.answers_by_itself)


async def put(session: AsyncSession, way: Way, conversation_id: UUID, notice: Notice) -> Message:
    """Waits for a person's approval where the channel is not automatic."""
    message = Outbox(session, way.tenant_id).put(
        NewReply(
            conversation_id=conversation_id,
            channel_account_id=way.account_id,
            author="bot",
            text=notice.text,
            state="pending" if way.is_automatic else "draft",
            choices=notice.choices,
            in_reply_to=notice.answers if way.has_threads else None,
            notice=notice.kind,
            further=notice.further,
        )
    )
    await session.flush()
    if way.is_automatic:
        await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(last_outbound_at=utc_now(), last_author="bot")
        )
        await queue.put(session, DELIVER, tenant_id=way.tenant_id, message_id=message.id)
    else:
        payload = {"text": notice.text, "conversation_id": str(conversation_id)}
        record(session, way.tenant_id, Happened("message.drafted", message.id, payload))
        await queue.put(session, "react", tenant_id=way.tenant_id)
    return message
