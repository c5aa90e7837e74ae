"""One turn at a time per conversation: the lease, and what a turn reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Attachment, Conversation, Message
from domain.customers.optouts import OPTED_OUT
from domain.types import new_id

LEASE_SECONDS = 15.0
HISTORY = 20
UNREAD = 30

# Takes the lease and clears the flag in one statement; a message that arrives later sets it
# again. Nothing comes back while the customer still types (quiet time) or another has the lease.
_LEASE = text(f"""
    update conversations c
       set turn_pending = false, lease_token = :token, turn_failures = c.turn_failures + 1,
           lease_until = now() + make_interval(secs => :lease)
      from tenants t, people p left join companies o on o.id = p.company_id, channel_accounts a
     where c.id = :id and c.turn_pending and p.id = c.person_id and t.id = c.tenant_id
       and a.id = c.channel_account_id
       and (c.lease_until is null or c.lease_until < now())
       and (c.last_message_at is null
            or c.last_message_at <= now() - make_interval(secs => :quiet)
            or c.pending_since <= now() - make_interval(secs => :longest))
    returning c.id, c.channel, c.channel_account_id, c.version, c.owner, c.is_paused,
              c.questions_asked, c.open_question, c.disclosed_at, c.context_since, c.language,
              c.ticket_id, c.turn_failures, c.person_id, p.name as person_name,
              p.language as person_language, o.id as company_id,
              o.name as company_name, t.slug, t.name as tenant_name, t.settings,
              t.knowledge_revision, t.catalogue_revision, a.mode, a.is_enabled, a.live_since,
              c.hint, c.address, c.proven_until > now() as is_proven_by_code, c.owner_id,
              c.loop_since, c.away_told_until, {OPTED_OUT} as is_opted_out,
              (select jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value,
                                        'proven', i.proven_at is not null))
                         from identities i where i.person_id = p.id) as identities,
              exists (select from tickets k where k.person_id = p.id) as has_tickets,
              exists (select from quotes q where q.person_id = p.id) as has_quotes,
              exists (select from conversations x where x.person_id = p.id and x.id <> c.id
                         and x.merged_into_id is null) as has_others
""")  # noqa: S608 - no value in it

_SAID = (
    Message.id,
    Message.sequence,
    Message.author,
    Message.text,
    Message.sent_at,
    Message.subject,
    Message.content_kind,
    Message.choice,
    Message.outcome,
    Message.external_id,
    Message.sender_address,
    Message.sender_name,
    Message.proof,
    # In the same statement: most messages have none, and none costs a statement of its own.
    select(
        func.jsonb_agg(
            func.jsonb_build_object(
                "id", Attachment.id, "name", Attachment.filename, "is_inline", Attachment.is_inline
            )
        )
    )
    .where(Attachment.message_id == Message.id)
    .scalar_subquery()
    .label("files"),
)

_QUIET_LEFT = text("""
    select extract(epoch from c.last_message_at + make_interval(secs => :quiet) - now())
      from conversations c
     where c.id = :id and c.turn_pending and (c.lease_until is null or c.lease_until < now())
""")


@dataclass(frozen=True, slots=True)
class Lease:
    """A conversation that this worker alone may answer, as it was when the lease was taken."""

    token: UUID
    row: Row[Any]


class Turns:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def lease(self, conversation_id: UUID, quiet: timedelta) -> Lease | None:
        token = new_id()
        seconds = quiet.total_seconds()
        row = (
            await self._session.execute(
                _LEASE,
                {
                    "id": conversation_id,
                    "token": token,
                    "lease": LEASE_SECONDS,
                    "quiet": seconds,
                    "longest": seconds * 4,
                },
            )
        ).one_or_none()
        return Lease(token, row) if row else None

    async def quiet_left(self, conversation_id: UUID, quiet: timedelta) -> float | None:
        """Seconds until the customer has been quiet long enough; None: nothing to wait for."""
        left = await self._session.scalar(
            _QUIET_LEFT, {"id": conversation_id, "quiet": quiet.total_seconds()}
        )
        return None if left is None else max(0.0, float(left))

    async def renew(self, conversation_id: UUID, token: UUID) -> bool:
        result = await self._session.execute(
            text(
                "update conversations set lease_until = now() + make_interval(secs => :lease) "
                "where id = :id and lease_token = :token returning id"
            ),
            {"id": conversation_id, "token": token, "lease": LEASE_SECONDS},
        )
        return result.first() is not None

    async def messages(self, conversation_id: UUID, since: datetime | None) -> list[Any]:
        """The latest messages of the present context, oldest first."""
        query = select(*_SAID).where(
            Message.conversation_id == conversation_id,
            Message.direction.in_(("in", "out")),
            Message.deleted_at.is_(None),
            # What was edited before anybody read it was never said.
            ~((Message.outcome == "attached") & (Message.outcome_reason == "edited")),
        )
        if since:
            query = query.where(Message.created_at >= since)
        rows = await self._session.execute(
            query.order_by(Message.sequence.desc()).limit(HISTORY + UNREAD)
        )
        return list(reversed(rows.all()))

    async def state(self, conversation_id: UUID) -> tuple[int, str]:
        """The version and owner, as they are now."""
        row = await self._session.execute(
            select(Conversation.version, Conversation.owner).where(
                Conversation.id == conversation_id
            )
        )
        version, owner = row.one()
        return version, owner

    async def give_back(self, lease: Lease, *, pending: bool) -> None:
        """Lets go of the lease without a turn; `pending` has another job try again."""
        await self._session.execute(
            text(
                "update conversations set lease_token = null, lease_until = null, "
                "turn_pending = turn_pending or :pending, "
                "pending_since = case when turn_pending or :pending "
                "then coalesce(pending_since, now()) end "
                "where id = :id and lease_token = :token"
            ),
            {"id": lease.row.id, "token": lease.token, "pending": pending},
        )

    async def settle(
        self, conversation_id: UUID, up_to: int, outcome: str, reason: str, turn_id: UUID | None
    ) -> None:
        """Gives every waiting message up to that sequence its outcome."""
        await self._session.execute(
            update(Message)
            .where(
                Message.conversation_id == conversation_id,
                Message.outcome == "waiting",
                Message.sequence <= up_to,
            )
            .values(outcome=outcome, outcome_reason=reason, turn_id=turn_id)
        )

    async def abandoned(self, older_than: datetime) -> list[UUID]:
        """Conversations with something unread that nobody works on (a worker died)."""
        rows = await self._session.scalars(
            select(Conversation.id)
            .where(
                (Conversation.turn_pending & (Conversation.pending_since < older_than))
                | Conversation.lease_token.is_not(None),
                Conversation.lease_until.is_(None) | (Conversation.lease_until < older_than),
            )
            .limit(500)
        )
        found = list(rows)
        if found:
            await self._session.execute(
                update(Conversation)
                .where(Conversation.id.in_(found))
                .values(turn_pending=True, lease_token=None, lease_until=None)
            )
        return found


async def restart(session: AsyncSession, conversation_ids: list[UUID]) -> None:
    """What is being thought about them is thought again: whose they are has changed."""
    if conversation_ids:
        await session.execute(
            update(Conversation)
            .where(Conversation.id.in_(conversation_ids), Conversation.lease_token.is_not(None))
            .values(
                turn_pending=True,
                pending_since=func.coalesce(Conversation.pending_since, func.now()),
                lease_token=None,
                lease_until=None,
            )
        )
