"""Sends a webhook once more what happened in a span of time, and a test delivery when asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Refused
from domain.events import DomainEvent
from domain.types import new_id, utc_now
from domain.workflows.models import WebhookDelivery, WebhookSubscription
from domain.workflows.webhooks import NOUNS, delivery_of, told_of

MOST_REPLAYED = 5000
BATCH = 500
PING = "webhook.ping"


@dataclass(frozen=True, slots=True)
class Replayed:
    """`until`: the time of the last event that was taken, where there were more than that."""

    deliveries: int
    until: datetime | None


async def replay_span(
    session: AsyncSession,
    subscription: WebhookSubscription,
    since: datetime,
    until: datetime,
    kinds: Sequence[str] = (),
) -> Replayed:
    """What happened from `since` on and before `until`, the events of before it subscribed too.

    Under the same event ids as the first time, so that the receiver can drop what it has. The
    sweep finds the deliveries. `kinds`: only those; none: what the webhook is told of.
    """
    require_on(subscription)
    if since >= until:
        raise Refused("The span is empty: `since` is before `until`.")
    wanted = list(kinds) or subscription.kinds
    query = (
        select(DomainEvent)
        .where(
            DomainEvent.tenant_id == subscription.tenant_id,
            DomainEvent.created_at >= since,
            DomainEvent.created_at < until,
            or_(*(_is(kind) for kind in wanted)),
        )
        .order_by(DomainEvent.created_at, DomainEvent.sequence)
        .limit(MOST_REPLAYED + 1)
    )
    events = list(await session.scalars(query))
    kept, more = events[:MOST_REPLAYED], events[MOST_REPLAYED:]
    for start in range(0, len(kept), BATCH):
        await _write(session, subscription, kept[start : start + BATCH])
    return Replayed(len(kept), kept[-1].created_at if more else None)


async def ping(session: AsyncSession, subscription: WebhookSubscription) -> WebhookDelivery:
    """A delivery that says nothing happened; the caller queues it."""
    require_on(subscription)
    now, event_id = utc_now(), new_id()
    body = {
        "id": str(event_id),
        "kind": PING,
        "at": now.isoformat(),
        "tenant": str(subscription.tenant_id),
        "subject": str(subscription.id),
        "data": {"kinds": subscription.kinds},
    }
    row = WebhookDelivery(
        id=new_id(),
        tenant_id=subscription.tenant_id,
        subscription_id=subscription.id,
        event_id=event_id,
        kind=PING,
        body=json.dumps(body),
        next_attempt_at=now,
    )
    session.add(row)
    await session.flush()
    return row


def require_on(subscription: WebhookSubscription) -> None:
    if not subscription.is_on:
        raise Refused("The webhook is switched off: switch it on first.")


def _is(kind: str) -> ColumnElement[bool]:
    noun, _, verb = kind.partition(".")
    if noun not in NOUNS:
        raise Refused(f"There are no events of “{noun}”: there are those of {', '.join(NOUNS)}.")
    return DomainEvent.kind.startswith(f"{noun}.") if verb == "*" else DomainEvent.kind == kind


async def _write(
    session: AsyncSession, subscription: WebhookSubscription, events: Sequence[DomainEvent]
) -> None:
    statement = insert(WebhookDelivery).values(
        [delivery_of(subscription.tenant_id, subscription.id, told_of(event)) for event in events]
    )
    now = utc_now()
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "subscription_id", "event_id"],
            set_={"state": "pending", "attempts": 0, "next_attempt_at": now, "updated_at": now},
            where=WebhookDelivery.state != "sending",
        )
    )
