"""Outgoing webhooks over REST: who is told of what, what was delivered, and once more."""

from datetime import datetime
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field, StringConstraints, model_validator

from bot import queue
from bot.api.rest import (
    Body,
    Instant,
    Line,
    Page,
    Paging,
    Shown,
    UpdatedSince,
    Word,
    changes,
    cursor,
    page,
    rest_router,
    time_and_id,
)
from bot.dependencies import AdminCaller, Reader, ReadTransaction, RuntimeOf, Transaction
from bot.engine.reacting.acting import WEBHOOK
from bot.foundation.addresses import AddressRefused, place
from bot.foundation.security import new_token
from domain.audit.service import note
from domain.errors import Refused
from domain.following import Since
from domain.types import utc_now
from domain.workflows.actions import WebhookName
from domain.workflows.announced import EVENTS
from domain.workflows.models import WebhookSubscription
from domain.workflows.replaying import Replays, Span
from domain.workflows.webhooks import ROTATION, Webhooks

router = rest_router("/webhooks", "webhooks")

Url = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[!-~]+$")]
KINDS = (
    "Names of events as `GET /webhooks/events` lists them, or all of a noun, as in `ticket.*`. "
    "Others are refused."
)


class SubscriptionOut(Shown):
    id: UUID
    url: str
    kinds: list[str]
    name: str
    description: str
    is_on: bool
    failures: int
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


class NewSubscriptionOut(SubscriptionOut):
    """`secret`: shown this once."""

    secret: str = ""


class SubscriptionIn(Body):
    url: Url = Field(examples=["https://crm.example/hooks/frontdesk"])
    kinds: Annotated[list[Word], Field(max_length=100, description=KINDS)] = Field(
        default_factory=list, examples=[["ticket.*"]]
    )
    name: WebhookName | None = None
    description: Line = Field("", examples=["Tickets for the CRM"])

    @model_validator(mode="after")
    def _is_told_of_something(self) -> Self:
        if not self.kinds and not self.name:
            raise ValueError("name the kinds of events, or give a name for rules to call it by")
        return self


class SubscriptionChange(Body):
    """Only what is sent changes. Off cancels what waits, as `/off` does. `name`: rules call it by
    that; empty: they do not."""

    url: Url | None = None
    kinds: Annotated[list[Word], Field(max_length=100, description=KINDS)] | None = None
    name: WebhookName | Literal[""] | None = None
    description: Line | None = None
    is_on: bool | None = Field(None, examples=[False])


class ReplayIn(Body):
    """What happened at or after `from` and before `to`; `kinds` none: all that it is told of."""

    from_: Instant = Field(alias="from", examples=["2026-11-23T09:00:00Z"])
    to: Instant = Field(examples=["2026-11-24T09:00:00Z"])
    kinds: Annotated[list[Word], Field(max_length=100)] = Field(
        default_factory=list, description=KINDS
    )


class ReplayOut(BaseModel):
    """`next_from`: more happened than is sent at once; ask again from there. Null: all of it."""

    queued: int
    next_from: datetime | None


class EventOut(Shown):
    """`data`: the fields of the delivery's `data`, each with what it means."""

    kind: str
    when: str
    data: dict[str, str]


class EventsOut(BaseModel):
    items: list[EventOut]


class SubscriptionsOut(Shown):
    items: list[SubscriptionOut]


class DeliveryQuery(Paging):
    subscription_id: UUID | None = None


class DeliveryOut(Shown):
    """`state`: pending, sending, delivered, failed or cancelled; the rest is of the last answer.

    `response`: its beginning, for admins.
    """

    id: UUID
    subscription_id: UUID
    event_id: UUID
    kind: str
    state: str
    attempts: int
    status: int | None
    response: str
    next_attempt_at: datetime | None
    created_at: datetime
    updated_at: datetime


