"""A tenant's settings, channels and prompts, through the API."""

from typing import Any

from sqlalchemy import select

from bot.runtime import Runtime
from domain.audit.models import AuditEntry

SECRETS = {
    "phone_number_id": "15559",
    "access_token": "EAAG-very-secret",
    "verify_token": "verify-very-secret",
    "app_secret": "app-very-secret",
}


async def test_settings_are_changed_dotted_or_nested(call: Any) -> None:
    for sent in ({"features.email": False}, {"features": {"email": False}}):
        await call("PATCH", "/tenant", {"features.email": True})
        changed = (await call("PATCH", "/tenant", sent)).json()
        assert changed["settings"]["features"]["email"] is False
    assert (await call("PATCH", "/tenant", {"name": "Harbour Dental"})).json()["name"] == (
        "Harbour Dental"
    )


async def test_a_setting_that_is_wrong_changes_nothing(call: Any) -> None:
    before = await call.get("/tenant")
    for sent in (
        {"features.email": False, "quoting.tax_rate": 7},
        {"features.email": False, "no.such": 1},
        {"features.email": False, "name": ""},
        {"features.email": False, "whatsapp_config": {"app_secret": ["x"]}},
        {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}},
    ):
        response = await call("PATCH", "/tenant", sent)
        assert response.status_code in (400, 422), response.text
    assert await call.get("/tenant") == before


async def test_secrets_of_a_channel_go_in_and_never_come_out(call: Any) -> None:
    response = await call("PATCH", "/tenant", {"whatsapp_config": SECRETS})
    assert response.status_code == 200, response.text
    shown = [response.text]
    for path in ("/tenant", "/channels", "/keys"):
        shown.append((await call("GET", path)).text)
    assert "15559" in shown[1]
    assert "very-secret" not in "".join(shown)


async def test_a_channel_is_let_answer_and_kept_from_it(call: Any, runtime: Runtime) -> None:
    path = f"/channels/{call.office.ids['account_id']}"
    live = (await call("PATCH", path, {"mode": "automatic"})).json()
    assert (live["mode"], live["live_since"] is None) == ("automatic", False)
    quiet = (await call("PATCH", path, {"mode": "draft_only"})).json()
    assert (quiet["mode"], quiet["live_since"]) == ("draft_only", None)
    async with runtime.database.transaction(call.office.tenant_id) as session:
        entries = await session.scalars(
            select(AuditEntry.actor).where(AuditEntry.action == "channel.mode")
        )
        assert all(actor.startswith("key:") for actor in entries)


async def test_a_prompt_goes_from_draft_to_force_and_back(call: Any) -> None:
    new = {"body": "Sort it, {{ company }}.\n", "note": "shorter"}
    saved = (await call.post("/prompts/triage/versions", new)).json()
    version = saved["version"]
    assert saved["state"] == "draft"
    assert (await call.get("/prompts/triage"))["current"] == 0
    assert (await call.post(f"/prompts/triage/publish/{version}")).json()["state"] == "current"
    prompt = await call.get("/prompts/triage")
    assert (prompt["current"], prompt["has_draft"]) == (version, False)
    assert (await call.post("/prompts/triage/rollback/0")).json()["version"] == 0
    assert (await call.get("/prompts/triage"))["current"] == 0
    again = (await call.post(f"/prompts/triage/rollback/{version}")).json()
    assert again["state"] == "current"


async def test_what_a_prompt_may_not_hold_is_told_in_a_sentence(call: Any) -> None:
    for body, problem in (
        ("Hello {{ price }}, {{ company }}", "There is no variable “price”"),
        ("Hello", "The variable “company” must appear"),
        ("{{ company }} {% set x = 1 %}", "not allowed"),
        ("{{ company ", "Line 1"),
    ):
        response = await call.post("/prompts/triage/versions", {"body": body, "note": "n"})
        assert response.status_code == 422, body
        assert problem in response.json()["detail"]
    house = await call.post("/prompts/rules/versions", {"body": "x", "note": "n"})
    assert "stays as it is" in house.json()["detail"]


async def test_versions_are_compared_line_by_line(call: Any) -> None:
    for body in ("Sort it, {{ company }}.\nBe brief.", "Sort it, {{ company }}.\nBe kind."):
        await call.post("/prompts/triage/versions", {"body": body, "note": "n"})
    latest = (await call.get("/prompts/triage"))["latest"]
    shown = await call.get(f"/prompts/triage/diff?from={latest - 1}&to={latest}")
    assert [(line["change"], line["text"]) for line in shown["lines"]] == [
        ("same", "Sort it, {{ company }}."),
        ("removed", "Be brief."),
        ("added", "Be kind."),
    ]
    assert (await call("GET", "/prompts/triage/diff?from=0&to=99")).status_code == 404


async def test_a_prompt_is_tried_with_sample_values_and_given_ones(call: Any) -> None:
    shipped = (await call.post("/prompts/support/test")).json()
    assert "Brightwire" in shipped["text"]
    assert shipped["version"] == 0
    sent = {"body": "Hi from {{ company }}", "variables": {"company": "{{ 7 * 7 }} Ltd"}}
    tried = (await call.post("/prompts/support/test", sent)).json()
    assert tried["text"] == "Hi from {{ 7 * 7 }} Ltd\n"
    assert tried["problems"] == ["The variable “actions” must appear in it."]
    wrong = await call.post("/prompts/support/test", {"variables": {"secret": "x"}})
    assert wrong.status_code == 422
    hostile = {"body": "{{ company.__class__.__mro__ }}"}
    assert (await call.post("/prompts/support/test", hostile)).status_code == 422


async def test_a_prompt_that_no_file_has_is_not_found(call: Any) -> None:
    for method, path in (
        ("GET", "/prompts/nothing"),
        ("GET", "/prompts/nothing/versions"),
        ("POST", "/prompts/nothing/test"),
    ):
        sent = {} if method == "POST" else None
        assert (await call(method, path, sent)).status_code == 404
