"""Messages on their way out: row first, then send, then what became of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import Row, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation, Message
from domain.customers.optouts import OPTED_OUT, OptedOut, OptOuts
from domain.errors import Conflict, NotFound
from domain.following import Since
from domain.types import new_id, utc_now

MAX_ATTEMPTS = 8
SENDING_TIMEOUT = timedelta(seconds=30)
CODE_MESSAGE = "code"
"""The content kind of a one-time code that went to an address outside of the conversation."""

_CLAIM = text(f"""
    update messages m set state = 'sending', state_at = now(), attempts = m.attempts + 1
      from conversations c
     where m.id = :id and m.state = 'pending' and c.id = m.conversation_id
       and (m.next_attempt_at is null or m.next_attempt_at <= now())
    returning m.id, m.text, m.subject, m.in_reply_to, m.details, m.attempts, m.conversation_id,
              m.channel_account_id, m.author, m.is_maybe_repeated, c.hint, c.last_inbound_at,
              m.content_kind, m.stands_for_id,
              exists (select from identities i where i.person_id = c.person_id
                         and i.value = c.hint
                         and i.muted_at >= coalesce(c.last_inbound_at, i.muted_at)) as is_muted,
              exists (select from attachments a where a.message_id = m.id) as has_files,
              case when m.author in ('bot', 'staff') then (
                  select r.external_id from messages r
                   where r.conversation_id = c.id and r.author = 'customer'
                     and r.external_id is not null and r.sequence < m.sequence
                   order by r.sequence desc limit 1) end as answers,
              c.person_id, (select jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value))
                              from identities i where i.person_id = c.person_id) as identities,
              m.author <> 'staff' and m.details ->> 'notice' is distinct from 'opt_out'
                  and {OPTED_OUT} as is_unwanted
""")  # noqa: S608 - no value in it

# A status may have come before the receipt: the furthest one known wins.
_SENT = """
    update messages m
       set external_id = %(external_id)s, error = '', error_code = '',
           state_at = coalesce((
               select s.at from message_statuses s
                where s.channel_account_id = m.channel_account_id
                  and s.external_id = %(external_id)s
                order by array_position(array['sent', 'failed', 'delivered', 'read'], s.state) desc
                limit 1), %(at)s),
           price_category = coalesce((
               select max(s.price_category) from message_statuses s
                where s.channel_account_id = m.channel_account_id
                  and s.external_id = %(external_id)s), ''),
           details = m.details - 'accepted' || %(details)s::jsonb,
           thread_id = case when m.thread_id is not null then %(external_id)s end,
           state = coalesce((
               select s.state from message_statuses s
                where s.channel_account_id = m.channel_account_id
                  and s.external_id = %(external_id)s
                order by array_position(array['sent', 'failed', 'delivered', 'read'], s.state) desc
                limit 1), 'sent')
     where m.id = %(id)s and m.state in ('sending', 'pending')
"""

_ACCEPTED = """
    update messages set state_at = now(), details = details || %(details)s::jsonb
     where id = %(id)s and state = 'sending'
"""
_STILL_SENDING = text("update messages set state_at = now() where id = :id and state = 'sending'")


@dataclass(frozen=True, slots=True)
class NewReply:
    """A message of ours. `state`: draft (a person must approve), pending, or sending when the
    same job sends it at once."""

    conversation_id: UUID
    channel_account_id: UUID
    author: str
    text: str
    state: str = "pending"
    subject: str = ""
    in_reply_to: str | None = None
    turn_id: UUID | None = None
    staff_id: UUID | None = None
    choices: tuple[dict[str, str], ...] = ()
    citations: tuple[dict[str, Any], ...] = ()
    acknowledges: bool = False
    """It says no more than that the customer's words have arrived."""
    notice: str = ""
    """What the company says by itself, beside the bot's answers: opt_out, survey, away, who."""
    further: tuple[tuple[str, str], ...] = ()
    code_id: UUID | None = None
    """The one-time code that is to be filled in when it leaves."""
    purpose: str = ""
    """What it is, where a template of its own can say all of it outside the window."""
    parameters: tuple[str, ...] = ()
    """What fills its gaps, in its order."""
    to: tuple[str, str] | None = None
    """Kind and value of an address outside of the conversation; None: its own."""

    @property
    def details(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"choices": list(self.choices), "citations": list(self.citations)}
        if self.code_id:
            kept["code_id"] = str(self.code_id)
        if self.purpose:
            kept |= {"purpose": self.purpose, "parameters": list(self.parameters)}
        if self.to:
            kept["to"] = list(self.to)
        if self.notice:
            kept |= {"notice": self.notice, **dict(self.further)}
        return kept | {"acknowledges": True} if self.acknowledges else kept


async def record_receipt(
    connection: AsyncConnection[Any],
    message_id: UUID,
    external_ids: Sequence[str],
    at: datetime,
) -> None:
    """The provider took it, in as many parts as there are ids; for a pipeline: one round trip."""
    parts = json.dumps({"parts": list(external_ids)} if external_ids[1:] else {})
    values = {"id": message_id, "external_id": external_ids[0], "at": at, "details": parts}
    await connection.execute(_SENT, values)


async def record_accepted(
    connection: AsyncConnection[Any], message_id: UUID, accepted: Sequence[Sequence[str]]
) -> None:
    """The provider took these parts (their ids) of a message of several, and more are to follow.

    Written before the first part too: then a status of a part is not taken for the whole.
    """
    details = json.dumps({"accepted": [list(part) for part in accepted]})
    await connection.execute(_ACCEPTED, {"id": message_id, "details": details})


