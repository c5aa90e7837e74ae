"""Webhook deliveries on request: a test of one, and what happened in a span of time once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Refused
from domain.events import DomainEvent
from domain.types import new_id, utc_now
from domain.workflows.announced import NOUNS, PING, require_known
from domain.workflows.models import WebhookDelivery, WebhookSubscription
from domain.workflows.webhooks import Told, Webhooks, delivery_of, told_of

MOST_REPLAYED = 1_000
SWITCHED_OFF = "The webhook is switched off: switch it on, then send this again."


@dataclass(frozen=True, slots=True)
class Span:
    """From a time on, until before another. `kinds` none: all that the webhook is told of."""

    start: datetime
    end: datetime
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replayed:
    """`next_from`: where the rest of the span begins; none: that was all."""

    deliveries: list[UUID]
    next_from: datetime | None


class Replays:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._webhooks = Webhooks(session, tenant_id)

    async def ping(self, subscription_id: UUID) -> WebhookDelivery:
        """A delivery that tells of nothing; it is tried once."""
        row = await self._webhooks.get(subscription_id)
        if not row.is_on:
            raise Refused(SWITCHED_OFF)
        told = Told(new_id(), PING, utc_now(), row.id, {})
        delivery = WebhookDelivery(**delivery_of(self._tenant_id, row.id, told))
        self._session.add(delivery)
        await self._session.flush()
        return delivery

    async def replay(self, subscription_id: UUID, span: Span) -> Replayed:
        """What happened in the span, the oldest first: also what was never told, as the webhook
        was off or not there. The ids of events stay, so that copies can be dropped."""
        row = await self._webhooks.get(subscription_id)
        if not row.is_on:
            raise Refused(SWITCHED_OFF)
        if span.start >= span.end:
            raise Refused("A span begins before it ends: “from” comes before “to”.")
        wanted = require_known(span.kinds) if span.kinds else row.kinds
        events = await self._events(span, wanted)
        rest = events[MOST_REPLAYED:]
        queued = await self._queue(row, events[:MOST_REPLAYED]) if events else []
        return Replayed(queued, rest[0].created_at if rest else None)

    async def _events(self, span: Span, kinds: Sequence[str]) -> list[DomainEvent]:
        """One more than are queued: it tells whether there is more."""
        nouns = [kind.removesuffix(".*") for kind in kinds if kind.endswith(".*")]
        chosen = [DomainEvent.kind.startswith(f"{noun}.") for noun in nouns if noun in NOUNS]
        query = (
            select(DomainEvent)
            .where(
                DomainEvent.tenant_id == self._tenant_id,
                DomainEvent.created_at >= span.start,
                DomainEvent.created_at < span.end,
                or_(DomainEvent.kind.in_(kinds), *chosen),
            )
            .order_by(DomainEvent.created_at, DomainEvent.id)
            .limit(MOST_REPLAYED + 1)
        )
        return list(await self._session.scalars(query))

    async def _queue(self, row: WebhookSubscription, events: Sequence[DomainEvent]) -> list[UUID]:
        """In one statement; what is being sent just now is left to it."""
        new = [delivery_of(self._tenant_id, row.id, told_of(event)) for event in events]
        statement = insert(WebhookDelivery).values(new)
        again = {
            "state": "pending",
            "attempts": 0,
            "next_attempt_at": utc_now(),
            "updated_at": utc_now(),
        }
        kept = statement.on_conflict_do_update(
            index_elements=["tenant_id", "subscription_id", "event_id"],
            set_=again,
            where=WebhookDelivery.state != "sending",
        )
        return list(await self._session.scalars(kept.returning(WebhookDelivery.id)))
