"""Stores what was understood from deliveries: people, conversations, messages, statuses."""

import json
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.speaking.acquaintance import follow_merges, keep_acquaintance
from domain.conversations.speaking.newcomers import Newcomers
from domain.conversations.threading.beginnings import put_customers_right
from domain.conversations.threading.known import Threading
from domain.conversations.understood import (
    FinishedEvent,
    NewMessage,
    NewStatus,
    StatusChange,
    Stored,
    event_row,
    message_row,
    status_row,
)

# Everything of a batch in one statement. A message already known inserts nothing, so it wakes
# nothing; `wakes` says that the bot may answer it, `takes_over` that a person wrote it.
_STORE = text("""
    with incoming as (
        select * from jsonb_to_recordset(cast(:messages as jsonb)) as m(
            id uuid, conversation_id uuid, raw_event_id uuid, author text, direction text,
            content_kind text, external_id text, thread_id text, sender_address text,
            sender_name text, said_kind text, said_from text, proof text, in_reply_to text,
            replaces text, subject text, text text, full_text text, choice text, details jsonb,
            sent_at timestamptz, outcome text, outcome_reason text, state text, wakes boolean,
            takes_over boolean, is_live boolean)
    ), finished as (
        update raw_events e set state = f.state, reason = f.reason, finished_at = now(),
               message_count = f.message_count
          from jsonb_to_recordset(cast(:events as jsonb))
            as f(id uuid, state text, reason text, message_count int)
         where e.id = f.id
    ), stored as (
        insert into messages (id, tenant_id, conversation_id, channel_account_id, raw_event_id,
               direction, author, content_kind, external_id, thread_id, sender_address, sender_name,
               said_by_id, said_from, proof, in_reply_to, replaces, subject, text, full_text,
               choice, details, sent_at, outcome, outcome_reason, state, attempts, error,
               is_maybe_repeated, created_at)
        select n.id, :tenant_id, conversation_id, :account_id, raw_event_id, direction, author,
               content_kind, external_id, thread_id, sender_address, sender_name, i.person_id,
               said_from, proof, in_reply_to, replaces, subject, text, full_text, choice, details,
               sent_at, outcome, outcome_reason, state, 0, '', false, now()
          from incoming n left join identities i
            on i.tenant_id = :tenant_id and i.kind = n.said_kind and i.value = n.said_from
         order by sent_at, external_id
            on conflict (tenant_id, channel_account_id, external_id) do nothing
        returning id, conversation_id, external_id
    ), touched as (
        update conversations c set
               turn_pending = (c.turn_pending or n.wakes) and not n.takes_over,
               pending_since = case when n.takes_over then null
                                    when n.wakes then coalesce(c.pending_since, now())
                                    else c.pending_since end,
               last_message_at = case when n.is_customer then now() else c.last_message_at end,
               last_inbound_at = greatest(c.last_inbound_at, n.customer_at),
               last_outbound_at = greatest(c.last_outbound_at, n.staff_at),
               last_author = coalesce(n.author, c.last_author),
               address = coalesce((
                   select i.sender_address from incoming i join identities t
                       on t.value = i.sender_address and t.person_id = c.person_id
                    where i.conversation_id = c.id and i.author = 'customer' and i.is_live
                    order by i.sent_at desc limit 1), c.address),
               owner = case when n.takes_over then 'staff' else c.owner end,
               version = c.version + n.takes_over::int,
               updated_at = now()
          from (select i.conversation_id,
                       bool_or(wakes) as wakes, bool_or(takes_over) as takes_over,
                       bool_or(i.author = 'customer' and is_live) as is_customer,
                       max(sent_at) filter (where i.author = 'customer' and is_live) as customer_at,
                       max(sent_at) filter (where i.author = 'staff') as staff_at,
                       (array_agg(i.author order by sent_at desc) filter (where is_live))[1]
                           as author
                  from incoming i join stored using (id) group by i.conversation_id) n
         where c.id = n.conversation_id
        returning c.id, c.turn_pending, c.survey_id, n.is_customer and exists (
            select from messages h where h.conversation_id = c.id and h.state = 'held') as has_held
    )
    select s.id, t.id as conversation_id, t.turn_pending, t.survey_id, t.has_held, s.external_id,
           exists (select from messages e
                    where e.tenant_id = :tenant_id and e.channel_account_id = :account_id
                      and e.replaces = s.external_id) as is_replaced
      from stored s join touched t on t.id = s.conversation_id
""")

