"""What is delivered when: once, later, again, not at all; and that the signature proves it."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.runtime import Runtime
from domain.staff.models import StaffNotice
from domain.types import utc_now
from domain.workflows.models import WebhookSubscription
from domain.workflows.webhooks import BACK_OFF, Webhooks, next_attempt
from tests.bot.engine.reacting.conftest import SECRET, House, Receiving, founded


async def test_an_event_is_delivered_once_and_its_signature_proves_it(
    ours: House, there: Receiving, runtime: Runtime
) -> None:
    theirs = await founded(runtime, there, "rival")
    await ours.open()
    for _ in range(2):
        await ours.work()
        await theirs.work()
    ((headers, body),) = there.got
    stamp, shown = (part.split("=")[1] for part in headers["frontdesk-signature"].split(","))
    signed = hmac.new(SECRET.encode(), digestmod=hashlib.sha256)
    signed.update(stamp.encode())
    signed.update(b".")
    signed.update(body.encode())
    assert shown == signed.hexdigest()
    said = json.loads(body)
    assert set(said) == {"id", "kind", "at", "tenant", "subject", "data"}
    assert (said["kind"], said["tenant"]) == ("ticket.opened", str(ours.tenant_id))
    assert headers["frontdesk-event"] == "ticket.opened"
    assert headers["host"] == f"127.0.0.1:{there.port}"
    assert await theirs.deliveries() == []


async def test_what_fails_is_tried_again_later_and_redirects_are_not_followed(
    ours: House, there: Receiving
) -> None:
    there.statuses = [500, 302]
    await ours.open()
    await ours.work()
    await ours.work()  # its time has not come
    assert len(there.got) == 1
    for _ in range(2):
        await ours.hurry()
        await ours.work()
    (one,) = await ours.deliveries()
    assert (one.state, one.attempts, one.status, len(there.got)) == ("delivered", 3, 200, 3)
    assert (await ours.subscription()).failing_since is None


async def test_killed_between_sending_and_recording_it_is_sent_again_under_its_id(
    ours: House, there: Receiving
) -> None:
    await ours.open()
    (one,) = await ours.deliveries()
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        claimed = await Webhooks(session, ours.tenant_id).claim(one.id, utc_now())
    assert claimed
    await ours.sender._send(*claimed)  # and here the worker is killed
    await ours.work()
    assert len(there.got) == 1
    await ours.hurry()
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        assert await Webhooks(session, ours.tenant_id).due(utc_now()) == [one.id]
    await ours.work()
    assert [got[0]["frontdesk-delivery"] for got in there.got] == [str(one.id)] * 2
    assert (await ours.deliveries())[0].state == "delivered"


@pytest.mark.parametrize("case", ["gone", "three days"])
async def test_a_webhook_that_is_gone_is_switched_off_and_told(
    ours: House, there: Receiving, case: str
) -> None:
    there.statuses = [410 if case == "gone" else 500]
    if case == "three days":
        async with ours.runtime.database.transaction(ours.tenant_id) as session:
            long_ago = utc_now() - timedelta(days=3, minutes=1)
            await session.execute(update(WebhookSubscription).values(failing_since=long_ago))
    await ours.open()
    await ours.work()
    assert not (await ours.subscription()).is_on
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        (told,) = await session.scalars(select(StaffNotice))
    assert "switched off" in told.text


async def test_a_private_address_is_not_called_without_the_operators_word(
    runtime: Runtime, there: Receiving
) -> None:
    house = await founded(runtime, there, "strict", exempt=False)
    await house.open()
    await house.work()
    assert there.got == []
    assert "not a public one" in (await house.deliveries())[0].response


def test_there_are_twelve_attempts_at_most() -> None:
    now = utc_now()
    assert len(BACK_OFF) == 11
    assert next_attempt(1, now) == now + timedelta(seconds=10)
    assert next_attempt(11, now) == now + timedelta(hours=6)
    assert next_attempt(12, now) is None


async def test_during_a_rotation_both_secrets_sign(
    ours: House, there: Receiving, runtime: Runtime
) -> None:
    async with runtime.database.transaction(ours.tenant_id) as session:
        row = (await Webhooks(session, ours.tenant_id).all())[0]
        row.old_secret, row.old_until = row.secret, utc_now() + timedelta(hours=1)
        row.secret = runtime.vault.seal("the-new-one")
    await ours.open()
    await ours.work()
    ((headers, body),) = there.got
    stamp, *shown = (part.split("=")[1] for part in headers["frontdesk-signature"].split(","))
    signed = [
        hmac.new(secret, f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
        for secret in (b"the-new-one", SECRET.encode())
    ]
    assert shown == signed


async def test_what_waited_when_it_was_switched_off_is_never_sent(
    ours: House, there: Receiving, runtime: Runtime
) -> None:
    there.statuses = [500]
    await ours.open()
    await ours.work()
    subscription = await ours.subscription()
    for is_on in (False, True):
        async with runtime.database.transaction(ours.tenant_id) as session:
            hooks = Webhooks(session, ours.tenant_id)
            await hooks.switch(subscription.id, utc_now(), is_on=is_on)
    await ours.hurry()
    await ours.work()
    assert len(there.got) == 1
    assert [one.state for one in await ours.deliveries()] == ["cancelled"]
    await ours.open()
    await ours.work()
    assert len(there.got) == 2
