"""Reads of conversations and messages: lists, threads, and what was not answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Attachment, Conversation, Message, RawEvent, Turn
from domain.customers.models import Person
from domain.errors import NotFound
from domain.following import Since
from domain.types import utc_now

# All that a reader of the thread could see change, in one statement and a few bytes.
_PULSE = text("""
    select md5(concat_ws('|', c.version, c.owner, c.owner_id, c.turn_pending, c.is_paused,
                         c.lease_token is not null, c.ticket_id,
               (select string_agg(concat_ws(':', m.sequence, m.state, m.outcome, m.attempts,
                                            m.edited_at, m.deleted_at), ',' order by m.sequence)
                  from (select * from messages where conversation_id = c.id
                         order by sequence desc limit :limit) m),
               (select concat_ws(':', count(*), sum(t.version), max(t.updated_at))
                  from tickets t where t.person_id = c.person_id)))
      from conversations c where c.id = :id
""")


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A conversation whose last word is the customer's, with no visible answer by now."""

    conversation_id: UUID
    channel: str
    customer: str
    text: str
    since: datetime
    reason: str


class ConversationReader:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, conversation_id: UUID) -> Conversation:
        found = await self._session.get(Conversation, conversation_id)
        if found is None:
            raise NotFound("conversation", conversation_id)
        return found

    async def by_hint(self, account_id: UUID, hint: str) -> Conversation | None:
        query = select(Conversation).where(
            Conversation.channel_account_id == account_id, Conversation.hint == hint
        )
        return (await self._session.scalars(query)).one_or_none()

    async def recent(
        self,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        since: Since | None = None,
        **filters: Any,
    ) -> list[Conversation]:
        """Latest first; `before` is the last row of the page before. `since`: merged ones too."""
        changed, row_id = Conversation.updated_at, Conversation.id
        query: Select[Conversation] = select(Conversation)
        if since:
            query = since.of(query, changed, row_id)
        else:
            query = query.where(Conversation.merged_into_id.is_(None))
            query = query.order_by(changed.desc(), row_id.desc())
        if before:
            query = query.where(tuple_(changed, row_id) < before)
        for name, value in filters.items():
            if value is not None:
                query = query.where(getattr(Conversation, name) == value)
        return list(await self._session.scalars(query.limit(limit)))

    async def thread(
        self, conversation_id: UUID, limit: int = 100, after: int = 0, since: Since | None = None
    ) -> list[Message]:
        """Messages in the order they were stored, from `after` (a sequence) on."""
        query = (
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.sequence > after)
            .order_by(Message.sequence)
            .limit(limit)
        )
        if since:
            query = since.of(query, Message.updated_at, Message.id)
        return list(await self._session.scalars(query))

    async def latest(self, conversation_id: UUID, limit: int = 100) -> list[Message]:
        """The last messages of the thread, oldest first."""
        rows = await self._session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation_id)
            .order_by(Message.sequence.desc())
            .limit(limit)
        )
        return list(reversed(list(rows)))

    async def pulse(self, conversation_id: UUID, limit: int = 100) -> str:
        """Another value whenever the conversation, its last messages or its tickets changed."""
        query = {"id": conversation_id, "limit": limit}
        return str(await self._session.scalar(_PULSE, query) or "")

    async def message(self, conversation_id: UUID, message_id: UUID) -> Message:
        found = await self._session.get(Message, message_id)
        if found is None or found.conversation_id != conversation_id:
            raise NotFound("message", message_id)
        return found

    async def raw_events(self, event_ids: list[UUID]) -> dict[UUID, bytes]:
        """The bytes as the provider delivered them."""
        rows = await self._session.execute(
            select(RawEvent.id, RawEvent.body).where(RawEvent.id.in_(event_ids))
        )
        return {row.id: row.body for row in rows}

    async def turns(self, conversation_id: UUID, only: set[UUID] | None = None) -> dict[UUID, Turn]:
        query = select(Turn).where(Turn.conversation_id == conversation_id)
        if only is not None:
            query = query.where(Turn.id.in_(only))
        return {turn.id: turn for turn in await self._session.scalars(query)}

    async def topics(self, conversation_id: UUID, among: list[str]) -> list[str]:
        """Which of these the bot has understood the customer's words to be about."""
        query = (
            select(Turn.intent)
            .where(Turn.conversation_id == conversation_id, Turn.intent.in_(among))
            .distinct()
        )
        return list(await self._session.scalars(query))

    async def attachments(self, message_ids: list[UUID]) -> list[Attachment]:
        return list(
            await self._session.scalars(
                select(Attachment).where(Attachment.message_id.in_(message_ids))
            )
        )

    async def wake(self, conversation: Conversation) -> None:
        """Lets the bot read the customer's latest message again."""
        latest = (
            select(Message.id)
            .where(Message.conversation_id == conversation.id, Message.direction == "in")
            .order_by(Message.sequence.desc())
            .limit(1)
            .scalar_subquery()
        )
        await self._session.execute(
            update(Message).where(Message.id == latest).values(outcome="waiting", outcome_reason="")
        )
        conversation.turn_pending = True
        conversation.pending_since = utc_now()
        conversation.owner, conversation.owner_id = "bot", None

    async def unanswered(self, older_than: datetime, limit: int = 500) -> list[Unanswered]:
        """Judged by what the customer can see: a draft, a note or a failed send is no answer."""
        answered = (
            select(Message.id)
            .where(
                Message.conversation_id == Conversation.id,
                Message.direction == "out",
                Message.state.in_(("sent", "delivered", "read", "sending", "pending")),
                Message.sent_at >= Conversation.last_inbound_at,
            )
            .exists()
        )
        latest = (
            select(Message)
            .where(Message.conversation_id == Conversation.id, Message.direction == "in")
            .order_by(Message.sequence.desc())
            .limit(1)
            .lateral()
        )
        query = (
            select(
                Conversation.id,
                Conversation.channel,
                Person.name,
                latest.c.text,
                Conversation.last_inbound_at,
                latest.c.outcome,
                latest.c.outcome_reason,
            )
            .join(Person, Person.id == Conversation.person_id)
            .join(latest, latest.c.conversation_id == Conversation.id)
            .where(Conversation.last_inbound_at < older_than, ~answered)
            .where(or_(latest.c.outcome != "ignored", latest.c.outcome.is_(None)))
            .where(~((latest.c.outcome == "attached") & (latest.c.outcome_reason == "no_reply")))
            .order_by(Conversation.last_inbound_at)
            .limit(limit)
        )
        return [_unanswered(row) for row in await self._session.execute(query)]


def _unanswered(row: Any) -> Unanswered:
    conversation_id, channel, name, text, since, outcome, reason = row
    return Unanswered(
        conversation_id=conversation_id,
        channel=channel,
        customer=name,
        text=text,
        since=since,
        reason=reason or outcome,
    )
