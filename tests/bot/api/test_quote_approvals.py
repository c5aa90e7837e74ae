"""Approving, refusing, revising and copying quotes over REST, by the key's role and limit."""

from typing import Any

import pytest


@pytest.fixture
def path(call: Any) -> str:
    return f"/quotes/{call.office.ids['quote_id']}"


async def test_an_approval_is_of_the_version_that_was_looked_at(call: Any, path: str) -> None:
    assert (await call.get(path))["approval"] == "pending"
    late = await call.post(f"{path}/approve", {"version": 1})
    assert late.status_code == 409
    told = (await call.post(f"{path}/approve", {"version": 2})).json()
    assert (told["approval"], told["version"]) == ("approved", 2)
    assert (await call.get(path))["approval"] == "approved"
    log = (await call.get(f"{path}/log"))["items"]
    assert log[-1]["action"] == "approved"
    assert log[-1]["actor"].startswith("key:")


async def test_a_refusal_says_why_and_keeps_it_from_being_sent(call: Any, path: str) -> None:
    assert (await call.post(f"{path}/reject-approval", {})).status_code == 422
    told = await call.post(f"{path}/reject-approval", {"comment": "Too cheap"})
    assert (told.json()["approval"], told.json()["reason"]) == ("rejected", "Too cheap")
    refused = await call.post(f"{path}/status", {"status": "sent"})
    assert refused.status_code == 400
    assert "“Too cheap”" in refused.json()["detail"]
    await call("PATCH", path, {"title": "Cable, dearer"})
    assert (await call.get(path))["approval"] == "pending"


async def test_a_key_over_its_limit_or_without_sight_does_not_approve(call: Any, path: str) -> None:
    await call("PATCH", "/tenant", {"desk.approval_limit": 10})
    call.role = "staff"
    refused = await call.post(f"{path}/approve", {})
    assert refused.status_code == 400
    assert "up to 10" in refused.json()["detail"]
    call.role = "admin"
    await call(
        "PATCH",
        "/tenant",
        {"desk.approval_limit": 9999, "quoting.minimum_margin": 0.9, "quoting.approval_above": 999},
    )
    call.role = "staff"
    for act, body in (("approve", {}), ("status", {"status": "sent"})):
        refused = await call.post(f"{path}/{act}", body)
        assert "who may see margins" in refused.json()["detail"], act
    call.role = "readonly"
    assert (await call.post(f"{path}/approve", {})).status_code == 403


async def test_what_was_sent_is_revised_or_the_draft_given_up(call: Any, path: str) -> None:
    dropped = (await call.post(f"{path}/drop-revision", {})).json()
    assert (dropped["status"], dropped["revision"]) == ("sent", 1)
    assert (await call.post(f"{path}/drop-revision", {})).status_code == 400
    begun = (await call.post(f"{path}/revise", {"comment": "30 now"})).json()
    assert (begun["status"], begun["revision"]) == ("draft", 2)
    refused = await call.post(f"{path}/revise", {})
    assert refused.status_code == 400
    assert "change the draft itself" in refused.json()["detail"]


async def test_quotes_are_made_again_and_for_others(
    call: Any, path: str, strange_call: Any
) -> None:
    made = await call.post(f"{path}/duplicate", {})
    assert made.status_code == 201, made.text
    whole = await call.get(f"/quotes/{made.json()['quote_id']}")
    assert (whole["status"], whole["person_id"]) == ("draft", call.office.ids["person_id"])
    company = {"customer_id": call.office.ids["company_id"]}
    cloned = await call.post(f"{path}/clone", company)
    assert cloned.status_code == 201, cloned.text
    other = await call.get(f"/quotes/{cloned.json()['quote_id']}")
    assert (other["request"], other["company_id"]) == ("", company["customer_id"])
    theirs = {"customer_id": strange_call.office.ids["company_id"]}
    assert (await call.post(f"{path}/clone", theirs)).status_code == 404
    assert (await strange_call("POST", f"{path}/duplicate", {})).status_code == 404
