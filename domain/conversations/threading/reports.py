"""What mailboxes tell of our own mails: copies in Sent, bounces, complaints; and our answers."""

import json
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# A mail that is seen again has left, even when the answer to its sending was lost.
_LEFT = text("""
    update messages set external_id = thread_id, state = 'sent', state_at = now(), error = '',
           next_attempt_at = null, is_maybe_repeated = is_maybe_repeated and attempts > 1
     where channel_account_id = :account_id and thread_id = any(:thread_ids)
       and direction = 'out' and external_id is null and state in ('sending', 'pending')
""")

# Only an address of the customer whom that very mail was for: anybody can write a report.
_MUTE = text("""
    update identities i set muted_at = now(), muted_reason = r.reason
      from jsonb_to_recordset(cast(:reports as jsonb)) as r(
           message_id text, recipients jsonb, reason text)
      join messages m on m.thread_id = r.message_id and m.channel_account_id = :account_id
       and m.direction = 'out'
      join conversations c on c.id = m.conversation_id
     where i.person_id = c.person_id and i.muted_at is null
       and (r.recipients ? i.value or (r.recipients = '[]' and i.value = c.address))
    returning i.id, i.value, i.muted_reason, c.id as conversation_id
""")


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """`message_id`: of the mail that was sent; `recipients`: for whom it failed, if told."""

    message_id: str
    recipients: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Muted:
    identity_id: UUID
    address: str
    reason: str
    conversation_id: UUID


async def note_departures(session: AsyncSession, account_id: UUID, thread_ids: list[str]) -> None:
    values = {"account_id": account_id, "thread_ids": thread_ids}
    await session.execute(_LEFT, values)


async def mute(
    session: AsyncSession, account_id: UUID, reports: list[Undeliverable]
) -> list[Muted]:
    """The addresses that get nothing more, until a person says otherwise."""
    rows = [asdict(report) for report in reports]
    values = {"account_id": account_id, "reports": json.dumps(rows)}
    return [Muted(*row) for row in await session.execute(_MUTE, values)]
