"""Outgoing webhooks over REST: who is told of what, what was delivered, and once more."""

from datetime import datetime
from typing import Annotated, Self
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Query
from pydantic import Field, StringConstraints, model_validator

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
from domain.audit.service import note
from domain.errors import Refused
from domain.types import utc_now
from domain.workflows.actions import WebhookName
from domain.workflows.models import WebhookSubscription
from domain.workflows.webhooks import ROTATION, Webhooks

router = rest_router("/webhooks", "webhooks")

Url = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[!-~]+$")]
Kind = Annotated[
    str,
    StringConstraints(
        max_length=60, pattern=r"^(message|ticket|quote|contract|conversation)\.(\*|[a-z_]+)$"
    ),
]


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
    kinds: Annotated[list[Kind], Field(max_length=50)] = Field([], examples=[["ticket.*"]])
    name: WebhookName | None = None

    @model_validator(mode="after")
    def _is_told_of_something(self) -> Self:
        if not self.kinds and not self.name:
            raise ValueError("name the kinds of events, or give a name for rules to call it by")
        return self


class NameIn(Body):
    """The name that rules call it by; null: they do not."""

    name: WebhookName | None


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
    try:
        place(new.url)
    except AddressRefused as refused:
        raise Refused(f"This webhook cannot be called: {refused}.") from refused
    secret = new_token()
    hooks = Webhooks(session, caller.tenant_id)
    row = await hooks.add(new.url, new.kinds, runtime.vault.seal(secret), new.name or "")
    return _with_secret(row, secret)


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


@router.patch("/{subscription_id}", summary="Name a webhook, so that rules can call it")
async def name_webhook(
    subscription_id: UUID, sent: NameIn, caller: AdminCaller, session: Transaction
) -> SubscriptionOut:
    hooks = Webhooks(session, caller.tenant_id)
    row = await hooks.get(subscription_id)
    await hooks.rename(row, sent.name or "")
    note(session, caller.tenant_id, caller.actor, "webhook.named", str(row.id), name=row.name)
    await session.flush()
    return SubscriptionOut.model_validate(row)


@router.delete("/{subscription_id}", status_code=204, summary="Be told no more")
async def unsubscribe(subscription_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    await session.delete(await Webhooks(session, caller.tenant_id).get(subscription_id))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/…"


def _with_secret(row: WebhookSubscription, secret: str) -> NewSubscriptionOut:
    """The row's own secret is sealed, and not what is shown."""
    shown = SubscriptionOut.model_validate(row)
    return NewSubscriptionOut(**shown.model_dump(), secret=secret)
