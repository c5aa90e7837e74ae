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

EVENTS = {
    "message.received": "a customer wrote",
    "message.sent": "an answer went out, of the bot or of a person",
    "message.drafted": "an answer of the bot waits for approval",
    "message.failed": "a message could not be delivered",
    "conversation.handed_off": "the bot asks for a person",
    "conversation.taken_over": "a person answers from now on",
    "conversation.handed_back": "the bot answers again",
    "conversation.silenced": "the bot keeps quiet: the other side seems to be a machine",
    "ticket.opened": "a ticket was opened",
    "ticket.changed": "something about a ticket changed",
    "ticket.commented": "somebody commented",
    "ticket.customer_replied": "the customer wrote again",
    "ticket.merged": "a ticket went into another, and is gone from lists",
    "ticket.unmerged": "a merge was undone",
    "ticket.split": "a part became a ticket of its own",
    "ticket.linked": "two tickets were linked",
    "ticket.unlinked": "a link was taken away",
    "ticket.article_linked": "an article was linked to a ticket",
    "ticket.article_resolved": "a ticket was resolved with an article",
    "ticket.article_unlinked": "an article was taken off a ticket",
    "ticket.snoozed": "a ticket sleeps until a time",
    "ticket.woke": "its time came",
    "ticket.promised": "somebody promised something by a time",
    "ticket.promise_broken": "a promise was not kept in time",
    "ticket.rated": "the customer rated the ticket",
    "quote.drafted": "a quote was drafted",
    "quote.redrafted": "its lines changed, by the bot or by a person",
    "quote.approved": "it was approved",
    "contract.drafted": "a contract was drafted",
    "contract.changed": "its text changed",
    "contract.sent": "it waits for a signature",
    "contract.taken_back": "it no longer does",
    "contract.signed": "it was signed",
    "contract.renewal_due": "it ends soon",
    "contract.renewed": "it goes on for another term",
    "contract.quoted": "a quote was made from it",
    "contract.suspended": "it rests",
    "contract.resumed": "it goes on",
    "contract.notice_given": "it was cancelled from a day on",
    "contract.cancelled": "it is cancelled",
    "contract.expired": "it has ended",
    "contract.used_up": "an included service is used up for this period",
}
"""Everything a webhook can be told of, and what it means."""
