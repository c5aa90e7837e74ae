"""Ends a turn in one statement: the conversation goes on, the turn and its reply are stored, and
what was read has its outcome. Nothing of it when a person or a new message came first."""

import json
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.outbox import NewReply
from domain.conversations.turns import Lease
from domain.types import new_id

_CLOSE = text("""
    with ended as (
        update conversations
           set version = version + 1, lease_token = null, lease_until = null, turn_failures = 0,
               pending_since = case when turn_pending then now() end,
               questions_asked = :questions_asked, open_question = :open_question,
               language = case when :language = '' then language else :language end,
               disclosed_at = case when :discloses then coalesce(disclosed_at, now())
                                   else disclosed_at end,
               last_outbound_at = case when :answers then now() else last_outbound_at end,
               last_author = case when :answers then 'bot' else last_author end,
               ticket_id = coalesce(:ticket_id, ticket_id), owner = :owner, updated_at = now()
         where id = :id and version = :version and lease_token = :token and owner = 'bot'
           and (not turn_pending or :is_last_try)
        returning id, tenant_id, turn_pending
    ), thought as (
        insert into turns (id, tenant_id, conversation_id, agent, step, intent, confidence, model,
               prompts, input_tokens, output_tokens, cost, articles, knowledge_revision,
               catalogue_revision, actions, notes, milliseconds, state, created_at)
        select t.id, e.tenant_id, e.id, agent, step, intent, confidence, model, prompts,
               input_tokens, output_tokens, cost, articles, knowledge_revision,
               catalogue_revision, actions, notes, milliseconds, 'applied', now()
          from ended e, jsonb_to_record(cast(:turn as jsonb)) as t(
               id uuid, agent text, step text, intent text, confidence float8, model text,
               prompts jsonb, input_tokens int, output_tokens int, cost numeric, articles jsonb,
               knowledge_revision int, catalogue_revision int, actions jsonb, notes text[],
               milliseconds int)
    ), said as (
        insert into messages (id, tenant_id, conversation_id, channel_account_id, turn_id,
               direction, author, content_kind, in_reply_to, subject, text, full_text, details,
               sent_at, outcome, outcome_reason, state, state_at, attempts, error,
               is_maybe_repeated, created_at)
        select r.id, e.tenant_id, e.id, channel_account_id, :turn_id, 'out', author, 'text',
               in_reply_to, subject, r.text, '', details, now(), '', '', state, now(), attempts,
               '', false, now()
          from ended e, jsonb_to_recordset(cast(:replies as jsonb)) as r(
               id uuid, channel_account_id uuid, author text, in_reply_to text, subject text,
               text text, details jsonb, state text, attempts int)
    ), settled as (
        update messages m
           set outcome = :outcome, outcome_reason = :reason, turn_id = :turn_id
          from ended e
         where m.conversation_id = e.id and m.outcome = 'waiting' and m.sequence <= :up_to
    )
    select turn_pending from ended
""")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a turn leaves its conversation. `up_to`: the sequence of the last message read, whose
    like get `outcome` and `reason`."""

    up_to: int
    outcome: str = "answered"
    reason: str = ""
    questions_asked: int = 0
    open_question: str = ""
    language: str = ""
    discloses: bool = False
    answers: bool = False
    ticket_id: UUID | None = None
    owner: str = "bot"
    is_last_try: bool = False


@dataclass(frozen=True, slots=True)
class Thought:
    """What the bot thought in a turn, as `Turn` keeps it."""

    agent: str
    step: str
    intent: str = ""
    confidence: float = 0.0
    model: str = ""
    prompts: dict[str, Any] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    articles: list[dict[str, Any]] = field(default_factory=list)
    knowledge_revision: int = 0
    catalogue_revision: int = 0
    actions: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Closed:
    """`message_id`: of the reply, if there is one. `is_due_again`: another turn is to follow."""

    message_id: UUID
    is_due_again: bool


async def close(
    session: AsyncSession, lease: Lease, ending: Ending, thought: Thought, reply: NewReply | None
) -> Closed | None:
    """None when a person or a new message came first: then nothing of this turn was kept."""
    turn_id, message_id = new_id(), new_id()
    replies = [_reply_row(message_id, reply)] if reply else []
    values = {
        **asdict(ending),
        "id": lease.row.id,
        "version": lease.row.version,
        "token": lease.token,
        "turn_id": turn_id,
        "turn": json.dumps({"id": turn_id, **asdict(thought)}, default=str),
        "replies": json.dumps(replies, default=str),
    }
    row = (await session.execute(_CLOSE, values)).first()
    return None if row is None else Closed(message_id, bool(row.turn_pending))


def _reply_row(message_id: UUID, reply: NewReply) -> dict[str, Any]:
    return {
        "id": message_id,
        "channel_account_id": reply.channel_account_id,
        "author": reply.author,
        "in_reply_to": reply.in_reply_to,
        "subject": reply.subject,
        "text": reply.text,
        "details": reply.details,
        "state": reply.state,
        "attempts": 1 if reply.state == "sending" else 0,
    }
