"""Contracts over REST: from an accepted quote to signed, renewed and quoted again."""

from typing import Any
from uuid import UUID

from bot.runtime import Runtime
from domain.quotes.service import Quotes


async def accepted_quote(runtime: Runtime, call: Any) -> str:
    office = call.office
    outlet = {"code": "OUT-2", "name": "Cat6 double outlet", "base_price": "74.00"}
    assert (await call.post("/products", outlet)).status_code == 201
    sent = {
        "customer_id": office.ids["company_id"],
        "customer_request": "Install Cat6 cabling for office: 24 double outlets",
        "quote_title": "Cable",
    }
    made = (await call.post("/quotes/generate", sent)).json()
    async with runtime.database.transaction(office.tenant_id) as session:
        quote = await Quotes(session, office.tenant_id).get(UUID(made["quote_id"]))
        quote.status = "accepted"
    return str(made["quote_id"])


async def test_an_accepted_quote_becomes_a_contract_and_the_contract_a_quote(
    runtime: Runtime, call: Any
) -> None:
    quote_id = await accepted_quote(runtime, call)
    url = f"/quotes/{quote_id}/generate-contract"
    made = await call.post(url, {"starts_on": "2027-01-01", "term_months": 24})
    assert made.status_code == 201, made.text
    assert made.json()["success"]
    assert (await call.post(url)).json() == made.json()
    contract = await call.get(f"/contracts/{made.json()['contract_id']}")
    assert (contract["ends_on"], contract["status"]) == ("2028-12-31", "draft")
    assert contract["quote_id"] == quote_id
    assert any("2028-12-31" in section["content"] for section in contract["sections"])
    back = await call.post(f"/contracts/{contract['id']}/generate-quote")
    assert back.status_code == 201, back.text
    assert {one["document_type"] for one in back.json()["documents"]} == {
        *("parts_list", "technical", "overview", "build"),
    }
    whole = await call.get(f"/quotes/{back.json()['quote_id']}")
    assert "2029-01-01" in whole["request"]


async def test_a_quote_that_is_not_accepted_is_refused_with_a_reason(call: Any) -> None:
    url = f"/quotes/{call.office.ids['quote_id']}/generate-contract"
    ids = call.office.ids
    assert (await call.post(url)).json()["contract_id"] == ids["contract_id"]
    made = await call.post(f"/contracts/{ids['contract_id']}/generate-quote", {})
    refused = await call.post(f"/quotes/{made.json()['quote_id']}/generate-contract")
    assert refused.status_code == 400
    assert "only an accepted quote" in refused.json()["detail"]


async def test_the_life_of_a_contract(runtime: Runtime, call: Any) -> None:
    quote_id = await accepted_quote(runtime, call)
    made = (await call.post(f"/quotes/{quote_id}/generate-contract")).json()
    url = f"/contracts/{made['contract_id']}"
    contract = await call.get(url)
    text = [contract["sections"][0] | {"content": "Only this."}]
    changed = await call(
        "PUT", f"{url}/sections", {"sections": text, "changes_summary": "short", "version": 1}
    )
    assert changed.json()["version"] == 2
    late = {"sections": text, "changes_summary": "late", "version": 1}
    assert (await call("PUT", f"{url}/sections", late)).status_code == 409
    refused = await call.post(f"{url}/status", {"status": "suspended"})
    assert refused.status_code == 400
    assert "can become cancelled, pending_signature" in refused.json()["detail"]
    waiting = (await call.post(f"{url}/status", {"status": "pending_signature"})).json()
    by = {"name": "Anna", "email": "anna@acme.example", "digest": "0" * 64}
    assert (await call.post(f"{url}/sign", by)).status_code == 409
    signed = await call.post(f"{url}/sign", by | {"digest": waiting["digest"]})
    assert signed.json()["status"] == "active"
    assert signed.json()["signatory"]["proof"] == "paper"
    renewed = (await call.post(f"{url}/renew")).json()
    assert renewed["ends_on"] > contract["ends_on"]
    assert renewed["starts_on"] == contract["starts_on"]
    soon = await call.post(f"{url}/cancel", {"reason": "moves"})
    assert soon.status_code == 400
    assert "30 days' notice" in soon.json()["detail"]
    ended = await call.post(f"{url}/cancel", {"reason": "moves", "is_agreed": True})
    assert ended.json()["cancels_on"]
    log = (await call.get(f"{url}/log"))["items"]
    assert [step["action"] for step in log] == [
        *("drafted", "changed", "sent", "signed", "renewed", "notice_given"),
    ]
    assert [row["version"] for row in (await call.get(f"{url}/versions"))["items"]] == [2, 1]


async def test_lists_filter_and_revenue_adds_up(call: Any) -> None:
    mine = call.office.ids["contract_id"]
    for params in ({}, {"status": "active"}, {"kind": "support"}, {"expiring_within_days": 400}):
        found = (await call.get("/contracts", **params))["items"]
        assert [one["id"] for one in found] == [mine], params
    for params in ({"status": "draft"}, {"expiring_within_days": 5}, {"kind": "sale"}):
        assert (await call.get("/contracts", **params))["items"] == [], params
    assert [one["id"] for one in (await call.get("/support-contracts"))["items"]] == [mine]
    soon = await call.get("/support-contracts/renewals", within_days=400)
    assert [one["id"] for one in soon["items"]] == [mine]
    (revenue,) = (await call.get("/contracts/revenue"))["items"]
    assert (revenue["contracts"], revenue["ending_contracts"]) == (1, 0)


async def test_included_services_are_counted(call: Any) -> None:
    url = f"/support-contracts/{call.office.ids['contract_id']}"
    used = await call.post(f"{url}/uses", {"service": "hours", "amount": "2.5"})
    assert used.status_code == 201, used.text
    assert (used.json()["left"], used.json()["unit"]) == ("7.5", "h")
    (left,) = (await call.get(f"{url}/services"))["items"]
    assert left["used"] == "2.5"
    unknown = await call.post(f"{url}/uses", {"service": "tea", "amount": "1"})
    assert unknown.status_code == 400
    changed = await call("PUT", f"{url}/services", {"included_services": []})
    assert changed.status_code == 400


async def test_templates_are_written_and_brought_back(call: Any) -> None:
    sections = [{"id": "all", "title": "All", "content": "For {{ customer }}"}]
    wrong = [sections[0] | {"content": "{{ customers }}"}]
    refused = await call.post("/contract-templates", {"name": "Care", "sections": wrong})
    assert refused.status_code == 400
    assert "“customers”" in refused.json()["detail"]
    made = await call.post("/contract-templates", {"name": "Care", "sections": sections})
    assert made.status_code == 201, made.text
    url = f"/contract-templates/{made.json()['id']}"
    new = {"sections": [sections[0] | {"title": "Everything"}], "note": "title"}
    assert (await call("PUT", url, new)).json()["version"] == 2
    back = await call.post(f"{url}/rollback/1")
    assert back.json()["sections"] == made.json()["sections"]
    assert len((await call.get(f"{url}/versions"))["items"]) == 3
    listed = await call.get("/contract-templates")
    assert {one["name"] for one in listed["items"]} == {"Standard", "Care"}
    assert "start_date" in listed["placeholders"]