@router.get("", summary="Webhooks")
async def subscriptions(
    caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> SubscriptionsOut:
    """The addresses in full are for admins: their paths often hold a token."""
    since = Since(updated_since) if updated_since else None
    rows = await Webhooks(session, caller.tenant_id).all(since)
    shown = [SubscriptionOut.model_validate(row) for row in rows]
    if not caller.may("admin"):
        shown = [one.model_copy(update={"url": _origin(one.url)}) for one in shown]
    return SubscriptionsOut(items=shown)


@router.post("", status_code=201, summary="Be told of events")
async def subscribe(
    new: SubscriptionIn, caller: AdminCaller, session: Transaction, runtime: RuntimeOf
) -> NewSubscriptionOut:
    """At most twenty of a tenant."""
    _require_callable(new.url)
    secret = new_token()
    hooks = Webhooks(session, caller.tenant_id)
    row = await hooks.add(
        new.url, new.kinds, runtime.vault.seal(secret), new.name or "", new.description
    )
    note(session, caller.tenant_id, caller.actor, "webhook.added", str(row.id))
    return _with_secret(row, secret)


@router.get("/events", summary="The events there are, and what each tells")
async def events(caller: Reader) -> EventsOut:
    return EventsOut(items=[EventOut.model_validate(event) for event in EVENTS])


@router.get("/deliveries", summary="What was delivered, newest first")
async def deliveries(
    caller: Reader, session: ReadTransaction, asked: Annotated[DeliveryQuery, Query()]
) -> Page[DeliveryOut]:
    rows = await Webhooks(session, caller.tenant_id).deliveries(
        asked.limit + 1,
        asked.place(time_and_id),
        since=asked.since,
        subscription_id=asked.subscription_id,
    )
    own = asked.ended(lambda row: cursor(row.created_at, row.id))
    shown = page(rows, asked.limit, DeliveryOut.model_validate, own)
    if not caller.may("admin"):  # what answers may say the address that it was called by
        for one in shown.items:
            one.response = ""
    return shown


@router.post("/deliveries/{delivery_id}/replay", summary="Deliver once more")
async def replay(delivery_id: UUID, caller: AdminCaller, session: Transaction) -> DeliveryOut:
    row = await Webhooks(session, caller.tenant_id).replay(delivery_id)
    await queue.put(session, WEBHOOK, tenant_id=caller.tenant_id, delivery_id=row.id)
    return DeliveryOut.model_validate(row)


@router.post("/{subscription_id}/rotate", summary="Make a new secret; the old one signs for a day")
async def rotate(
    subscription_id: UUID, caller: AdminCaller, session: Transaction, runtime: RuntimeOf
) -> NewSubscriptionOut:
    row = await Webhooks(session, caller.tenant_id).get(subscription_id)
    secret, now = new_token(), utc_now()
    row.old_secret, row.old_until = row.secret, now + ROTATION
    row.secret, row.updated_at = runtime.vault.seal(secret), now
    await session.flush()
    return _with_secret(row, secret)


@router.post("/{subscription_id}/ping", status_code=202, summary="Send a test delivery")
async def ping(subscription_id: UUID, caller: AdminCaller, session: Transaction) -> DeliveryOut:
    """Signed like any other, kind `webhook.ping`, tried once. Its outcome is in the log."""
    row = await Replays(session, caller.tenant_id).ping(subscription_id)
    await queue.put(session, WEBHOOK, tenant_id=caller.tenant_id, delivery_id=row.id)
    return DeliveryOut.model_validate(row)


@router.post(
    "/{subscription_id}/replay", status_code=202, summary="Deliver a span of time once more"
)
async def replay_span(
    subscription_id: UUID, sent: ReplayIn, caller: AdminCaller, session: Transaction
) -> ReplayOut:
    """All that happened then, also while the webhook was off; at most a thousand at once. The
    ids of the events stay as they were, so that the receiver can drop what it knows."""
    span = Span(sent.from_, sent.to, tuple(sent.kinds))
    done = await Replays(session, caller.tenant_id).replay(subscription_id, span)
    await queue.put_all(
        session, WEBHOOK, "delivery_id", done.deliveries, tenant_id=caller.tenant_id
    )
    told = {"queued": len(done.deliveries)}
    note(session, caller.tenant_id, caller.actor, "webhook.replayed", str(subscription_id), **told)
    return ReplayOut(queued=len(done.deliveries), next_from=done.next_from)


@router.post("/{subscription_id}/on", summary="Switch a webhook on")
async def switch_on(
    subscription_id: UUID, caller: AdminCaller, session: Transaction
) -> SubscriptionOut:
    hooks = Webhooks(session, caller.tenant_id)
    row = await hooks.switch(subscription_id, utc_now(), is_on=True)
    return SubscriptionOut.model_validate(row)


@router.post("/{subscription_id}/off", summary="Switch a webhook off; what waits is not sent")
async def switch_off(
    subscription_id: UUID, caller: AdminCaller, session: Transaction
) -> SubscriptionOut:
    hooks = Webhooks(session, caller.tenant_id)
    row = await hooks.switch(subscription_id, utc_now(), is_on=False)
    return SubscriptionOut.model_validate(row)


@router.patch("/{subscription_id}", summary="Change a webhook")
async def change(
    subscription_id: UUID, sent: SubscriptionChange, caller: AdminCaller, session: Transaction
) -> SubscriptionOut:
    wanted = {name: value for name, value in changes(sent).items() if value is not None}
    if "url" in wanted:
        _require_callable(wanted["url"])
    row = await Webhooks(session, caller.tenant_id).change(subscription_id, wanted, utc_now())
    told = {"keys": sorted(wanted)}
    note(session, caller.tenant_id, caller.actor, "webhook.changed", str(row.id), **told)
    return SubscriptionOut.model_validate(row)


@router.delete("/{subscription_id}", status_code=204, summary="Be told no more")
async def unsubscribe(subscription_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    await session.delete(await Webhooks(session, caller.tenant_id).get(subscription_id))


def _require_callable(url: str) -> None:
    try:
        place(url)
    except AddressRefused as refused:
        raise Refused(f"This webhook cannot be called: {refused}.") from refused


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/…"


def _with_secret(row: WebhookSubscription, secret: str) -> NewSubscriptionOut:
    """The row's own secret is sealed, and not what is shown."""
    shown = SubscriptionOut.model_validate(row)
    return NewSubscriptionOut(**shown.model_dump(), secret=secret)
