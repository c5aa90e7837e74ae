"""Webhooks over REST: changed, tested, sent once more, bounded; and the guide's follower."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.api.workflows.guide import FOLLOWER, GUIDE
from domain.contracts import service as contracts
from domain.quotes.lifecycle.states import MOVES
from domain.workflows.announced import EVENTS, NOUNS
from domain.workflows.webhooks import MOST

NEW = {"url": "https://crm.example/in", "kinds": ["ticket.*"]}
ROOT = Path(__file__).parents[3]


async def test_a_webhook_is_changed_in_part(call: Any, strange_call: Any) -> None:
    made = (await call.post("/webhooks", NEW | {"description": "CRM"})).json()
    path = f"/webhooks/{made['id']}"
    changed = (await call("PATCH", path, {"kinds": ["quote.approved"], "is_on": False})).json()
    assert (changed["kinds"], changed["is_on"]) == (["quote.approved"], False)
    assert (changed["url"], changed["description"]) == (NEW["url"], "CRM")
    assert changed["updated_at"] > made["updated_at"]
    assert "secret" not in changed
    moved = await call("PATCH", path, {"url": "https://crm.example/elsewhere", "is_on": True})
    assert (moved.json()["url"], moved.json()["is_on"]) == ("https://crm.example/elsewhere", True)
    odd = await call("PATCH", path, {"url": "http://0x7f.1/"})
    assert (odd.status_code, "odd form" in odd.json()["detail"]) == (400, True)
    assert (await strange_call("PATCH", path, {"is_on": False})).status_code == 404


async def test_events_that_are_none_are_refused_with_the_list(call: Any) -> None:
    ids = call.office.ids
    for method, path in (("POST", "/webhooks"), ("PATCH", f"/webhooks/{ids['subscription_id']}")):
        answer = await call(method, path, NEW | {"kinds": ["ticket.gone", "ticket.opened"]})
        assert answer.status_code == 400
        detail = answer.json()["detail"]
        assert detail.startswith("There is no event “ticket.gone”. Take of: ")
        assert "quote.approved" in detail
        assert "message.*" in detail
    listed = {one["kind"]: one for one in (await call.get("/webhooks/events"))["items"]}
    assert set(listed) == {event.kind for event in EVENTS}
    assert set(listed["ticket.changed"]["data"]) == {"number", "field", "old", "new"}


async def test_there_are_so_many_webhooks_and_no_more(call: Any, strange_call: Any) -> None:
    for _ in range(MOST - 1):  # the office has one
        assert (await call.post("/webhooks", NEW)).status_code == 201
    refused = await call.post("/webhooks", NEW)
    assert refused.status_code == 400
    assert refused.json()["detail"] == (
        "There are 20 webhooks, the most there can be: remove one first."
    )
    assert (await strange_call.post("/webhooks", NEW)).status_code == 201
    await call("DELETE", f"/webhooks/{call.office.ids['subscription_id']}")
    assert (await call.post("/webhooks", NEW)).status_code == 201


async def test_a_test_delivery_and_a_span_are_queued_and_logged(
    call: Any, strange_call: Any
) -> None:
    path = f"/webhooks/{call.office.ids['subscription_id']}"
    pinged = await call.post(f"{path}/ping")
    assert (pinged.status_code, pinged.json()["kind"]) == (202, "webhook.ping")
    logged = (await call.get("/webhooks/deliveries"))["items"]
    assert pinged.json()["id"] in [one["id"] for one in logged]
    now = datetime.now(UTC)
    span = {"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat()}
    again = await call.post(f"{path}/replay", span)
    assert again.status_code == 202
    assert again.json()["queued"] >= 3
    assert again.json()["next_from"] is None
    chosen = await call.post(f"{path}/replay", span | {"kinds": ["ticket.opened"]})
    assert chosen.json()["queued"] == 2
    for wrong in ({"from": span["to"], "to": span["from"]}, span | {"kinds": ["x"]}):
        assert (await call.post(f"{path}/replay", wrong)).status_code == 400
    assert (await call.post(f"{path}/replay", span | {"from": "today"})).status_code == 422
    assert (await strange_call.post(f"{path}/replay", span)).status_code == 404
    await call.post(f"{path}/off")
    for act, body in (("ping", {}), ("replay", span)):
        refused = await call.post(f"{path}/{act}", body)
        assert (refused.status_code, "switch it on" in refused.json()["detail"]) == (400, True)


@pytest.mark.parametrize("role", ["readonly", "staff"])
async def test_who_is_no_admin_sees_no_secret_no_address_and_no_answer(
    call: Any, role: str, runtime: Any
) -> None:
    url = "https://crm.example/in/a-token-of-theirs?key=another"
    made = (await call.post("/webhooks", NEW | {"url": url})).json()
    await call.post(f"/webhooks/{made['id']}/ping")
    from sqlalchemy import text

    async with runtime.database.transaction(call.office.tenant_id) as session:
        await session.execute(text("update webhook_deliveries set response = :r"), {"r": url})
    reader = type(call)(call.http, call.office, role)
    for path in ("/webhooks", "/webhooks/deliveries", "/webhooks/events"):
        shown = (await reader("GET", path)).text
        assert "a-token-of-theirs" not in shown
        assert made["secret"] not in shown
    assert "a-token-of-theirs" in (await call("GET", "/webhooks/deliveries")).text


def test_every_event_in_the_code_is_on_the_list_and_the_other_way_round() -> None:
    """An event that is not listed could be neither chosen nor looked up."""
    names = re.compile(r'"((?:' + "|".join(NOUNS) + r')\.[a-z_]+)"')
    recorded = set()
    for folder in ("bot/engine", "domain"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "announced.py" and "reacting" not in path.parts:
                words = path.read_text()
                if "Happened" in words or "istory" in words or "_happened" in words:
                    recorded |= set(names.findall(words))
    made = {  # put together from a noun and a state
        *("quote.drafted", "quote.redrafted", "quote.terms_taken_over"),
        *("ticket.promise_kept", "ticket.promise_withdrawn"),
        *(f"quote.{state}" for state in MOVES if state != "draft"),
        *("quote.revision_started", "quote.draft_dropped"),
        *("quote.reminder_due", "quote.not_looked_at", "quote.duplicated", "quote.cloned"),
        *("ticket.article_linked", "ticket.article_resolved"),
        *("message.received", "message.sent", "quote.asked", "contract.asked"),
        *(f"contract.{step}" for step in contracts._WORDS.values()),
        *(f"contract.{step}" for step in ("drafted", "changed", "quoted", "notice_given")),
        *(f"contract.{step}" for step in ("suspended", "cancelled", "expired")),
    }
    assert recorded | made == {event.kind for event in EVENTS}


async def test_the_guides_follower_meets_every_change(call: Any, http: httpx.AsyncClient) -> None:
    assert f"```python\n{FOLLOWER}```" in GUIDE
    written: dict[str, Any] = {}
    exec(FOLLOWER.replace('"limit": 200', '"limit": 2'), written)  # noqa: S102
    kept: dict[str, str] = {}

    class Asking:
        async def get(self, path: str, params: Any) -> httpx.Response:
            return await call("GET", path, params=params)

    def keep(row: Any) -> None:
        kept[row["id"]] = row["name"]

    since = datetime.now(UTC)
    for number in range(5):
        await call.post("/companies", {"name": f"C{number}"})
    again = await written["follow"](Asking(), "/companies", since, keep)
    assert sorted(kept.values()) == [f"C{number}" for number in range(5)]
    assert again == since  # all of it is younger than a minute
    last = max(kept)
    await call("PATCH", f"/companies/{last}", {"name": "changed"})
    await written["follow"](Asking(), "/companies", again, keep)
    assert kept[last] == "changed"
    later = datetime.now(UTC) + timedelta(days=1)
    assert await written["follow"](Asking(), "/companies", later, keep) == later


async def test_the_guide_stands_in_the_docs(http: httpx.AsyncClient) -> None:
    described = (await http.get("/openapi.json")).json()["info"]["description"]
    assert described.startswith("# Follow along from another system")