_KNOWN = text("""
    select 'conversation' as kind, hint as value, '' as sub, person_id, id, null as name,
           true as is_proven
      from conversations where channel_account_id = :account_id and hint = any(:hints)
    union all
    select 'identity', i.kind, i.value, i.person_id, null,
           case when p.named_by = '' then p.name end, i.proven_at is not null
      from identities i join people p on p.id = i.person_id
      join unnest(cast(:kinds as text[]), cast(:values as text[])) as a(kind, value)
        on a.kind = i.kind and a.value = i.value
    union all
    select 'thread', '', '', c.person_id, c.id, null, true
      from conversations c where c.channel_account_id = :account_id and :one_thread
       and c.hint not like 'group:%' and c.person_id in (
           select i.person_id from identities i
             join unnest(cast(:kinds as text[]), cast(:values as text[])) as a(kind, value)
               on a.kind = i.kind and a.value = i.value)
""")

# Whatever comes first, twice or together: of each state the earliest time and its reason stay.
_STATUSES = text("""
    insert into message_statuses as kept (id, tenant_id, channel_account_id, external_id, state, at,
           error_code, error_text, price_category, created_at)
    select distinct on (external_id, state) id, :tenant_id, :account_id, external_id, state, at,
           error_code, error_text,
           max(price_category) over (partition by external_id, state), now()
      from jsonb_to_recordset(cast(:statuses as jsonb)) as s(
           id uuid, external_id text, state text, at timestamptz, error_code text,
           error_text text, price_category text)
     order by external_id, state, at, error_code, error_text
        on conflict (tenant_id, channel_account_id, external_id, state) do update
       set (at, error_code, error_text) = (
               select e.at, e.error_code, e.error_text
                 from (values (kept.at, kept.error_code, kept.error_text),
                              (excluded.at, excluded.error_code, excluded.error_text))
                   as e(at, error_code, error_text)
                order by e.at, e.error_code, e.error_text limit 1),
           price_category = greatest(kept.price_category, excluded.price_category)
     where (excluded.at, excluded.error_code, excluded.error_text)
         < (kept.at, kept.error_code, kept.error_text)
        or excluded.price_category > kept.price_category
    returning external_id
""")

# Of a message in several parts, a part's status says nothing of the others.
_ADOPT = text("""
    update messages m set external_id = s.external_id, state = 'sent', state_at = s.at, error = ''
      from jsonb_to_recordset(cast(:statuses as jsonb)) as s(
           external_id text, at timestamptz, idempotency_key uuid)
     where m.id = s.idempotency_key and m.external_id is null and m.direction = 'out'
       and not m.details ? 'accepted'
""")

# Ranks as in channels.messages.moves_forward: sent < failed < delivered < read.
APPLY_STATUSES = """
    update messages m set state = s.state, state_at = s.at,
           error = case when s.state = 'failed' then s.error_text else '' end,
           error_code = case when s.state = 'failed' then s.error_code else '' end,
           price_category = coalesce(nullif(s.price_category, ''), m.price_category)
      from (select distinct on (external_id) external_id, state, at, error_text, error_code,
                   max(price_category) over (partition by external_id) as price_category
              from message_statuses
             where channel_account_id = :account_id and external_id = any(:external_ids)
             order by external_id, array_position(
                   array['sent', 'failed', 'delivered', 'read'], state) desc) s, messages old
     where old.id = m.id and m.channel_account_id = :account_id and m.external_id = s.external_id
       and m.direction = 'out'
       and (coalesce(array_position(array['sent', 'failed', 'delivered', 'read'], m.state), 0)
            < array_position(array['sent', 'failed', 'delivered', 'read'], s.state)
            or m.state = s.state)
       and m.state not in ('held', 'cancelled')
    returning m.id, m.conversation_id, m.state, m.error, m.error_code, m.stands_for_id,
              old.state is distinct from m.state as is_news
"""
_APPLY_STATUSES = text(APPLY_STATUSES)


