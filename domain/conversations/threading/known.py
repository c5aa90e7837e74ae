"""Reads what the database knows of the ids that a batch names, and keeps what it learned."""

import json
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.threading.merging import merge
from domain.conversations.threading.resolving import Known, Resolved, Resolver, Thread
from domain.conversations.understood import NewMessage
from domain.types import new_id

_FOUND = text("""
    with found as (
        select case when m.direction = 'out' then 'ours' else 'id' end as kind,
               m.thread_id as value, m.conversation_id as id
          from messages m
         where m.channel_account_id = :account_id and m.thread_id = any(:ids)
        union
        select 'claim', r.value, r.conversation_id from conversation_references r
         where r.channel_account_id = :account_id and r.value = any(:ids)
        union
        select 'copy', m.external_id, m.conversation_id from messages m
         where m.channel_account_id = :account_id and m.external_id = any(:external_ids)
        union
        select 'token', '', t.id from unnest(cast(:tokens as uuid[])) as t(id)
        union
        select 'number', t.number, t.conversation_id from tickets t where t.number = any(:numbers)
        union
        select 'number', q.number, q.conversation_id from quotes q where q.number = any(:numbers)
    )
    select f.kind, f.value, f.id as named_id, l.id, l.hint,
           array(select p.address from conversation_participants p
                  where p.conversation_id = l.id and p.address = any(:addresses)) as people,
           array(select i.value from identities i where i.person_id = l.person_id) as customer
      from found f join conversations c on c.id = f.id
      join conversations l on l.id = coalesce(c.merged_into_id, c.id)
     where l.channel_account_id = :account_id
""")

_LEARN = text("""
    with people as (
        insert into conversation_participants (id, tenant_id, conversation_id, address, name, role,
               first_seen_at, created_at)
        select p.id, :tenant_id, p.conversation_id, p.address, p.name, p.role, now(), now()
          from jsonb_to_recordset(cast(:people as jsonb)) as p(
               id uuid, conversation_id uuid, address text, name text, role text)
            on conflict (tenant_id, conversation_id, address) do update set name = excluded.name
         where conversation_participants.name = ''
    )
    insert into conversation_references (id, tenant_id, channel_account_id, conversation_id, value,
           created_at)
    select r.id, :tenant_id, :account_id, r.conversation_id, r.value, now()
      from jsonb_to_recordset(cast(:references as jsonb)) as r(
           id uuid, conversation_id uuid, value text)
        on conflict (tenant_id, channel_account_id, value) do nothing
""")


class Threading:
    """One channel account's threads. Must run under the ledger's claim (its lock)."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, account_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._account_id = account_id

    async def resolve(self, messages: list[NewMessage]) -> Resolved:
        return Resolver(await self._known(messages)).resolve(messages)

    async def keep(self, resolved: Resolved, conversations: dict[str, UUID]) -> None:
        """After the conversations were made: merges, participants, references."""
        if resolved.merges:
            pairs = [(one.gone, conversations[one.into]) for one in resolved.merges]
            await merge(self._session, pairs)
        await self._learn(resolved, conversations)

    async def _learn(self, resolved: Resolved, conversations: dict[str, UUID]) -> None:
        people = [
            {
                "id": str(new_id()),
                "conversation_id": str(conversations[hint]),
                "address": person.address,
                "name": person.name,
                "role": person.role,
            }
            for hint, named in sorted(resolved.participants.items())
            if hint in conversations
            for person in sorted(named.values(), key=lambda one: one.address)
        ]
        references = [
            {"id": str(new_id()), "conversation_id": str(conversations[hint]), "value": value}
            for value, hint in sorted(resolved.references.items())
            if hint in conversations
        ]
        if people or references:
            values = {
                "tenant_id": self._tenant_id,
                "account_id": self._account_id,
                "people": json.dumps(people),
                "references": json.dumps(references),
            }
            await self._session.execute(_LEARN, values)

    async def _known(self, messages: list[NewMessage]) -> Known:
        told = [message.thread for message in messages if message.thread]
        addresses = {one.sender.address for one in told}
        addresses |= {person.address for one in told for person in one.others}
        ids = {value for one in told for value in (one.thread_id, one.reports_on, *one.references)}
        rows = await self._session.execute(
            _FOUND,
            {
                "account_id": self._account_id,
                "ids": sorted(ids - {""}),
                "external_ids": [m.external_id for m in messages if m.thread],
                "tokens": sorted({one for thread in told for one in thread.conversations}),
                "numbers": sorted({number for one in told for number in one.numbers}),
                "addresses": sorted(addresses - {""}),
            },
        )
        known = Known()
        for row in rows:
            thread = Thread(row.hint, row.id, frozenset(row.customer), set(row.people))
            known.threads.setdefault(row.id, thread)
            known.merged[row.named_id] = row.id
            if row.kind == "copy":
                known.copies[row.value] = row.id
            elif row.kind == "claim":
                known.claimed[row.value] = row.id
            elif row.kind == "number":
                known.by_number[row.value] = row.id
            elif row.kind in ("id", "ours"):
                known.by_id.setdefault(row.value, []).append(row.id)
                if row.kind == "ours":
                    known.ours[row.value] = row.id
        return known
