"""What a message needs before it leaves where threads have headers; its own id is kept first."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MAX_REFERENCES = 20

# The id is on disk before the mail leaves: whoever answers or bounces it finds it, even when
# the provider's own answer was lost.
_PREPARE = text("""
    with recent as (
        select m.thread_id, m.direction, m.author, m.sent_at, m.sequence, m.external_id
          from messages m
         where m.conversation_id = :conversation_id and m.thread_id is not null
           and m.id <> :id and m.outcome <> 'ignored' and (m.direction = 'in' or m.state in
               ('sent', 'delivered', 'read')) and m.content_kind = 'text'
    ), named as (
        update messages set thread_id = :thread_id where id = :id returning *
    )
    select n.author, n.details ->> 'code_id' as code_id, n.details ->> 'notice' as notice,
           coalesce(nullif(n.subject, ''), c.subject) as subject,
           coalesce(nullif(c.address, ''),
                    (select i.value from identities i where i.person_id = c.person_id
                        and i.kind = :kind order by i.created_at limit 1), '') as address,
           array(select r.thread_id from recent r order by r.sent_at, r.sequence) as ids,
           coalesce((select r.thread_id from recent r where r.external_id = n.in_reply_to),
                    (select r.thread_id from recent r where r.direction = 'in'
                      order by r.sent_at desc, r.sequence desc limit 1)) as answered,
           (select i.muted_reason from identities i
             where i.person_id = c.person_id and i.kind = :kind and i.muted_at is not null
               and i.value = coalesce(nullif(c.address, ''), i.value) limit 1) as muted
      from named n join conversations c on c.id = n.conversation_id
""")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """`references`: oldest first. `muted`: why the address gets nothing more; empty: it does."""

    address: str
    subject: str
    is_automatic: bool
    references: tuple[str, ...] = ()
    in_reply_to: str | None = None
    muted: str = ""
    code_id: UUID | None = None
    is_unasked: bool = False
    """It answers nothing that the customer wrote."""


async def prepare(
    session: AsyncSession, message_id: UUID, conversation_id: UUID, thread_id: str
) -> Letterhead | None:
    values = {
        "id": message_id,
        "conversation_id": conversation_id,
        "thread_id": thread_id or None,
        "kind": "email",
    }
    row = (await session.execute(_PREPARE, values)).one_or_none()
    if row is None:
        return None
    return Letterhead(
        address=row.address,
        subject=row.subject,
        is_automatic=row.author == "bot",
        references=_capped(list(dict.fromkeys(row.ids))),
        in_reply_to=row.answered,
        muted=row.muted or "",
        code_id=UUID(row.code_id) if row.code_id else None,
        is_unasked=row.notice == "survey",
    )


def _capped(ids: list[str]) -> tuple[str, ...]:
    """The root, from which mail programs build the tree, and the latest."""
    return tuple(ids if len(ids) <= MAX_REFERENCES else [ids[0], *ids[1 - MAX_REFERENCES :]])
