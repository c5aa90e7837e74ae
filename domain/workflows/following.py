"""Messages that came and went, as events: written only where a webhook wants to hear of them.

Every message would otherwise be an event and a job more in every turn.
"""

FOLLOWED = """touched as (
    insert into domain_events (id, tenant_id, kind, subject_id, payload, actor, created_at)
    select gen_random_uuid(), m.tenant_id, k.kind, m.id,
           jsonb_build_object(
               'conversation_id', c.id, 'channel', c.channel, 'person_id', c.person_id,
               'author', m.author, 'content_kind', m.content_kind, 'subject', m.subject,
               'text', left(m.text, 4000), 'sent_at', m.sent_at),
           m.author, now()
      from messages m
      join conversations c on c.id = m.conversation_id
     cross join lateral (
           select 'message.' || case m.direction when 'in' then 'received' else 'sent' end as kind
     ) k
     where m.id = any(%(ids)s)
       and exists (select from webhook_subscriptions s
                    where s.is_on and s.kinds && array['message.*', k.kind])
    returning id
)"""
"""Takes `ids` of messages; for `queue.put_where`."""
