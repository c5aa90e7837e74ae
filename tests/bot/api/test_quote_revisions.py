"""Revisions over REST: listed with state and hash, compared in the customer's words."""

from typing import Any

from bot.runtime import Runtime
from domain.quotes.lifecycle.revisions import start_revision
from domain.quotes.service import Quotes


async def test_what_was_sent_is_listed_with_its_state_and_the_hash_of_its_paper(
    call: Any, runtime: Runtime, strange_call: Any
) -> None:
    path = f"/quotes/{call.office.ids['quote_id']}"
    sent = await call.post(f"{path}/status", {"status": "sent", "comment": "by hand"})
    assert sent.status_code == 200, sent.text
    items = (await call.get(f"{path}/revisions"))["items"]
    assert [(one["revision"], one["status"]) for one in items] == [(1, "superseded"), (2, "sent")]
    assert (items[0]["sha256"], items[1]["sha256"]) == (None, sent.json()["sha256"])
    assert items[0]["reason"] == "Revision 2 was sent."
    assert "cost" not in str(items)
    assert (await strange_call("GET", f"{path}/revisions")).status_code == 404
    assert (await strange_call("GET", f"{path}/revisions/2/changes")).status_code == 404


async def test_a_draft_is_compared_with_what_was_sent(call: Any, runtime: Runtime) -> None:
    path = f"/quotes/{call.office.ids['quote_id']}"
    held = await call.get(f"{path}/documents/parts_list")
    content = held["document"]["content"] if "document" in held else held["content"]
    content["lines"][0]["quantity"] = "3"
    body = {"content": content, "changes_summary": "three"}
    changed = await call("PUT", f"{path}/documents/parts_list", body)
    assert changed.status_code == 200, changed.text
    told = await call.get(f"{path}/revisions/2/changes")
    assert (told["since"], told["revision"]) == (1, 2)
    assert "3 pcs instead of 1, £252.00." in told["sentences"][0]
    assert told["sentences"][-1].startswith("New total: £302.40 including VAT, £201.60 more")
    first = await call("GET", f"{path}/revisions/1/changes")
    assert first.status_code == 400
    assert "is the first" in first.json()["detail"]
    assert (await call("GET", f"{path}/revisions/9/changes")).status_code == 404


async def test_revisions_that_had_one_between_them_are_compared(
    call: Any, runtime: Runtime
) -> None:
    tenant_id, path = call.office.tenant_id, f"/quotes/{call.office.ids['quote_id']}"
    await call.post(f"{path}/status", {"status": "sent"})
    async with runtime.database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).get(call.office.ids["quote_id"])
        await start_revision(session, tenant_id, quote, "test", "again")
    told = await call.get(f"{path}/revisions/3/changes", since=1)
    assert (told["since"], told["revision"]) == (1, 3)
    assert told["sentences"] == ["The total stays £100.80 including VAT."]
