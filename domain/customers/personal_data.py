"""Every table that holds something of a person, and how its rows are found.

An export reads all of them, an erasure empties or blanks all of them; both begin with
`everyone`, because a person may have been several records. Tables that lead to a person by
foreign keys (identities, conversations, messages and their attachments, tickets with comments
and history, quotes with lines and documents, one-time codes, links, staff threads …) are found
by themselves, new ones too. By hand, because they hold only ids or copies:

- `messages` said by the person in conversations of others (`said_by_id`),
- `raw_events` (the deliveries as they came), `message_statuses`,
- `search_documents` (follow messages, tickets and comments by trigger),
- `customer_merges` (whose rows moved), `domain_events` and `webhook_deliveries` (payloads),
- `audit_entries` (kept: that something was done, not what was said).

Of a merge an erasure must also blank `filled`; of a company nothing is personal but its people.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.schema import ForeignKey

from domain.database import Base

# These name something that need not be the same person's.
_MERE_POINTERS = frozenset(
    {
        "conversations.ticket_id",
        "messages.turn_id",
        "one_time_codes.question_id",
        "quotes.ticket_id",
        "ticket_comments.message_id",
        "ticket_links.other_id",
        "ticket_merges.target_id",
        "ticket_promises.message_id",
    }
)
_EVERYONE = text("""
    with recursive one as (
        select id from people where id = :person_id
        union select p.id from people p join one on p.merged_into_id = one.id)
    select id from one
""")
_SPOKEN = "said_by_id = any(:people)"
_BY_HAND = {
    "raw_events": "id in (select raw_event_id from messages where {messages})",
    "message_statuses": "external_id in (select external_id from messages where {messages})",
    "search_documents": "id in (select id from messages where {messages}) "
    "or ticket_id in (select id from tickets where {tickets})",
    "customer_merges": "source_id = any(:people) or target_id = any(:people)",
    "domain_events": "subject_id = any(:people) "
    "or subject_id in (select id from messages where {messages}) "
    "or subject_id in (select id from conversations where {conversations}) "
    "or subject_id in (select id from tickets where {tickets})",
    "webhook_deliveries": "event_id in (select id from domain_events where {domain_events})",
    "audit_entries": "subject = any(cast(:people as text[]))",
}


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """`condition`: SQL over the table's columns, with `:people` as an array of their ids."""

    table: str
    condition: str


async def everyone(session: AsyncSession, person_id: UUID) -> list[UUID]:
    """The person, and every record that was merged into theirs."""
    return list(await session.scalars(_EVERYONE, {"person_id": person_id}))


def personal_tables() -> list[PersonalTable]:
    """What an export of a person must contain and an erasure must reach; see above."""
    found = {"people": "id = any(:people)"}
    while new := {
        table.name: condition
        for table in Base.metadata.sorted_tables
        if table.name not in found and (condition := _condition(table, found))
    }:
        found |= new
    for name, condition in _BY_HAND.items():
        found[name] = condition.format(**found)
    return [PersonalTable(name, condition) for name, condition in sorted(found.items())]


def _condition(table: Table, found: dict[str, str]) -> str:
    """Empty: nothing in it leads to a person (yet). What names the person needs no detour."""
    keys = [key for key in table.foreign_keys if _leads(table, key, found)]
    direct = [key for key in keys if key.column.table.name == "people"]
    conditions = [f"{key.parent.name} = any(:people)" for key in direct] or [
        _within(key, found[key.column.table.name]) for key in keys
    ]
    if table.name == "messages" and conditions:
        conditions.append(_SPOKEN)
    return " or ".join(sorted(conditions))


def _within(key: ForeignKey, condition: str) -> str:
    """Names come from our own tables, never from outside."""
    other = key.column.table.name
    return f"{key.parent.name} in (select id from {other} where {condition})"  # noqa: S608


def _leads(table: Table, key: ForeignKey, found: dict[str, str]) -> bool:
    other = key.column.table.name
    name = f"{table.name}.{key.parent.name}"
    return other in found and other != table.name and name not in _MERE_POINTERS
