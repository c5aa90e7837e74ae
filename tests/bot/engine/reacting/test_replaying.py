"""A webhook's tests and replays on request, and the guide's code on real deliveries."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.api.workflows.guide import GUIDE, RECEIVER
from bot.runtime import Runtime
from domain.errors import Refused
from domain.types import utc_now
from domain.workflows import replaying
from domain.workflows.announced import EVENTS
from domain.workflows.models import WebhookDelivery
from domain.workflows.replaying import Replayed, Replays, Span
from domain.workflows.webhooks import Webhooks
from tests.bot.engine.reacting.conftest import SECRET, House, Receiving, founded


def _receiver() -> Callable[..., Any]:
    assert f"```python\n{RECEIVER}```" in GUIDE
    written: dict[str, Any] = {}
    exec(RECEIVER, written)  # noqa: S102 - the guide's code is what is tested
    received: Callable[..., Any] = written["received"]
    return received


def _headers(got: dict[str, str]) -> dict[str, str]:
    return {"Frontdesk-Signature": got["frontdesk-signature"]}


async def replayed(house: House, start: datetime, **more: Any) -> Replayed:
    row = await house.subscription()
    async with house.runtime.database.transaction(house.tenant_id) as session:
        span = Span(start, utc_now(), **more)
        return await Replays(session, house.tenant_id).replay(row.id, span)


async def test_the_guides_receiver_takes_a_real_delivery_once_and_no_forged_one(
    ours: House, there: Receiving
) -> None:
    await ours.open()
    await ours.work()
    ((headers, body),) = there.got
    received, known = _receiver(), set[str]()
    event = received(SECRET, _headers(headers), body.encode(), known)
    assert (event["kind"], event["tenant"]) == ("ticket.opened", str(ours.tenant_id))
    assert received(SECRET, _headers(headers), body.encode(), known) is None
    for secret, changed in ((SECRET, body.replace("opened", "merged")), ("another", body)):
        with pytest.raises(ValueError, match="not signed"):
            received(secret, _headers(headers), changed.encode(), set())
    old = {"Frontdesk-Signature": headers["frontdesk-signature"].replace("t=1", "t=0")}
    with pytest.raises(ValueError, match="not signed"):
        received(SECRET, old, body.encode(), set())


async def test_during_a_rotation_the_guides_receiver_takes_either_secret(
    ours: House, there: Receiving, runtime: Runtime
) -> None:
    async with runtime.database.transaction(ours.tenant_id) as session:
        row = (await Webhooks(session, ours.tenant_id).all())[0]
        row.old_secret, row.old_until = row.secret, utc_now() + timedelta(hours=1)
        row.secret = runtime.vault.seal("the-new-one")
    await ours.open()
    await ours.work()
    ((headers, body),) = there.got
    for secret in (SECRET, "the-new-one"):
        assert _receiver()(secret, _headers(headers), body.encode(), set())


@pytest.mark.parametrize("status", [200, 500])
async def test_a_test_delivery_is_signed_tried_once_and_its_outcome_is_kept(
    ours: House, there: Receiving, status: int
) -> None:
    there.statuses = [status]
    row = await ours.subscription()
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        await Replays(session, ours.tenant_id).ping(row.id)
    await ours.work()
    await ours.hurry()
    await ours.work()
    ((headers, body),) = there.got
    assert headers["frontdesk-event"] == "webhook.ping"
    assert _receiver()(SECRET, _headers(headers), body.encode(), set())["data"] == {}
    (one,) = await ours.deliveries()
    state = "delivered" if status == 200 else "failed"
    assert (one.state, one.status, one.attempts) == (state, status, 1)
    assert (await ours.subscription()).failing_since is None


async def test_a_span_is_sent_once_more_under_the_same_event_ids(
    ours: House, there: Receiving, runtime: Runtime
) -> None:
    theirs = await founded(runtime, there, "rival")
    start = utc_now()
    await ours.open()
    await theirs.open()
    await ours.work()
    subscription = await ours.subscription()
    for is_on in (False, True):  # off meanwhile: what happened then was never told
        async with runtime.database.transaction(ours.tenant_id) as session:
            hooks = Webhooks(session, ours.tenant_id)
            await hooks.switch(subscription.id, utc_now(), is_on=is_on)
        if not is_on:
            await ours.open()
    assert len(await ours.deliveries()) == 1
    done = await replayed(ours, start)
    assert (len(done.deliveries), done.next_from) == (2, None)
    await ours.work()
    ids = [json.loads(body)["id"] for _, body in there.got]
    assert len(ids) == 3
    assert len(set(ids)) == 2
    assert ids[0] in ids[1:]
    assert there.got[0][1] in [body for _, body in there.got[1:]]  # to the letter
    assert [one.state for one in await theirs.deliveries()] == ["pending"]


async def test_a_span_is_bounded_and_chosen(ours: House, monkeypatch: pytest.MonkeyPatch) -> None:
    start = utc_now()
    for _ in range(3):
        await ours.open()
    monkeypatch.setattr(replaying, "MOST_REPLAYED", 2)
    first = await replayed(ours, start)
    assert len(first.deliveries) == 2
    assert first.next_from
    rest = await replayed(ours, first.next_from)
    assert (len(rest.deliveries), rest.next_from) == (1, None)
    assert not set(first.deliveries) & set(rest.deliveries)
    assert (await replayed(ours, start, kinds=("ticket.merged",))).deliveries == []
    assert (await replayed(ours, utc_now() - timedelta(seconds=1), kinds=("quote.*",))) == Replayed(
        [], None
    )
    with pytest.raises(Refused, match="before"):
        await replayed(ours, utc_now() + timedelta(hours=1))
    with pytest.raises(Refused, match=r"no event “ticket\.gone”"):
        await replayed(ours, start, kinds=("ticket.gone",))


async def test_what_is_being_sent_is_left_to_its_sender(ours: House) -> None:
    start = utc_now()
    await ours.open()
    (one,) = await ours.deliveries()
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        assert await Webhooks(session, ours.tenant_id).claim(one.id, utc_now())
    assert (await replayed(ours, start)).deliveries == []
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        assert (await session.get_one(WebhookDelivery, one.id)).state == "sending"


def test_the_guide_names_every_event_with_its_data() -> None:
    for event in EVENTS:
        assert f"| `{event.kind}` |" in GUIDE
        assert all(f"`{name}`: " in GUIDE for name in event.data)
