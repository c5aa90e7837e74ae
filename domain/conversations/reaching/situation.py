"""What the planner must know of a message that its own channel does not simply take."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation, Message
from domain.customers.models import Identity, Person
from domain.customers.optouts import OptOuts
from domain.errors import NotFound
from domain.templates.models import MessageTemplate
from domain.templates.service import MessageTemplates
from domain.tenants.models import ChannelAccount, Tenant

ASKS = "reply_waiting"
UNDER_WAY = ("pending", "sending", "sent", "delivered", "read")
GROUP = "group:"
"""Hints of threads of many people: nobody's own address."""


@dataclass(frozen=True, slots=True)
class Situation:
    """The message and its conversation are locked until the transaction ends."""

    message: Message
    conversation: Conversation
    person: Person
    company: str
    identities: tuple[Identity, ...]
    accounts: tuple[ChannelAccount, ...]
    others: tuple[Conversation, ...]
    """Of the same person, on other accounts, the latest first."""
    templates: tuple[MessageTemplate, ...]
    is_asked: bool
    is_opted_out: bool

    @property
    def muted(self) -> str:
        """Why the address that names the thread gets nothing more since they last wrote."""
        heard = self.conversation.last_inbound_at
        own = (one for one in self.identities if one.value == self.conversation.hint)
        muted = (one for one in own if one.muted_at and not (heard and heard > one.muted_at))
        return next((one.muted_reason or "muted" for one in muted), "")

    @property
    def may_go_elsewhere(self) -> bool:
        """Not what many read, and no secret that was made for this very address."""
        is_group = self.conversation.hint.startswith(GROUP)
        return not is_group and "code_id" not in self.message.details


async def situation(session: AsyncSession, tenant_id: UUID, message_id: UUID) -> Situation | None:
    message = await session.get(Message, message_id)
    if message is None:
        return None
    # The conversation first, as everywhere: two that wait for each other would wait for ever.
    conversation = await session.get_one(
        Conversation, message.conversation_id, with_for_update=True, populate_existing=True
    )
    await session.refresh(message, with_for_update=True)
    return await _of(session, tenant_id, message, conversation)


async def of_a_reply(session: AsyncSession, tenant_id: UUID, conversation_id: UUID) -> Situation:
    """Of a reply that a member of staff is about to write; nothing is locked."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound("conversation", conversation_id)
    unwritten = Message(
        conversation_id=conversation.id,
        channel_account_id=conversation.channel_account_id,
        author="staff",
        details={},
    )
    return await _of(session, tenant_id, unwritten, conversation)


async def _of(
    session: AsyncSession, tenant_id: UUID, message: Message, conversation: Conversation
) -> Situation:
    identities = await session.scalars(
        select(Identity)
        .where(Identity.person_id == conversation.person_id)
        .order_by(Identity.created_at)
    )
    accounts = await session.scalars(
        select(ChannelAccount)
        .where(ChannelAccount.id != message.channel_account_id, ChannelAccount.is_enabled.is_(True))
        .order_by(ChannelAccount.created_at)
    )
    templates = await MessageTemplates(session, tenant_id).approved(message.channel_account_id)
    return Situation(
        message=message,
        conversation=conversation,
        person=await session.get_one(Person, conversation.person_id),
        company=(await session.get_one(Tenant, tenant_id)).name,
        identities=tuple(identities),
        accounts=tuple(accounts),
        others=await _others(session, conversation),
        templates=tuple(templates),
        is_asked=await _is_asked(session, conversation),
        is_opted_out=await OptOuts(session, tenant_id).applies_to(conversation.id),
    )


async def _others(session: AsyncSession, own: Conversation) -> tuple[Conversation, ...]:
    query = (
        select(Conversation)
        .where(
            Conversation.person_id == own.person_id,
            Conversation.channel_account_id != own.channel_account_id,
            Conversation.merged_into_id.is_(None),
            ~Conversation.hint.startswith(GROUP),
        )
        .order_by(Conversation.last_inbound_at.desc().nulls_last(), Conversation.id)
        .limit(50)
    )
    return tuple(await session.scalars(query))


async def _is_asked(session: AsyncSession, conversation: Conversation) -> bool:
    """Whether a template has asked the customer to answer since they last wrote."""
    query = select(Message.id).where(
        Message.conversation_id == conversation.id,
        Message.content_kind == "template",
        Message.details["purpose"].astext == ASKS,
        Message.state.in_(UNDER_WAY),
    )
    if conversation.last_inbound_at is not None:
        query = query.where(Message.created_at > conversation.last_inbound_at)
    return await session.scalar(query.limit(1)) is not None
