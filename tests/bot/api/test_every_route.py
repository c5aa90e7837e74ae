"""What every REST route keeps: roles, other tenants' ids, problems, and its place in /docs."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

ROLES = ("readonly", "staff", "admin")
OURS = (
    *("/conversations", "/drafts", "/helpdesk", "/companies", "/sites", "/people", "/prompts"),
    *("/search", "/tenant", "/channels", "/keys", "/quotes", "/products", "/suppliers"),
    *("/pricing-config", "/quarantine", "/sla/", "/webhooks", "/customers", "/metrics/"),
    *("/contracts", "/contract-templates", "/support-contracts", "/message-templates"),
    "/catalogue",
)
ADMINS = (
    *("/prompts", "/tenant", "/channels", "/keys", "/products", "/suppliers"),
    *("/pricing-config", "/catalogue"),
    *("/sla/policies", "/sla/calendars", "/helpdesk/workflows", "/webhooks"),
    *("/contract-templates", "/message-templates/", "/pricing-config/exchange-rates"),
)
RULE = {
    "name": "x",
    "event": "created",
    "actions": [{"do": "set_priority", "to": "high"}],
}

BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/conversations/{conversation_id}/messages"): {"text": "On our way"},
    ("POST", "/conversations/{conversation_id}/notes"): {"text": "Called them"},
    ("POST", "/conversations/{conversation_id}/messages/{inbound_id}/reaction"): {"emoji": "👍"},
    ("PATCH", "/helpdesk/tickets/{reference}"): {"status": "in_progress"},
    ("POST", "/helpdesk/tickets/{reference}/comments"): {"text": "Ordered it"},
    ("POST", "/helpdesk/tickets/{reference}/links"): {"other": "{other}"},
    ("POST", "/helpdesk/tickets/{reference}/merge"): {"into": "{other}"},
    ("POST", "/customers/{person_id}/links"): {"other_id": "{other_person_id}"},
    ("POST", "/customers/{person_id}/merge"): {"into": "{other_person_id}"},
    ("POST", "/companies/{company_id}/merge"): {"into": "{other_company_id}"},
    ("POST", "/helpdesk/tickets/{reference}/split"): {"comments": ["{comment_id}"]},
    ("PUT", "/helpdesk/tickets/{reference}/satisfaction"): {"score": 5},
    ("POST", "/helpdesk/tickets/{reference}/promises"): {
        "text": "Send it",
        "due_at": "2099-01-01T12:00:00Z",
    },
    ("POST", "/helpdesk/macros/{macro_id}/filled"): {"ticket": "{reference}"},
    ("PATCH", "/helpdesk/knowledge-base/articles/{article_id}"): {"text": "Pull the plug."},
    ("POST", "/helpdesk/knowledge-base/articles/{article_id}/status"): {"status": "archived"},
    ("PATCH", "/companies/{company_id}"): {"name": "Dental"},
    ("POST", "/companies/{company_id}/sites"): {"name": "Warehouse"},
    ("PATCH", "/sites/{site_id}"): {"name": "Surgery"},
    ("PATCH", "/people/{person_id}"): {"name": "P. Shah"},
    ("PUT", "/people/{person_id}/opt-outs"): {
        "channel": "whatsapp",
        "address": "447700900123",
        "is_opted_out": False,
    },
    ("POST", "/people/{person_id}/identities"): {"kind": "phone", "value": "+44 7700 900456"},
    ("PATCH", "/channels/{account_id}"): {"mode": "automatic"},
    ("PUT", "/helpdesk/workflows/{rule_id}"): RULE,
    ("PUT", "/quotes/{quote_id}/documents/{document_type}"): {
        "content": {"sections": [{"id": "summary", "title": "Summary", "content": "Cable."}]},
        "changes_summary": "shorter",
    },
    ("PATCH", "/quotes/{quote_id}/documents/{document_type}/sections/{section_id}"): {
        "content": "All the cable.",
        "changes_summary": "clearer",
    },
    ("PATCH", "/pricing-config/exchange-rates/{exchange_id}"): {"note": "ECB"},
    ("PATCH", "/quotes/{quote_id}"): {"customer_reference": "PO 1"},
    ("POST", "/quotes/{quote_id}/status"): {"status": "cancelled"},
    ("POST", "/quotes/{quote_id}/reject-approval"): {"comment": "Ask for more"},
    ("POST", "/quotes/{quote_id}/clone"): {"customer_id": "{person_id}"},
    ("PATCH", "/webhooks/{subscription_id}"): {"description": "Tickets"},
    ("POST", "/webhooks/{subscription_id}/replay"): {
        "from": "2026-11-23T09:00:00Z",
        "to": "2026-11-24T09:00:00Z",
    },
    ("PATCH", "/products/{code}"): {"base_price": "12.50"},
    ("PUT", "/products/{code}/bundle"): {"parts": [{"quantity": "2", "norm": "fit"}]},
    ("PATCH", "/suppliers/{supplier_id}"): {"lead_time_days": 3},
    ("POST", "/suppliers/{supplier_id}/prices"): {"code": "{code}", "cost": "59"},
    ("PATCH", "/suppliers/{supplier_id}/prices/{price_id}"): {"cost": "58"},
    ("PUT", "/suppliers/{supplier_id}/price-layout"): {"columns": {"A": "code"}},
    ("PATCH", "/pricing-config/day-rates/{rate_id}"): {"price": "510"},
    ("PATCH", "/pricing-config/norms/{norm_id}"): {"fixed_hours": "2"},
    ("POST", "/contracts/{contract_id}/sign"): {"name": "A", "email": "a@b.example"},
    ("POST", "/contracts/{contract_id}/status"): {"status": "suspended"},
    ("POST", "/contracts/{contract_id}/cancel"): {"reason": "moves", "is_agreed": True},
    ("PUT", "/contracts/{contract_id}/sections"): {
        "sections": [{"id": "a", "title": "A"}],
        "changes_summary": "shorter",
    },
    ("PUT", "/contract-templates/{template_id}"): {
        "sections": [{"id": "a", "title": "A"}],
        "note": "shorter",
    },
    ("PATCH", "/contract-templates/{template_id}"): {"is_on": True},
    ("POST", "/support-contracts/{contract_id}/uses"): {"service": "Hours", "amount": "1"},
    ("PUT", "/support-contracts/{contract_id}/services"): {"included_services": []},
    ("PATCH", "/sla/policies/{policy_id}"): {"position": 5},
    ("PATCH", "/sla/calendars/{calendar_id}"): {"closed": ["2026-12-24"]},
}
BY_STATE = {
    *(f"/contracts/{{contract_id}}/{act}" for act in ("sign", "sections", "renew", "cancel")),
    *(f"/quotes/{{quote_id}}/{what}" for what in ("terms", "order-list", "order-list.csv")),
    "/quotes/{quote_id}/handover/{program}.csv",
    *("/suppliers/{supplier_id}/price-lists/{preview_id}/import", "/suppliers/{supplier_id}"),
    *("/pricing-config/norms/{norm_id}", "/catalogue/proposals/{proposal_id}/dismiss"),
    *("/webhooks/{subscription_id}/ping", "/webhooks/{subscription_id}/replay"),
    *("/quotes/{quote_id}/send", "/contracts/{contract_id}/send"),
    *("/contracts/{contract_id}/rollback/{version}", "/contracts/{contract_id}/status"),
    *("/support-contracts/{contract_id}/services", "/support-contracts/{contract_id}/uses"),
    *(f"/quotes/{{quote_id}}/{act}" for act in ("approve", "reject-approval", "revise")),
    "/quotes/{quote_id}/drop-revision",
}
"""What a contract that runs, or no longer does, refuses; a webhook that is off; a quote's
state."""
REPEATABLE = (
    *("generate-answer", "/import", "/dry-run", "/tenant/logo", "/price-lists/preview"),
    *("/message-templates/sync", "/message-templates/submit"),
)
"""An answer is only thought of; a list or a logo again changes nothing by itself, nor does
submitting what is submitted."""
NO_ID = {"/prompts/{name}", "/prompts/{name}/versions", "/prompts/{name}/test"}
"""Their only parameter is the name of a shipped prompt, which every tenant has."""


def _paths(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in app.openapi()["paths"].items():
        if path.startswith("/api/v1/") and not path.endswith("/webhook"):
            for method, operation in operations.items():
                yield method.upper(), path.removeprefix("/api/v1"), operation


def _filled(path: str, ids: dict[str, str]) -> str:
    unknown = set(re.findall(r"{(\w+)}", path)) - ids.keys()
    if unknown:
        pytest.fail(f"{path}: let conftest.Office have one of each {unknown}")
    return re.sub(r"{(\w+)}", lambda match: ids[match[1]], path)


def _has_id(path: str) -> bool:
    return "{" in path and path not in NO_ID and not path.endswith("/diff")


def _needed(method: str, path: str) -> str:
    if path.startswith("/keys"):
        return "admin"
    if path.endswith("/link"):
        return "staff"
    if method == "GET":
        return "readonly"
    return "admin" if path.startswith(ADMINS) and not path.endswith("/test") else "staff"


async def test_an_id_of_another_tenant_is_not_found(
    app: FastAPI, call: Any, strange_call: Any, office: Any
) -> None:
    # An upload is no JSON: its own tests see to it.
    tried = [
        (m, p)
        for m, p, _ in _paths(app)
        if p.startswith(OURS) and _has_id(p) and not p.endswith("/preview")
    ]
    for method, path in tried:
        response = await strange_call(
            method, _filled(path, office.ids), _body(method, path, strange_call.office.ids)
        )
        assert response.status_code == 404, (method, path, response.text)
    for method, path in tried:  # the same calls are found by whom the ids belong to
        if path == "/prompts/{name}/rollback/{version}":
            continue
        response = await call(method, _filled(path, office.ids), _body(method, path, office.ids))
        taken = path == "/drafts/{message_id}/reject"
        if path in BY_STATE:
            allowed = (200, 201, 202, 204, 400, 409)
            assert response.status_code in allowed, (method, path, response.text)
            continue
        assert response.status_code == 409 if taken else response.is_success, (method, path)
    assert len(tried) > 25


def _body(method: str, path: str, ids: dict[str, str]) -> Any:
    """`{name}` in a body is an id of that name."""
    if method in ("GET", "DELETE"):
        return None
    words = json.dumps(BODIES.get((method, path), {}))
    return json.loads(re.sub(r'"{(\w+)}"', lambda match: f'"{ids[match[1]]}"', words))


@pytest.mark.parametrize(
    ("method", "path", "field", "thing"),
    [
        ("POST", "/helpdesk/tickets", "person_id", "person_id"),
        ("POST", "/helpdesk/tickets", "company_id", "company_id"),
        ("PATCH", "/helpdesk/tickets/{reference}", "assignee_id", "staff_id"),
        ("PATCH", "/helpdesk/tickets/{reference}", "team_id", "team_id"),
        ("POST", "/helpdesk/tickets/{reference}/links", "other", "other"),
        ("POST", "/helpdesk/tickets/{reference}/merge", "into", "other"),
        ("POST", "/helpdesk/tickets/{reference}/follow-up", "staff_id", "staff_id"),
        ("POST", "/people", "company_id", "company_id"),
        ("POST", "/people", "site_id", "site_id"),
        ("PATCH", "/people/{person_id}", "company_id", "company_id"),
        ("PATCH", "/people/{person_id}", "site_id", "site_id"),
        ("POST", "/customers/{person_id}/links", "other_id", "other_person_id"),
        ("POST", "/customers/{person_id}/merge", "into", "other_person_id"),
        ("POST", "/companies/{company_id}/merge", "into", "other_company_id"),
        ("PUT", "/sla/tickets/{reference}/policy", "policy_id", "policy_id"),
        ("PATCH", "/sla/policies/{policy_id}", "calendar_id", "calendar_id"),
    ],
)
async def test_an_id_of_another_tenant_in_a_body_is_not_found(
    call: Any, strange_call: Any, method: str, path: str, field: str, thing: str
) -> None:
    needed = {"subject": "x"} if path == "/helpdesk/tickets" else {}
    for ids, expected in ((call.office.ids, 404), (strange_call.office.ids, (200, 201))):
        filled = _filled(path, strange_call.office.ids)
        response = await strange_call(method, filled, needed | {field: ids[thing]})
        assert response.status_code in (expected if isinstance(expected, tuple) else (expected,))


async def test_lists_searches_and_filters_show_nothing_of_another_tenant(
    app: FastAPI, call: Any, strange_call: Any, office: Any
) -> None:
    """Every id of the first company is looked for in all that the second one can list."""
    named = ("name", "version", "program", "document_type", "document_version", "section_id")
    named += ("revision",)
    theirs = {value for name, value in office.ids.items() if name not in named}
    extra = {"/search": {"q": "camera"}, "/helpdesk/knowledge-base/search": {"q": "reset camera"}}
    extra["/catalogue/search"] = {"q": "blue string"}
    extra["/people/lookup"] = {"kind": "email", "value": "priya@dental.example"}
    for method, path, _ in _paths(app):
        if method == "GET" and "{" not in path and path.startswith(OURS):
            params = extra.get(path, {})
            response = await strange_call("GET", path, params=params)
            assert response.status_code == 200, response.text
            shown = response.text  # JSON, or a sheet
            assert not [one for one in theirs if one in shown], path
            if path in extra:
                assert [one for one in theirs if one in json.dumps(await call.get(path, **params))]
    for path, field in (
        ("/helpdesk/tickets", "person_id"),
        ("/conversations", "person_id"),
        ("/people", "company_id"),
    ):
        assert (await strange_call.get(path, **{field: office.ids[field]}))["items"] == []
        assert (await call.get(path, **{field: office.ids[field]}))["items"] != []


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_do_its_part_and_no_more(
    app: FastAPI, http: httpx.AsyncClient, office: Any, role: str
) -> None:
    made_up = {name: str(uuid4()) for name in office.ids} | {"name": "nothing", "version": "1"}
    made_up |= {"document_type": "overview", "document_version": "1", "revision": "1"}
    for method, path, _ in _paths(app):
        if not path.startswith(OURS):
            continue
        response = await http.request(
            method,
            f"/api/v1{_filled(path, made_up)}",
            headers=office.headers(role),
            json=None if method in ("GET", "DELETE") else {},
        )
        is_allowed = ROLES.index(role) >= ROLES.index(_needed(method, path))
        assert (response.status_code != 403) == is_allowed, (method, path, response.status_code)
        assert response.status_code != 401


async def test_no_route_writes_for_a_readonly_key(
    app: FastAPI, http: httpx.AsyncClient, office: Any
) -> None:
    """Also those of other parts of the product."""
    for method, path, _ in _paths(app):
        if method != "GET":
            url = "/api/v1" + re.sub(r"{\w+}", str(uuid4()), path)
            response = await http.request(method, url, headers=office.headers("readonly"), json={})
            assert response.status_code == 403, (method, path, response.text)


async def test_without_a_key_every_route_gives_the_same_401(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    from bot.dependencies import Doorkeeper, Failures

    app.state.doorkeeper = Doorkeeper(app.state.runtime, Failures(limit=10_000))
    bodies = set()
    for method, path, _ in _paths(app):
        url = "/api/v1" + re.sub(r"{\w+}", str(uuid4()), path)
        response = await http.request(method, url)
        assert response.status_code == 401, (method, path)
        assert response.headers["www-authenticate"] == "Bearer"
        bodies.add(response.text)
    assert len(bodies) == 1


def test_docs_list_every_route_with_its_problems_and_examples(app: FastAPI) -> None:
    document = app.openapi()
    names = {operation["operationId"] for _, _, operation in _paths(app)}
    assert len(names) == len(list(_paths(app)))
    examples = 0
    for method, path, operation in _paths(app):
        if not path.startswith(OURS):
            continue
        assert operation["summary"], path
        assert operation["security"] == [{"HTTPBearer": []}], path
        for status in ("401", "403", "404", "409", "413", "415", "422", "429"):
            assert list(operation["responses"][status]["content"]) == ["application/problem+json"]
        headers = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "header"]
        writes = method != "GET" and not path.endswith(REPEATABLE)
        expected = ["idempotency-key"] if writes else []
        expected += ["if-match"] if writes and "/documents/" in path else []
        assert sorted(headers) == expected, (method, path)
        examples += '"examples"' in json.dumps(operation.get("requestBody", {}))
    assert '"examples"' in json.dumps(document["components"])


def test_every_route_keeps_the_promises_of_the_rest_module(app: FastAPI) -> None:
    """By the error it declares for a body that is no JSON, which only such routes have."""
    for method, path, operation in _paths(app):
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
            continue  # an upload, with limits of its own
        assert "415" in operation["responses"], f"{method} {path}: make its router with rest_router"


def test_no_schema_is_endless(app: FastAPI) -> None:
    """Who builds a form or test data from a schema that holds itself never comes to an end."""
    schemas = app.openapi()["components"]["schemas"]
    within = {
        name: set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(schema)))
        for name, schema in schemas.items()
    }
    ends: set[str] = set()
    while more := {name for name, named in within.items() if named <= ends} - ends:
        ends |= more
    assert within.keys() == ends
