"""Rules that call a webhook by its name, over real HTTP; a second company is never called."""

import json
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from bot.runtime import Runtime
from domain.errors import Refused
from domain.events import DomainEvent
from domain.staff.models import StaffNotice
from domain.types import utc_now
from domain.workflows.book import RuleBook
from domain.workflows.models import WebhookDelivery, WorkflowFiring
from domain.workflows.rules import RuleBody, parse
from domain.workflows.webhooks import Webhooks
from tests.bot.engine.reacting.conftest import House, Receiving, founded

RULE = {
    "name": "Tell the CRM",
    "event": "created",
    "actions": [
        {"do": "add_tags", "tags": ["told"]},
        {"do": "webhook", "to": "crm"},
        {"do": "webhook", "to": "crm"},
    ],
}


def body(**changes: Any) -> RuleBody:
    return parse(RULE | changes)


async def named(house: House, name: str = "crm") -> None:
    """Told of what rules say, and of no event."""
    async with house.runtime.database.transaction(house.tenant_id) as session:
        hooks = Webhooks(session, house.tenant_id)
        (row,) = await hooks.all()
        await hooks.rename(row, name)
        row.kinds = []


async def add(house: House, said: RuleBody) -> None:
    async with house.runtime.database.transaction(house.tenant_id) as session:
        await RuleBook(session, house.tenant_id, "test").add(said, is_on=True)


def delivered(outcome: str) -> float:
    labels = {"outcome": outcome}
    return REGISTRY.get_sample_value("frontdesk_webhooks_delivered_total", labels) or 0.0


async def test_a_rule_tells_the_webhook_it_names_once_for_each_action(
    ours: House, there: Receiving, runtime: Runtime
) -> None:
    theirs = await founded(runtime, there, "rival")
    for house in (ours, theirs):
        await named(house)
    await add(ours, body())
    there.statuses = [500]
    before = delivered("retried"), delivered("delivered")
    await ours.open()
    await theirs.open()
    await ours.work()
    await ours.hurry()
    await ours.work()
    await theirs.work()
    one, other, again = (json.loads(said) for _, said in there.got)
    assert len({one["id"], other["id"], again["id"]}) == 2
    assert {one["tenant"], other["tenant"], again["tenant"]} == {str(ours.tenant_id)}
    assert (one["kind"], one["data"]["rule"]["version"]) == ("rule.fired", 1)
    assert (one["data"]["number"][:4], one["data"]["tags"]) == ("TKT-", ["told"])
    assert not any("Camera" in said for _, said in there.got)
    assert all("frontdesk-signature" in headers for headers, _ in there.got)
    assert (delivered("retried") - before[0], delivered("delivered") - before[1]) == (1, 2)
    assert await theirs.deliveries() == []


async def test_a_firing_told_again_is_the_same_delivery(ours: House, there: Receiving) -> None:
    await named(ours)
    await add(ours, body())
    await ours.open()
    known = {(one.subscription_id, one.event_id) for one in await ours.deliveries()}
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        for firing in await session.scalars(select(WorkflowFiring)):
            await session.delete(firing)
        await session.execute(_unreact())
    while await ours.runtime.reactions.react(ours.tenant_id):
        pass
    again = {(one.subscription_id, one.event_id) for one in await ours.deliveries()}
    assert again == known
    assert len(again) == 2


def _unreact() -> Any:
    opened = update(DomainEvent).where(DomainEvent.kind == "ticket.opened")
    return opened.values(reacted_at=None)


@pytest.mark.parametrize("case", ["missing", "off", "of another company"])
async def test_a_rule_that_names_no_webhook_to_be_called_is_refused(
    ours: House, there: Receiving, runtime: Runtime, case: str
) -> None:
    theirs = await founded(runtime, there, "rival")
    await named(theirs)
    if case == "off":
        await named(ours)
        await _switch_off(ours)
    words = "switched off" if case == "off" else "no webhook"
    with pytest.raises(Refused, match=words):
        await add(ours, body())


async def _switch_off(house: House) -> None:
    async with house.runtime.database.transaction(house.tenant_id) as session:
        hooks = Webhooks(session, house.tenant_id)
        (row,) = await hooks.all()
        await hooks.switch(row.id, utc_now(), is_on=False)


async def test_a_webhook_that_is_off_when_the_rule_fires_is_told_to_staff(
    ours: House, there: Receiving
) -> None:
    await named(ours)
    await add(ours, body())
    await _switch_off(ours)
    await ours.open()
    await ours.work()
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        (told,) = await session.scalars(select(StaffNotice))
        (firing,) = await session.scalars(select(WorkflowFiring))
        assert await session.scalar(select(WebhookDelivery)) is None
    assert "Tell the CRM" in told.text
    assert "switched off: switch it on" in told.text
    assert firing.outcome == "failed"
    assert there.got == []


async def test_a_rules_webhook_reaches_no_private_address(
    runtime: Runtime, there: Receiving
) -> None:
    house = await founded(runtime, there, "strict", exempt=False)
    await named(house)
    await add(house, body())
    await house.open()
    await house.work()
    assert there.got == []
    assert all("not a public one" in one.response for one in await house.deliveries())


async def test_two_webhooks_of_a_company_never_share_a_name(ours: House) -> None:
    await named(ours)
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        hooks = Webhooks(session, ours.tenant_id)
        with pytest.raises(Exception, match="another name"):
            await hooks.add("https://crm.example/in", [], b"x", "crm")
