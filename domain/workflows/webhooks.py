"""Webhook subscriptions, and the deliveries that events become: one for each event and each."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.events import DomainEvent
from domain.following import Since
from domain.types import new_id, utc_now
from domain.workflows.announced import NOUNS, PING, require_known
from domain.workflows.models import WebhookDelivery, WebhookSubscription

BACK_OFF = (10, 30, 120, 600, 1800, 3600, 7200, 10800, 14400, 21600, 21600)
"""Seconds before each further attempt: twelve in all, over a day."""
_ALONE = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
LEASE = timedelta(seconds=60)
GIVE_UP = timedelta(days=3)
ROTATION = timedelta(days=1)
MOST = 20
"""Webhooks of a tenant: each event is delivered once for each."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended. `status` None: no answer came."""

    status: int | None
    response: str

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Webhooks:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def add(
        self, url: str, kinds: list[str], sealed: bytes, description: str = ""
    ) -> WebhookSubscription:
        """Raises UnknownEvents, or Refused where there are enough."""
        wanted = require_known(kinds)
        # Two that are added at once are counted one after the other.
        await self._session.execute(_ALONE, {"name": f"webhooks:{self._tenant_id}"})
        count = await self._session.scalar(select(func.count()).select_from(WebhookSubscription))
        if (count or 0) >= MOST:
            raise Refused(f"There are {MOST} webhooks, the most there can be: remove one first.")
        row = WebhookSubscription(
            id=new_id(),
            tenant_id=self._tenant_id,
            url=url,
            kinds=wanted,
            description=description,
            secret=sealed,
        )
        self._session.add(row)
        await self._session.flush()
        return row

    async def all(self, since: Since | None = None) -> list[WebhookSubscription]:
        query = select(WebhookSubscription).order_by(WebhookSubscription.id)
        if since:
            query = since.of(query, WebhookSubscription.updated_at, WebhookSubscription.id)
        return list(await self._session.scalars(query))

    async def get(self, subscription_id: UUID) -> WebhookSubscription:
        row = await self._session.get(WebhookSubscription, subscription_id)
        if row is None:
            raise NotFound("webhook", subscription_id)
        return row

    async def change(
        self, subscription_id: UUID, changes: Mapping[str, Any], now: datetime
    ) -> WebhookSubscription:
        """`url`, `kinds`, `description`, `is_on`. Raises UnknownEvents."""
        if "is_on" in changes:
            row = await self.switch(subscription_id, now, is_on=changes["is_on"])
        else:
            row = await self.get(subscription_id)
        if "kinds" in changes:
            row.kinds = require_known(changes["kinds"])
        for name in ("url", "description"):
            if name in changes:
                setattr(row, name, changes[name])
        row.updated_at = now
        await self._session.flush()
        return row

    async def switch(
        self, subscription_id: UUID, now: datetime, *, is_on: bool
    ) -> WebhookSubscription:
        """Off cancels what waits: switched on again, it is told only of what happens from then."""
        row = await self._session.get(WebhookSubscription, subscription_id, with_for_update=True)
        if row is None:
            raise NotFound("webhook", subscription_id)
        row.is_on, row.updated_at = is_on, now
        if is_on:
            row.failures, row.failing_since = 0, None
        else:
            await self._cancel(row.id, now)
        await self._session.flush()
        return row

    async def _cancel(self, subscription_id: UUID, now: datetime) -> None:
        await self._session.execute(
            update(WebhookDelivery)
            .where(
                WebhookDelivery.subscription_id == subscription_id,
                WebhookDelivery.state == "pending",
            )
            .values(state="cancelled", next_attempt_at=None, updated_at=now)
        )

    async def announce(self, event: DomainEvent) -> list[UUID]:
        """The deliveries this event becomes; the caller queues them."""
        noun = event.kind.partition(".")[0]
        if noun not in NOUNS:
            return []
        wanted = select(WebhookSubscription.id).where(
            WebhookSubscription.tenant_id == self._tenant_id,
            WebhookSubscription.is_on,
            WebhookSubscription.kinds.overlap([event.kind, f"{noun}.*"]),
        )
        found = await self._session.scalars(wanted)
        rows = [delivery_of(self._tenant_id, one, event) for one in found]
        if not rows:
            return []
        statement = insert(WebhookDelivery).values(rows).on_conflict_do_nothing()
        return list(await self._session.scalars(statement.returning(WebhookDelivery.id)))

    async def claim(
        self, delivery_id: UUID, now: datetime
    ) -> tuple[WebhookDelivery, WebhookSubscription] | None:
        """None: delivered, not due, being sent, or switched off."""
        claimed = await self._session.scalar(
            update(WebhookDelivery)
            .where(
                WebhookDelivery.id == delivery_id,
                WebhookDelivery.state.in_(("pending", "sending")),
                WebhookDelivery.next_attempt_at <= now,
                WebhookDelivery.subscription_id.in_(
                    select(WebhookSubscription.id).where(WebhookSubscription.is_on)
                ),
            )
            .values(
                state="sending",
                attempts=WebhookDelivery.attempts + 1,
                next_attempt_at=now + LEASE,
                updated_at=now,
            )
            .returning(WebhookDelivery)
        )
        return (claimed, await self.get(claimed.subscription_id)) if claimed else None

    async def settle(self, delivery: WebhookDelivery, ended: Ended, now: datetime) -> str:
        """Why the subscription was switched off by this; empty: it was not."""
        row = await self._session.get(
            WebhookSubscription, delivery.subscription_id, with_for_update=True
        )
        is_test = delivery.kind == PING
        again = None if ended.is_success or is_test else next_attempt(delivery.attempts, now)
        state = "delivered" if ended.is_success else "pending" if again else "failed"
        if state == "pending" and (row is None or not row.is_on):
            state, again = "cancelled", None  # switched off while it was being sent
        await self._session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.id == delivery.id, WebhookDelivery.state == "sending")
            .values(
                state=state if ended.status != 410 else "failed",
                status=ended.status,
                response=ended.response,
                next_attempt_at=again,
                updated_at=now,
            )
        )
        # A test that fails is an answer, not a failure of the webhook.
        why = _count(row, ended, now) if row and (ended.is_success or not is_test) else ""
        if why:
            await self._cancel(delivery.subscription_id, now)
        return why

    async def replay(self, delivery_id: UUID) -> WebhookDelivery:
        """Sends it again, whatever became of it."""
        row = await self._session.get(WebhookDelivery, delivery_id, with_for_update=True)
        if row is None:
            raise NotFound("delivery", delivery_id)
        if not (await self.get(row.subscription_id)).is_on:
            raise Refused("The webhook is switched off: switch it on, then send this again.")
        row.state, row.attempts, row.next_attempt_at = "pending", 0, utc_now()
        await self._session.flush()
        return row

    async def deliveries(
        self,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        *,
        since: Since | None = None,
        subscription_id: UUID | None = None,
    ) -> list[WebhookDelivery]:
        at, row_id = WebhookDelivery.created_at, WebhookDelivery.id
        query = select(WebhookDelivery).order_by(at.desc(), row_id.desc()).limit(limit)
        if before:
            query = query.where(tuple_(at, row_id) < before)
        if since:
            query = since.of(query, WebhookDelivery.updated_at, row_id)
        if subscription_id:
            query = query.where(WebhookDelivery.subscription_id == subscription_id)
        return list(await self._session.scalars(query))

    async def due(self, now: datetime) -> list[UUID]:
        """Those whose time has come, or whose sender died; their job may be lost."""
        query = select(WebhookDelivery.id).where(
            WebhookDelivery.tenant_id == self._tenant_id,
            or_(WebhookDelivery.state == "pending", WebhookDelivery.state == "sending"),
            WebhookDelivery.next_attempt_at < now - timedelta(seconds=5),
            WebhookDelivery.subscription_id.in_(
                select(WebhookSubscription.id).where(WebhookSubscription.is_on)
            ),
        )
        return list(await self._session.scalars(query.limit(500)))