def _content_kind(reply: NewReply) -> str:
    if reply.notice:
        return "notice"
    return CODE_MESSAGE if reply.to and reply.code_id else "text"


class Outbox:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    def put(self, reply: NewReply) -> Message:
        now = utc_now()
        message = Message(
            id=new_id(),
            tenant_id=self._tenant_id,
            conversation_id=reply.conversation_id,
            channel_account_id=reply.channel_account_id,
            turn_id=reply.turn_id,
            staff_id=reply.staff_id,
            direction="out",
            author=reply.author,
            content_kind=_content_kind(reply),
            subject=reply.subject,
            text=reply.text,
            in_reply_to=reply.in_reply_to,
            details=reply.details,
            sent_at=now,
            state=reply.state,
            state_at=now,
            attempts=1 if reply.state == "sending" else 0,
        )
        self._session.add(message)
        return message

    async def claim(self, message_id: UUID) -> Row[Any] | None:
        """The message to send now; None when it is not (any more) to be sent by this job."""
        return (await self._session.execute(_CLAIM, {"id": message_id})).one_or_none()

    async def still_sending(self, message_id: UUID) -> None:
        """Keeps the sweep from taking the sender for dead."""
        await self._session.execute(_STILL_SENDING, {"id": message_id})

    async def retry(
        self, message_id: UUID, at: datetime, error: str, *, may_have_been_sent: bool
    ) -> None:
        await self._session.execute(
            update(Message)
            .where(Message.id == message_id, Message.state == "sending")
            .values(
                state="pending",
                next_attempt_at=at,
                error=error,
                is_maybe_repeated=Message.is_maybe_repeated | may_have_been_sent,
            )
        )

    async def drop(self, message_id: UUID, reason: str) -> None:
        """It is not to be sent any more, and nobody need be told."""
        await self._session.execute(
            update(Message)
            .where(Message.id == message_id)
            .values(state="cancelled", state_at=utc_now(), error=reason)
        )

    async def wait(self, message_id: UUID, at: datetime, reason: str, code: str) -> None:
        """Not tried at all for now: that counts as no attempt."""
        await self._session.execute(
            update(Message)
            .where(Message.id == message_id, Message.state == "sending")
            .values(
                state="pending",
                next_attempt_at=at,
                error=reason,
                error_code=code,
                attempts=Message.attempts - 1,
            )
        )

    async def fail(self, message_id: UUID, error: str, code: str = "") -> None:
        await self._session.execute(
            update(Message)
            .where(Message.id == message_id)
            .values(state="failed", state_at=utc_now(), error=error, error_code=code)
        )

    async def approve(self, message_id: UUID, staff_id: UUID | None, new_text: str | None) -> None:
        """Lets a draft go. Raises Conflict when it was decided already."""
        await self._decide(message_id, state="pending", staff_id=staff_id, new_text=new_text)

    async def reject(self, message_id: UUID, staff_id: UUID | None, reason: str) -> None:
        await self._decide(message_id, state="cancelled", staff_id=staff_id, error=reason)

    async def drafts(
        self, limit: int = 100, after: UUID | None = None, since: Since | None = None
    ) -> list[Message]:
        """Oldest first."""
        query = select(Message).where(Message.state == "draft").order_by(Message.id).limit(limit)
        if after:
            query = query.where(Message.id > after)
        if since:
            query = since.of(query, Message.updated_at, Message.id)
        return list(await self._session.scalars(query))

    async def due(self, now: datetime) -> list[UUID]:
        """Messages that wait although their time has come (their job was lost)."""
        rows = await self._session.scalars(
            select(Message.id)
            .where(
                Message.state == "pending",
                (Message.next_attempt_at < now - timedelta(seconds=2))
                | (
                    Message.next_attempt_at.is_(None)
                    & (Message.state_at < now - timedelta(seconds=5))
                ),
            )
            .limit(500)
        )
        return list(rows)

    async def rescue(self, now: datetime) -> list[UUID]:
        """Messages whose sender died while sending: nobody knows, so they are marked and sent."""
        rows = await self._session.scalars(
            update(Message)
            .where(Message.state == "sending", Message.state_at < now - SENDING_TIMEOUT)
            .values(state="pending", is_maybe_repeated=True, next_attempt_at=now)
            .returning(Message.id)
        )
        return list(rows)

    async def _decide(
        self,
        message_id: UUID,
        *,
        state: str,
        staff_id: UUID | None,
        new_text: str | None = None,
        error: str = "",
    ) -> None:
        message = await self._session.get(Message, message_id, with_for_update=True)
        if message is None:
            raise NotFound("draft", message_id)
        if message.state != "draft":
            raise Conflict(f"This draft is {message.state} already.")
        if state == "pending":
            await self._require_wanted(message)
        message.state, message.state_at, message.error = state, utc_now(), error
        message.staff_id = staff_id
        if new_text:
            message.text = new_text
            message.author = "staff"
        await self._session.execute(
            update(Conversation)
            .where(Conversation.id == message.conversation_id)
            .values(version=Conversation.version + 1)
        )

    async def _require_wanted(self, message: Message) -> None:
        """Raises OptedOut for what somebody who wrote STOP would get."""
        opt_outs = OptOuts(self._session, self._tenant_id)
        says_so = message.details.get("notice") == "opt_out"
        if not says_so and await opt_outs.applies_to(message.conversation_id):
            raise OptedOut