class Intake:
    """One channel account's incoming side. Must run under the ledger's claim (its lock)."""

    def __init__(
        self,
        session: AsyncSession,
        tenant_id: UUID,
        account_id: UUID,
        channel: str,
        *,
        one_thread_per_person: bool = False,
    ) -> None:
        """`one_thread_per_person`: chats, where somebody may return under another address."""
        self._session = session
        self._tenant_id = tenant_id
        self._account_id = account_id
        self._channel = channel
        self._one_thread = one_thread_per_person

    async def store(self, messages: list[NewMessage], finished: list[FinishedEvent]) -> Stored:
        threading = Threading(self._session, self._tenant_id, self._account_id)
        threads = None if self._one_thread or not messages else await threading.resolve(messages)
        if threads:
            messages = threads.messages
        conversations = await self._conversations(messages) if messages else {}
        if threads:
            await threading.keep(threads, conversations)
        rows = await self._session.execute(
            _STORE,
            {
                "tenant_id": self._tenant_id,
                "account_id": self._account_id,
                "messages": json.dumps([message_row(m, conversations[m.hint]) for m in messages]),
                "events": json.dumps([event_row(event) for event in finished]),
            },
        )
        stored = rows.all()
        if threads and threads.doubtful:
            doubtful = {conversations[hint] for hint in threads.doubtful}
            await put_customers_right(self._session, doubtful)
        return Stored(
            message_ids=frozenset(row.id for row in stored),
            pending=frozenset(row.conversation_id for row in stored if row.turn_pending),
            conversations=frozenset(row.conversation_id for row in stored),
            replaced=tuple(row.external_id for row in stored if row.is_replaced),
            surveyed=frozenset(row.id for row in stored if row.survey_id),
            answered=frozenset(row.conversation_id for row in stored if row.has_held),
        )

    async def record_statuses(self, statuses: list[NewStatus]) -> list[StatusChange]:
        """Keeps every status, and moves messages forward; never backward."""
        rows = json.dumps([status_row(status) for status in statuses])
        if any(status.idempotency_key for status in statuses):
            keyed = json.dumps([status_row(s) for s in statuses if s.idempotency_key])
            await self._session.execute(_ADOPT, {"statuses": keyed})
        told = await self._session.scalars(
            _STATUSES,
            {"tenant_id": self._tenant_id, "account_id": self._account_id, "statuses": rows},
        )
        news = sorted(set(told))
        if not news:  # all of it was told before
            return []
        changed = await self._session.execute(
            _APPLY_STATUSES,
            {
                "account_id": self._account_id,
                "external_ids": news,
            },
        )
        return [StatusChange(*row[:-1]) for row in changed if row.is_news]

    async def _conversations(self, messages: list[NewMessage]) -> dict[str, UUID]:
        """The conversation of every hint; people and conversations are made where new."""
        addresses = sorted({address for message in messages for address in message.addresses})
        rows = await self._session.execute(
            _KNOWN,
            {
                "account_id": self._account_id,
                "hints": [message.hint for message in messages],
                "kinds": [kind for kind, _ in addresses],
                "values": [value for _, value in addresses],
                "one_thread": self._one_thread,
            },
        )
        newcomers = Newcomers.beside(rows)
        for message in messages:
            newcomers.welcome(message)
        await self._insert(newcomers)
        await keep_acquaintance(self._session, self._tenant_id, newcomers)
        return newcomers.conversations

    async def _insert(self, newcomers: Newcomers) -> None:
        own = {"tenant_id": self._tenant_id}
        await follow_merges(self._session, newcomers)
        if newcomers.people_rows:
            await self._session.execute(
                text(
                    "insert into people (id, tenant_id, name, language, source, created_at, "
                    "updated_at) values (:id, :tenant_id, :name, '', :source, now(), now())"
                ),
                [row | own | {"source": self._channel} for row in newcomers.people_rows],
            )
        if newcomers.identity_rows:
            await self._session.execute(
                text(
                    "insert into identities (id, tenant_id, person_id, kind, value, beside, "
                    "muted_reason, proven_at, opt_in_source, opt_in_at, created_at) values (:id, "
                    ":tenant_id, :person_id, :kind, :value, :beside, '', "
                    "case when :is_proven then now() end, "
                    "case when :is_proven then 'wrote first' else '' end, "
                    "case when :is_proven then cast(:wrote_at as timestamptz) end, now()) "
                    "on conflict (tenant_id, kind, value) do nothing"
                ),
                [row | own for row in newcomers.identity_rows],
            )
        if newcomers.conversation_rows:
            await self._session.execute(
                text(
                    "insert into conversations (id, tenant_id, channel_account_id, channel, hint, "
                    "person_id, subject, language, version, owner, is_paused, turn_pending, "
                    "turn_failures, questions_asked, open_question, last_author, created_at, "
                    "updated_at) values (:id, :tenant_id, :account_id, :channel, :hint, "
                    ":person_id, :subject, '', 0, 'bot', false, false, 0, 0, '', '', now(), now())"
                ),
                [
                    row | own | {"account_id": self._account_id, "channel": self._channel}
                    for row in newcomers.conversation_rows
                ],
            )
