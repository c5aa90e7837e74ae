"""Service levels over REST: policies, calendars, compliance, breaches."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from bot.runtime import Runtime
from domain.tickets.models import Ticket
from domain.types import utc_now

MINUTES = {"first_response": 30, "resolution": 240}


async def test_a_calendar_and_a_policy_are_added_changed_and_removed(call: Any) -> None:
    week = {"mon": [["09:00", "12:30"], ["13:30", "17:00"]]}
    made = await call.post("/sla/calendars", {"name": "Office", "week": week, "country": "GB"})
    assert made.status_code == 201, made.text
    calendar = made.json()
    assert calendar["week"]["mon"] == week["mon"]
    sent = {"name": "Fast", "calendar_id": calendar["id"], "targets": {"medium": MINUTES}}
    policy = (await call.post("/sla/policies", sent)).json()
    assert policy["targets"] == {"medium": MINUTES}
    url = f"/sla/policies/{policy['id']}"
    changed = await call("PATCH", url, {"conditions": {"tags": ["vip"]}, "position": 3})
    assert changed.json()["conditions"]["tags"] == ["vip"]
    assert changed.json()["targets"] == {"medium": MINUTES}
    in_use = await call("DELETE", f"/sla/calendars/{calendar['id']}")
    assert in_use.status_code == 400
    assert (await call("DELETE", url)).status_code == 204
    assert (await call("DELETE", f"/sla/calendars/{calendar['id']}")).status_code == 204


async def test_what_makes_no_sense_is_refused_with_a_reason(call: Any) -> None:
    for body in (
        {"name": "x", "week": {}},
        {"name": "x", "week": {"mon": [["17:00", "09:00"]]}},
        {"name": "x", "week": {"mon": [["09:00", "17:00"]]}, "zone": "Europe/Atlantis"},
        {"name": "x", "week": {"mon": [["09:00", "17:00"]]}, "country": "QQ"},
    ):
        refused = await call.post("/sla/calendars", body)
        assert refused.status_code == 400, refused.text
        assert "business hours" in refused.text
    twice = await call.post("/sla/policies/templates", {"template": "gold"})
    assert twice.status_code == 400
    assert (await call.post("/sla/policies/templates", {"template": "24x7"})).status_code == 201


async def test_a_ticket_shows_its_times_and_may_have_a_policy_of_its_own(call: Any) -> None:
    ids = call.office.ids
    url = f"/sla/tickets/{ids['reference']}"
    assert (await call.get(url))["policy"] == "Gold"
    standard = (await call.post("/sla/policies/templates", {"template": "standard"})).json()
    chosen = await call("PUT", f"{url}/policy", {"policy_id": standard["id"]})
    assert chosen.json()["policy"] == "Standard"
    assert (await call("PUT", f"{url}/policy", {})).json()["policy"] == "Gold"


async def test_breaches_are_listed_until_they_are_acknowledged(call: Any) -> None:
    (breach,) = (await call.get("/sla/breach-alerts", is_open=True))["items"]
    assert breach["id"] == call.office.ids["alert_id"]
    done = await call.post(f"/sla/breach-alerts/{breach['id']}/acknowledge")
    assert done.json()["acknowledged_by"]
    assert (await call.get("/sla/breach-alerts", is_open=True))["items"] == []
    assert len((await call.get("/sla/breach-alerts", is_open=False))["items"]) == 1


async def test_compliance_counts_what_was_kept_and_exports_it(call: Any, runtime: Runtime) -> None:
    tenant_id, ticket_id = call.office.tenant_id, call.office.ids["reference"]
    async with runtime.database.transaction(tenant_id) as session:
        await session.execute(delete(Ticket).where(Ticket.id != ticket_id))
        ticket = await session.get_one(Ticket, ticket_id)
        ticket.created_at = utc_now() - timedelta(days=20)
        ticket.status, ticket.resolved_at = "resolved", utc_now() - timedelta(days=1)
        ticket.company_id = None
    await call.post(f"/helpdesk/tickets/{ticket_id}/comments", {"text": "x"})
    await runtime.reactions.react(tenant_id)
    for by, group in (("policy", "Gold"), ("staff", ""), ("customer", "Priya Shah")):
        (row,) = (await call.get("/sla/compliance", by=by))["items"]
        assert row["group"] == group
        assert (row["tickets"], row["resolution_missed"], row["resolution_rate"]) == (1, 1, 0.0)
    for by in ("day", "week", "month"):
        assert len((await call.get("/sla/compliance", by=by))["items"]) == 1
    assert (await call.get("/sla/compliance", until="2020-01-01T00:00:00Z"))["items"] == []
    sheet = await call("GET", "/sla/compliance/export", params={"by": "policy"})
    assert sheet.headers["content-type"].startswith("text/csv")
    assert sheet.text.splitlines()[1].startswith("Gold,1,")
