"""Carries a plan out in rows: what waits, what asks, and what takes the words elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.attachments import Attachments
from domain.conversations.models import Conversation, Message
from domain.conversations.outbox import NewReply, Outbox
from domain.conversations.reaching.situation import Situation
from domain.types import new_id, utc_now

# What waits for the customer's answer, once they have written since.
_RELEASE = text("""
    update messages m set state = 'pending', state_at = now(), next_attempt_at = null
      from conversations c
     where m.state = 'held' and c.id = m.conversation_id
       and (cast(:all as boolean) or c.id = any(:ids))
       and m.details -> 'went' ->> 'by' = 'template'
       and c.last_inbound_at > cast(m.details -> 'went' ->> 'asked_after' as timestamptz)
    returning m.id
""")


@dataclass(frozen=True, slots=True)
class Went:
    """By what a message left instead of as it was written, and why; kept with the message."""

    by: str
    channel: str
    why: str
    template: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """An approved template, filled in. `text`: as the customer will read it."""

    name: str
    language: str
    category: str
    purpose: str
    parameters: tuple[str, ...]
    text: str

    @property
    def details(self) -> dict[str, Any]:
        told = {"name": self.name, "language": self.language, "category": self.category}
        return {"template": told | {"parameters": list(self.parameters)}, "purpose": self.purpose}


@dataclass(frozen=True, slots=True)
class Road:
    """Where the words go instead. `lead`: says that they go on with the other thread."""

    account_id: UUID
    channel: str
    conversation_id: UUID | None
    address: str
    subject: str
    lead: str


class Carrying:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    def hold(self, found: Situation, went: Went) -> None:
        """Not sent, and shown as not sent, until something says otherwise."""
        message = found.message
        asked_after = found.conversation.last_inbound_at
        told: dict[str, Any] = {
            "by": went.by,
            "channel": went.channel,
            "why": went.why,
            "template": went.template,
            "language": went.language,
            # Before they ever wrote, any time is later.
            "asked_after": (asked_after.isoformat() if asked_after else "-infinity"),
        }
        tried = [*message.details.get("tried", ()), went.by]
        message.details = message.details | {"went": told, "tried": tried}
        message.state, message.state_at = "held", utc_now()
        message.error, message.error_code, message.next_attempt_at = "", "", None

    async def ask(self, found: Situation, asking: Asking) -> Message:
        """A template in the same thread that asks the customer to answer."""
        sent = Outbox(self._session, self._tenant_id).put(
            NewReply(
                conversation_id=found.conversation.id,
                channel_account_id=found.message.channel_account_id,
                author="system",
                text=asking.text,
            )
        )
        sent.content_kind, sent.stands_for_id = "template", found.message.id
        sent.details = sent.details | asking.details
        await self._session.flush()
        return sent

    def become(self, message: Message, asking: Asking, went: Went) -> None:
        """The message itself goes as a template: it says all of it."""
        message.content_kind, message.text = "template", asking.text
        told = {"by": went.by, "channel": went.channel, "why": went.why}
        told |= {"template": asking.name, "language": asking.language}
        tried = [*message.details.get("tried", ()), went.by]
        message.details = message.details | asking.details | {"went": told, "tried": tried}
        message.state, message.state_at, message.next_attempt_at = "pending", utc_now(), None

    async def carry(self, found: Situation, road: Road) -> Message:
        """The same words, from the same author, in the thread on the other channel."""
        there = await self._thread(found, road)
        original = found.message
        words = f"{road.lead}\n\n{original.text}".strip() if road.lead else original.text
        carried = Outbox(self._session, self._tenant_id).put(
            NewReply(
                conversation_id=there.id,
                channel_account_id=road.account_id,
                author=original.author,
                text=words,
                subject=there.subject,
                staff_id=original.staff_id,
                choices=tuple(original.details.get("choices", ())),
                citations=tuple(original.details.get("citations", ())),
            )
        )
        carried.stands_for_id, carried.turn_id = original.id, original.turn_id
        await self._session.flush()
        await self._copy_files(original.id, carried.id)
        there.last_outbound_at, there.last_author = utc_now(), original.author
        there.version += 1
        await self._session.flush()
        return carried

    async def release(self, conversation_ids: Collection[UUID] | None = None) -> list[UUID]:
        """Messages that may go now that the customer has answered; None: of all conversations."""
        values = {"all": conversation_ids is None, "ids": list(conversation_ids or ())}
        return list(await self._session.scalars(_RELEASE, values))

    # --- inner ---

    async def _thread(self, found: Situation, road: Road) -> Conversation:
        """The thread that goes on there; a ticket and its owner are of both."""
        here = found.conversation
        there = (
            await self._session.get_one(Conversation, road.conversation_id, with_for_update=True)
            if road.conversation_id
            else self._new_thread(here, road)
        )
        if there.continues_id is None and here.continues_id != there.id:
            there.continues_id = here.id
        there.ticket_id = there.ticket_id or here.ticket_id
        there.owner, there.owner_id = here.owner, here.owner_id
        there.updated_at = utc_now()
        await self._session.flush()
        return there

    def _new_thread(self, here: Conversation, road: Road) -> Conversation:
        there = Conversation(
            id=new_id(),
            tenant_id=self._tenant_id,
            channel_account_id=road.account_id,
            channel=road.channel,
            hint=f"continues:{here.id}",
            person_id=here.person_id,
            address=road.address,
            subject=road.subject,
            language=here.language,
            disclosed_at=here.disclosed_at,
        )
        self._session.add(there)
        return there

    async def _copy_files(self, source: UUID, target: UUID) -> None:
        attachments = Attachments(self._session, self._tenant_id)
        for file in await attachments.of_message(source):
            await attachments.copy(file.id, target)


async def continued(
    session: AsyncSession, conversation: Conversation
) -> tuple[list[Conversation], Conversation | None]:
    """(the threads that go on with this one, the thread that this one goes on with)."""
    later = await session.scalars(
        select(Conversation)
        .where(Conversation.continues_id == conversation.id)
        .order_by(Conversation.created_at)
    )
    earlier = (
        await session.get(Conversation, conversation.continues_id)
        if conversation.continues_id
        else None
    )
    return list(later), earlier
