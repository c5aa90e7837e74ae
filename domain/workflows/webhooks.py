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

from domain.errors import Conflict, NotFound, Refused
from domain.events import DomainEvent
from domain.following import Since
from domain.types import new_id, utc_now
from domain.workflows.announced import NOUNS, PING, require_known
from domain.workflows.models import WebhookDelivery, WebhookSubscription

RULE_FIRED = "rule.fired"
"""The kind of what a rule sends; it goes to the webhook that the rule names, and to no other."""
BACK_OFF = (10, 30, 120, 600, 1800, 3600, 7200, 10800, 14400, 21600, 21600)
"""Seconds before each further attempt: twelve in all, over a day."""
LEASE = timedelta(seconds=60)
GIVE_UP = timedelta(days=3)
ROTATION = timedelta(days=1)
MOST = 20
"""Webhooks of a tenant: each event is delivered once for each."""
_ALONE = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended. `status` None: no answer came."""

    status: int | None
    response: str

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Told:
    """What a webhook is told. `id`: the same thing told twice has the same."""

    id: UUID
    kind: str
    at: datetime
    subject_id: UUID
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a delivery: delivered, pending (tried again), failed or cancelled.

    `why`: the webhook was switched off by this, and for that; empty: it was not.
    """

    state: str
    why: str = ""


class Webhooks:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def add(
        self,
        url: str,
        kinds: list[str],
        sealed: bytes,
        name: str = "",
        description: str = "",
    ) -> WebhookSubscription:
        """Raises UnknownEvents, Conflict where the name is taken, Refused if there are enough."""
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
        await self.rename(row, name)
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
        """`url`, `kinds`, `name`, `description`, `is_on`. Raises what `add` raises."""
        if "is_on" in changes:
            row = await self.switch(subscription_id, now, is_on=changes["is_on"])
        else:
            row = await self.get(subscription_id)
        if "kinds" in changes:
            row.kinds = require_known(changes["kinds"])
        if "name" in changes:
            await self.rename(row, changes["name"])
        for name in ("url", "description"):
            if name in changes:
                setattr(row, name, changes[name])
        if not row.kinds and not row.name:
            raise Refused("A webhook is told of kinds of events, or has a name for rules.")
        row.updated_at = now
        await self._session.flush()
        return row

    async def rename(self, row: WebhookSubscription, name: str) -> None:
        """By that name from now on; rules that call it by its old one fail, and say so."""
        if name:  # two that take one name at once come one after the other
            await self._session.execute(_ALONE, {"name": f"webhooks:{self._tenant_id}"})
        taken = await self._called(name) if name else None
        if taken is not None and taken.id != row.id:
            raise Conflict(f"There is a webhook “{name}” already: choose another name.")
        row.name, row.updated_at = name, utc_now()

    async def named(self, name: str) -> WebhookSubscription:
        """One that is on. Raises Refused."""
        row = await self._called(name)
        if row is None:
            known = ", ".join(sorted(await self.names_on())) or "none has a name yet"
            raise Refused(f"There is no webhook “{name}” ({known}): give one that name, or add it.")
        if not row.is_on:
            raise Refused(f"The webhook “{name}” is switched off: switch it on first.")
        return row

    async def _called(self, name: str) -> WebhookSubscription | None:
        query = select(WebhookSubscription).where(
            WebhookSubscription.tenant_id == self._tenant_id, WebhookSubscription.name == name
        )
        return (await self._session.scalars(query)).one_or_none()

    async def names_on(self) -> frozenset[str]:
        query = select(WebhookSubscription.name).where(
            WebhookSubscription.tenant_id == self._tenant_id,
            WebhookSubscription.is_on,
            WebhookSubscription.name != "",
        )
        return frozenset(await self._session.scalars(query))

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
        return await self._tell(list(await self._session.scalars(wanted)), told_of(event))

    async def tell(self, subscription_id: UUID, told: Told) -> UUID | None:
        """The one delivery, to be queued by the caller; None: it was told of this already."""
        rows = await self._tell([subscription_id], told)
        return rows[0] if rows else None

    async def _tell(self, subscriptions: list[UUID], told: Told) -> list[UUID]:
        if not subscriptions:
            return []
        rows = [delivery_of(self._tenant_id, one, told) for one in subscriptions]
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

    async def settle(self, delivery: WebhookDelivery, ended: Ended, now: datetime) -> Settled:
        row = await self._session.get(
            WebhookSubscription, delivery.subscription_id, with_for_update=True
        )
        is_test = delivery.kind == PING
        again = None if ended.is_success or is_test else next_attempt(delivery.attempts, now)
        state = "delivered" if ended.is_success else "pending" if again else "failed"
        if state == "pending" and (row is None or not row.is_on):
            state, again = "cancelled", None  # switched off while it was being sent
        if ended.status == 410:
            state = "failed"
        await self._session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.id == delivery.id, WebhookDelivery.state == "sending")
            .values(
                state=state,
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
        return Settled(state, why)

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


def told_of(event: DomainEvent) -> Told:
    data = {key: value for key, value in event.payload.items() if key != "cause"}
    return Told(event.id, event.kind, event.created_at, event.subject_id, data)


def delivery_of(tenant_id: UUID, subscription_id: UUID, told: Told) -> dict[str, object]:
    """A row that tells the subscription of it."""
    now = utc_now()
    body = {
        "id": str(told.id),
        "kind": told.kind,
        "at": told.at.isoformat(),
        "tenant": str(tenant_id),
        "subject": str(told.subject_id),
        "data": told.data,
    }
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "created_at": now,
        "updated_at": now,
        "next_attempt_at": now,
        "subscription_id": subscription_id,
        "event_id": told.id,
        "kind": told.kind,
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