def delivery_of(tenant_id: UUID, subscription_id: UUID, event: DomainEvent) -> dict[str, Any]:
    """The row of a delivery that waits. Its body is the same however often it is made."""
    now = utc_now()
    body = {
        "id": str(event.id),
        "kind": event.kind,
        "at": event.created_at.isoformat(),
        "tenant": str(tenant_id),
        "subject": str(event.subject_id),
        "data": {key: value for key, value in event.payload.items() if key != "cause"},
    }
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "created_at": now,
        "updated_at": now,
        "next_attempt_at": now,
        "subscription_id": subscription_id,
        "event_id": event.id,
        "kind": event.kind,
        "body": json.dumps(body),
        "state": "pending",
        "attempts": 0,
        "response": "",
    }


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """After so many attempts; None: that was the last."""
    if attempts > len(BACK_OFF):
        return None
    return now + timedelta(seconds=BACK_OFF[attempts - 1])


def signature(body: str, at: datetime, secrets: list[str]) -> str:
    """`t=…,v1=…`: a v1 for each secret that is valid."""
    stamp = str(int(at.timestamp()))
    signed = [hmac.new(s.encode(), f"{stamp}.{body}".encode(), hashlib.sha256) for s in secrets]
    return ",".join([f"t={stamp}", *(f"v1={one.hexdigest()}" for one in signed)])


def _count(row: WebhookSubscription, ended: Ended, now: datetime) -> str:
    if ended.is_success:
        row.failures, row.failing_since = 0, None
        return ""
    row.failures += 1
    row.failing_since = row.failing_since or now
    if ended.status == 410:
        why = "it answered that it is gone (410)"
    elif now - row.failing_since > GIVE_UP:
        why = "it has failed for three days"
    else:
        return ""
    row.is_on = False
    return why
