"""Outgoing webhooks over REST: who is told of what, what was delivered, and once more."""

from datetime import datetime
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    Field,
    StringConstraints,
    model_validator,
)

from bot import queue
from bot.api.rest import (
    Body,
    Page,
    Paging,
    Shown,
    UpdatedSince,
    cursor,
    page,
    rest_router,
    time_and_id,
)
from bot.dependencies import AdminCaller, Reader, ReadTransaction, RuntimeOf, Transaction
from bot.engine.reacting.acting import WEBHOOK
from bot.foundation.addresses import AddressRefused, place
from bot.foundation.security import new_token
from domain.audit.service import note as audit
from domain.errors import Refused
from domain.types import utc_now
from domain.workflows.actions import WebhookName
from domain.workflows.following import EVENTS
from domain.workflows.models import WebhookSubscription
from domain.workflows.replaying import ping, replay_span
from domain.workflows.webhooks import NOUNS, ROTATION, Webhooks

router = rest_router("/webhooks", "webhooks")

Url = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[!-~]+$")]


def _require_known(kind: str) -> str:
    noun, _, verb = kind.partition(".")
    if kind not in EVENTS and not (verb == "*" and noun in NOUNS):
        known = ", ".join((*(f"{each}.*" for each in NOUNS), *EVENTS))
        raise ValueError(f"there is no such event; there are {known}")
    return kind


Kind = Annotated[str, StringConstraints(max_length=60), AfterValidator(_require_known)]
Kinds = Annotated[list[Kind], Field(min_length=1, max_length=60, examples=[["ticket.*"]])]


class SubscriptionOut(Shown):
    """`name`: what rules call it; empty: they do not."""

    id: UUID
    name: str
    url: str
    kinds: list[str]
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
    kinds: Annotated[list[Kind], Field(max_length=60)] = Field([], examples=[["ticket.*"]])
    name: WebhookName | None = None

    @model_validator(mode="after")
    def _is_told_of_something(self) -> Self:
        if not self.kinds and not self.name:
            raise ValueError("name the kinds of events, or give a name for rules to call it by")
        return self


class SubscriptionChange(Body):
    """What is left out stays as it is. `name`: rules call it by that; empty: they do not."""

    url: Annotated[Url | None, Field(examples=["https://crm.example/hooks/frontdesk"])] = None
    kinds: Annotated[list[Kind], Field(max_length=60)] | None = None
    name: WebhookName | Literal[""] | None = None


class Span(Body):
    """What happened from `since` on and before `until` (now). `kinds`: only those."""

    since: AwareDatetime = Field(examples=["2026-11-23T09:00:00Z"])
    until: AwareDatetime | None = None
    kinds: Annotated[list[Kind], Field(max_length=60)] = Field(default_factory=list)


class ReplayedOut(Shown):
    """`until`: the last event's time, where there were more than fit: go on from there."""

    deliveries: int
    until: datetime | None


class EventOut(BaseModel):
    kind: str
    means: str


class EventList(BaseModel):
    """A webhook's body: `{id, kind, at, tenant, subject, data}`; `subject` is the row's id."""

    items: list[EventOut]


class SubscriptionsOut(Shown):
    items: list[SubscriptionOut]


class DeliveryQuery(Paging):
    subscription_id: UUID | None = None


class DeliveryOut(Shown):
    """`state`: pending, sending, delivered, failed or cancelled; the rest is of the last answer."""

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
    rows = await Webhooks(session, caller.tenant_id).all(updated_since)
    shown = [SubscriptionOut.model_validate(row) for row in rows]
    if not caller.may("admin"):
        shown = [one.model_copy(update={"url": _origin(one.url)}) for one in shown]
    return SubscriptionsOut(items=shown)


@router.post("", status_code=201, summary="Be told of events")
async def subscribe(
    new: SubscriptionIn, caller: AdminCaller, session: Transaction, runtime: RuntimeOf
) -> NewSubscriptionOut:
    _require_callable(new.url)
    secret = new_token()
    hooks = Webhooks(session, caller.tenant_id)
    row = await hooks.add(new.url, new.kinds, runtime.vault.seal(secret), new.name or "")
    return _with_secret(row, secret)


@router.get("/events", summary="What a webhook can be told of")
async def events(caller: Reader) -> EventList:
    return EventList(items=[EventOut(kind=kind, means=means) for kind, means in EVENTS.items()])


@router.get("/deliveries", summary="What was delivered, newest first")
async def deliveries(
    caller: Reader, session: ReadTransaction, asked: Annotated[DeliveryQuery, Query()]
) -> Page[DeliveryOut]:
    rows = await Webhooks(session, caller.tenant_id).deliveries(
        asked.limit + 1,
        time_and_id(asked.cursor),
        updated_since=asked.updated_since,
        subscription_id=asked.subscription_id,
    )
    return page(
        rows, asked.limit, DeliveryOut.model_validate, lambda row: cursor(row.created_at, row.id)
    )


@router.post("/deliveries/{delivery_id}/replay", summary="Deliver once more")
async def replay(delivery_id: UUID, caller: AdminCaller, session: Transaction) -> DeliveryOut:
    row = await Webhooks(session, caller.tenant_id).replay(delivery_id)
    await queue.put(session, WEBHOOK, tenant_id=caller.tenant_id, delivery_id=row.id)
    return DeliveryOut.model_validate(row)


@router.post("/{subscription_id}/ping", summary="Send a test delivery")
async def send_ping(
    subscription_id: UUID, caller: AdminCaller, session: Transaction
) -> DeliveryOut:
    """Signed like any other; how it ended stands among the deliveries."""
    row = await ping(session, await Webhooks(session, caller.tenant_id).get(subscription_id))
    await queue.put(session, WEBHOOK, tenant_id=caller.tenant_id, delivery_id=row.id)
    return DeliveryOut.model_validate(row)


@router.post("/{subscription_id}/replay", summary="Send what happened in a span of time")
async def replay_time(
    subscription_id: UUID, span: Span, caller: AdminCaller, session: Transaction
) -> ReplayedOut:
    """Under the event ids of the first time: who has them already drops them."""
    row = await Webhooks(session, caller.tenant_id).get(subscription_id)
    done = await replay_span(session, row, span.since, span.until or utc_now(), span.kinds)
    audit(session, caller.tenant_id, caller.actor, "webhook.replayed", str(row.id))
    return ReplayedOut.model_validate(done)


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


@router.patch("/{subscription_id}", summary="Change a webhook: where it goes, its kinds, its name")
async def change(
    subscription_id: UUID, new: SubscriptionChange, caller: AdminCaller, session: Transaction
) -> SubscriptionOut:
    if new.url is not None:
        _require_callable(new.url)
    hooks = Webhooks(session, caller.tenant_id)
    row = await hooks.change(subscription_id, url=new.url, kinds=new.kinds, name=new.name)
    audit(session, caller.tenant_id, caller.actor, "webhook.changed", str(row.id), name=row.name)
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
