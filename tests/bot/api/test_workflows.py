"""Workflow rules over REST, as two companies."""

from typing import Any

from sqlalchemy import select

from domain.audit.models import AuditEntry
from tests.bot.api.test_every_route import RULE


async def test_a_rule_is_tried_before_it_is_switched_on_and_nothing_is_written(
    call: Any, strange_call: Any
) -> None:
    made = (await call.post("/helpdesk/workflows", RULE)).json()
    assert (made["is_on"], made["version"]) == (False, 1)
    for path, body in ((f"/{made['id']}/dry-run", {}), ("/dry-run", RULE)):
        tried = (await call.post(f"/helpdesk/workflows{path}", body)).json()
        assert tried["tickets"] == 2
        changed = {one["ticket_id"]: one["changes"] for one in tried["matched"]}
        assert changed[call.office.ids["reference"]] == ["priority: medium → high"]
    ticket = await call.get(f"/helpdesk/tickets/{call.office.ids['reference']}")
    assert ticket["priority"] == "medium"
    assert (await call.get("/helpdesk/workflows/firings", rule_id=made["id"]))["items"] == []
    assert (await call.post(f"/helpdesk/workflows/{made['id']}/on")).json()["is_on"]


async def test_what_a_rule_did_is_in_its_log_with_the_version(
    call: Any, strange_call: Any, runtime: Any
) -> None:
    made = (await call.post("/helpdesk/workflows", RULE)).json()
    path = f"/helpdesk/workflows/{made['id']}"
    assert (await call("PUT", path, RULE | {"name": "y"})).json()["version"] == 2
    await call.post(f"{path}/on")
    await call.post("/helpdesk/tickets", {"subject": "Camera"})
    for client in (call, strange_call):
        while await runtime.reactions.react(client.office.tenant_id):
            pass
    log = (await call.get("/helpdesk/workflows/firings", rule_id=made["id"]))["items"]
    assert {one["rule_version"] for one in log} == {2}
    assert log[0]["changed"] == ["priority: medium → high"]
    theirs = await strange_call.get("/helpdesk/workflows/firings")
    assert not {one["id"] for one in log} & {one["id"] for one in theirs["items"]}
    assert (await strange_call.get("/helpdesk/workflows/firings", rule_id=made["id"]))[
        "items"
    ] == []


async def test_rules_are_ordered_by_naming_each_once(call: Any) -> None:
    await call.post("/helpdesk/workflows", RULE)
    ids = [one["id"] for one in (await call.get("/helpdesk/workflows"))["items"]]
    moved = await call.post("/helpdesk/workflows/order", {"ids": ids[::-1]})
    assert [one["id"] for one in moved.json()["items"]] == ids[::-1]
    half = await call.post("/helpdesk/workflows/order", {"ids": ids[:1]})
    assert half.status_code == 400


async def test_a_rule_cannot_assign_to_a_member_of_another_company(
    call: Any, strange_call: Any
) -> None:
    theirs = {"do": "assign", "to": strange_call.office.ids["staff_id"]}
    made = await call.post("/helpdesk/workflows", RULE | {"actions": [theirs]})
    assert made.status_code == 404


async def test_a_webhooks_secret_is_shown_once_and_rotated(call: Any, strange_call: Any) -> None:
    new = {"url": "https://crm.example/in", "kinds": ["ticket.*", "quote.approved"]}
    made = (await call.post("/webhooks", new)).json()
    assert len(made["secret"]) > 30
    assert "secret" not in (await call.get("/webhooks"))["items"][-1]
    rotated = (await call.post(f"/webhooks/{made['id']}/rotate")).json()
    assert rotated["secret"] not in ("", made["secret"])
    assert (await strange_call.post(f"/webhooks/{made['id']}/rotate")).status_code == 404
    odd = await call.post("/webhooks", new | {"url": "http://0x7f.1/"})
    assert odd.status_code == 400
    assert "odd form" in odd.json()["detail"]


async def test_only_admins_see_a_webhooks_whole_address(call: Any) -> None:
    url = "https://crm.example/in/a-token-of-theirs?key=another"
    await call.post("/webhooks", {"url": url, "kinds": ["ticket.*"]})
    reader = type(call)(call.http, call.office, "readonly")
    assert (await call.get("/webhooks"))["items"][-1]["url"] == url
    assert (await reader.get("/webhooks"))["items"][-1]["url"] == "https://crm.example/…"


async def test_a_switched_off_webhook_refuses_a_replay_and_says_what_to_do(call: Any) -> None:
    ids = call.office.ids
    assert (await call.post(f"/webhooks/{ids['subscription_id']}/off")).status_code == 200
    refused = await call.post(f"/webhooks/deliveries/{ids['delivery_id']}/replay")
    assert refused.status_code == 400
    assert "switch it on" in refused.json()["detail"]
    [waiting] = (await call.get("/webhooks/deliveries"))["items"]
    assert waiting["state"] == "cancelled"


async def test_a_rule_calls_a_webhook_by_the_name_it_has_over_rest(
    call: Any, strange_call: Any
) -> None:
    calling = RULE | {"actions": [{"do": "webhook", "to": "crm"}]}
    theirs = {"url": "https://crm.example/in", "name": "crm"}
    assert (await strange_call.post("/webhooks", theirs)).json()["name"] == "crm"
    refused = await call.post("/helpdesk/workflows", calling)
    assert refused.status_code == 400
    assert "There is no webhook “crm”" in refused.json()["detail"]
    path = f"/webhooks/{call.office.ids['subscription_id']}"
    assert (await call("PATCH", path, {"name": "crm"})).json()["name"] == "crm"
    made = await call.post("/helpdesk/workflows", calling)
    assert made.status_code == 201
    assert (await call.post("/webhooks", theirs)).status_code == 409
    assert (await call("PATCH", path, {"name": "C R M"})).status_code == 422
    assert (await call.post("/webhooks", {"url": theirs["url"]})).status_code == 422
    await call.post(f"{path}/off")
    refused = await call.post(f"/helpdesk/workflows/{made.json()['id']}/on")
    assert "switched off" in refused.json()["detail"]


async def test_every_change_of_a_rule_is_in_the_audit_log(
    call: Any, strange_call: Any, runtime: Any
) -> None:
    made = (await call.post("/helpdesk/workflows", RULE)).json()
    path = f"/helpdesk/workflows/{made['id']}"
    await call("PUT", path, RULE | {"name": "y"})
    for act in ("on", "off"):
        await call.post(f"{path}/{act}")
    ids = [one["id"] for one in (await call.get("/helpdesk/workflows"))["items"]]
    await call.post("/helpdesk/workflows/order", {"ids": ids[::-1]})
    await call("DELETE", path)
    told = {}
    for client in (call, strange_call):
        tenant_id = client.office.tenant_id
        async with runtime.database.transaction(tenant_id) as session:
            rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.created_at))
            told[tenant_id] = [row.action for row in rows if row.action.startswith("rule.")]
    acts = ("added", "changed", "switched_on", "switched_off", "ordered", "deleted")
    assert told[call.office.tenant_id] == [f"rule.{act}" for act in acts]
    assert told[strange_call.office.tenant_id] == []
