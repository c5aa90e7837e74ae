"""How another system follows along: every list tells what changed since, and misses nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from sqlalchemy import text

from benchmarks.statements import counted
from bot.runtime import Runtime
from domain.metadata import metadata

PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
NEEDED = {
    "/search": {"q": "camera"},
    "/people/lookup": {"kind": "email", "value": "priya@dental.example"},
}
OF_THE_MOMENT = {
    "/catalogue/search": "ranked for words",
    "/helpdesk/knowledge-base/search": "ranked for a question",
    "/helpdesk/tickets/{reference}/presence": "who is there just now",
    "/sla/compliance": "counted anew each time",
    "/contracts/revenue": "counted anew each time",
    "/support-contracts/renewals": "what ends soon, looked for anew each time",
    "/support-contracts/{contract_id}/services": "counted anew each time",
    "/sla/at-risk": "counted anew each time",
    "/webhooks/events": "the same for everybody, until the next version",
}
"""Lists that are computed when they are asked for: there is no row that changed."""
CONSTANT = {"/prompts", "/prompts/{name}/versions"}
"""Their shipped files are no tenant's rows: with `updated_since` they are left out."""
BOOKKEEPING = {"conversations", "api_keys"}
"""Leased and used all the time: only what is shown counts as a change."""


def lists(app: FastAPI) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Path, operation, and whether the list comes in pages."""
    document = app.openapi()
    for path, operations in document["paths"].items():
        operation = operations.get("get")
        if operation is None or not path.startswith("/api/v1/"):
            continue
        content = operation["responses"]["200"].get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        fields = document["components"]["schemas"].get(name, {}).get("properties", {})
        if schema.get("type") == "array" or {"items", "documents"} & fields.keys():
            yield path.removeprefix("/api/v1"), operation, "next_cursor" in fields


def rows(answer: Any) -> list[Any]:
    if isinstance(answer, list):
        return answer
    return list(answer["documents"] if "documents" in answer else answer["items"])


def keyed(row: dict[str, Any]) -> str:
    return str(row.get("id") or row.get("article_id") or row.get("code") or row.get("name"))


async def test_every_list_tells_what_changed_since_a_time(
    app: FastAPI, call: Any, strange_call: Any
) -> None:
    seen = 0
    for path, operation, is_paged in lists(app):
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        if path in OF_THE_MOMENT:
            continue
        assert "updated_since" in names, path
        assert ({"limit", "cursor"} <= names) == is_paged or path == "/people/lookup", path
        filled, needed = path.format(**call.office.ids), NEEDED.get(path, {})
        whole = {keyed(row) for row in rows(await call.get(filled, **needed))}
        past = rows(await call.get(filled, updated_since=PAST, **needed))
        assert past, f"{path}: the office needs a row for it"
        assert {keyed(row) for row in past} == whole or path in CONSTANT, path
        future = await call.get(filled, updated_since=FUTURE, **needed)
        assert rows(future) == [], path
        theirs = {keyed(row) for row in past} & {*call.office.ids.values()}
        answer = await strange_call("GET", filled, params={"updated_since": PAST, **needed})
        shown = rows(answer.json()) if answer.status_code == 200 else []
        assert not theirs & {keyed(row) for row in shown} - {"triage"}, path
        seen += 1
    assert seen >= 35


async def test_a_time_that_is_none_is_told_in_a_plain_sentence(app: FastAPI, call: Any) -> None:
    for path, _, _ in lists(app):
        if path in OF_THE_MOMENT:
            continue
        for wrong in ("yesterday", "2026-11-23", "2026-11-23T09:00:00", ""):
            params = {"updated_since": wrong, **NEEDED.get(path, {})}
            answer = await call("GET", path.format(**call.office.ids), params=params)
            assert answer.status_code == 422, (path, wrong)
            (problem,) = answer.json()["errors"]
            assert problem["problem"].startswith("Give a time with its zone"), path


async def test_pages_of_one_in_the_order_of_changes_are_the_whole_list(
    app: FastAPI, call: Any
) -> None:
    for path, _, is_paged in lists(app):
        if not is_paged or path == "/people/lookup":
            continue
        filled = path.format(**call.office.ids)
        params = {"updated_since": PAST, **NEEDED.get(path, {})}
        whole = rows(await call.get(filled, **params))
        stamps = [row.get("updated_at") or row.get("created_at") for row in whole]
        assert all(stamps), path
        assert stamps == sorted(stamps), path
        met: list[Any] = []
        page = await call.get(filled, limit=1, **params)
        while True:
            met += page["items"]
            if page["next_cursor"] is None:
                break
            page = await call.get(filled, limit=1, cursor=page["next_cursor"], **params)
        assert met == whole, path


async def test_what_changes_during_a_walk_and_after_it_is_not_missed(call: Any) -> None:
    made = [(await call.post("/companies", {"name": f"C{n}"})).json() for n in range(4)]
    since = made[0]["updated_at"]
    first = await call.get("/companies", updated_since=since, limit=2)
    await call("PATCH", f"/companies/{made[0]['id']}", {"name": "changed"})
    rest = await call.get("/companies", updated_since=since, cursor=first["next_cursor"])
    assert [one["name"] for one in rest["items"]] == ["C2", "C3", "changed"]
    last = rest["items"][-1]["updated_at"]
    added = (await call.post("/companies", {"name": "after"})).json()
    again = await call.get("/companies", updated_since=last)
    assert [one["id"] for one in again["items"]] == [made[0]["id"], added["id"]]


async def test_a_cursor_of_one_order_is_refused_in_the_other(call: Any) -> None:
    await call.post("/companies", {"name": "Another"})
    own = (await call.get("/companies", limit=1))["next_cursor"]
    changed = (await call.get("/companies", limit=1, updated_since=PAST))["next_cursor"]
    for params in ({"cursor": changed}, {"cursor": own, "updated_since": PAST}):
        assert (await call("GET", "/companies", params=params)).status_code == 400


async def test_a_statement_that_names_no_time_is_a_change_all_the_same(
    call: Any, runtime: Runtime
) -> None:
    """Whatever writes a row, with which statement ever."""
    tables = [table.name for table in metadata.sorted_tables if "updated_at" in table.c]
    unnoticed = []
    async with runtime.database.transaction(call.office.tenant_id) as session:
        for table in sorted({*tables} - BOOKKEEPING):
            before = await session.scalar(text(f"select max(updated_at) from {table}"))
            await session.execute(text(f"update {table} set created_at = created_at"))
            after = await session.scalar(text(f"select max(updated_at) from {table}"))
            if before is not None and after <= before:
                unnoticed.append(table)
    # Read by no list of their own.
    assert unnoticed == ["sla_clocks", "tenants"]


async def test_the_use_of_a_key_and_the_lease_of_a_conversation_are_no_changes(
    call: Any, runtime: Runtime
) -> None:
    now = datetime.now(UTC)
    async with runtime.database.transaction(call.office.tenant_id) as session:
        await session.execute(text("update conversations set lease_until = now()"))
        await session.execute(text("update api_keys set last_used_at = now()"))
    for path in ("/conversations", "/keys"):
        assert rows(await call.get(path, updated_since=now.isoformat())) == []
    async with runtime.database.transaction(call.office.tenant_id) as session:
        await session.execute(text("update conversations set owner = 'staff'"))
        await session.execute(text("update api_keys set revoked_at = now() where name = 'spare'"))
    for path in ("/conversations", "/keys"):
        assert len(rows(await call.get(path, updated_since=now.isoformat()))) == 1


async def test_parts_of_a_row_are_changes_of_it(call: Any, runtime: Runtime) -> None:
    ids = call.office.ids
    since = datetime.now(UTC).isoformat()
    await call("PUT", f"/helpdesk/teams/{ids['team_id']}/members/{ids['staff_id']}")
    async with runtime.database.transaction(call.office.tenant_id) as session:
        await session.execute(text("update identities set proven_at = now()"))
    for path, row_id in (("/helpdesk/teams", ids["team_id"]), ("/people", ids["person_id"])):
        assert [one["id"] for one in rows(await call.get(path, updated_since=since))] == [row_id]
    later = datetime.now(UTC).isoformat()
    await call("DELETE", f"/helpdesk/teams/{ids['team_id']}/members/{ids['staff_id']}")
    assert len(rows(await call.get("/helpdesk/teams", updated_since=later))) == 1


async def test_what_is_gone_is_still_told_where_it_leaves_a_row(call: Any) -> None:
    ids = call.office.ids
    since = (datetime.now(UTC) - timedelta(milliseconds=1)).isoformat()
    await call.post(f"/helpdesk/tickets/{ids['reference']}/merge", {"into": ids["other"]})
    await call("DELETE", f"/products/{ids['code']}")
    await call("DELETE", f"/staff/{ids['staff_id']}")
    await call("DELETE", f"/keys/{ids['key_id']}")
    told = {
        path: rows(await call.get(path, updated_since=since))
        for path in ("/helpdesk/tickets", "/products", "/staff", "/keys")
    }
    merged = {row["id"]: row["merged_into_id"] for row in told["/helpdesk/tickets"]}
    assert merged == {ids["reference"]: ids["other"], ids["other"]: None}
    assert told["/products"][0]["retired_at"]
    assert told["/staff"][0]["deactivated_at"]
    assert told["/keys"][0]["revoked_at"]
    assert rows(await call.get("/products")) == []


async def _many(call: Any, count: int) -> None:
    ids = call.office.ids
    ticket, talk = f"/helpdesk/tickets/{ids['reference']}", ids["conversation_id"]
    for _ in range(count):
        name = uuid4().hex
        other = (await call.post("/helpdesk/tickets", {"subject": f"camera {name}"})).json()
        for path, body in (
            ("/companies", {"name": name}),
            ("/people", {"name": name, "identities": [{"kind": "telegram", "value": name}]}),
            ("/helpdesk/knowledge-base/articles", {"title": name, "text": "x"}),
            (f"{ticket}/comments", {"text": "x"}),
            (f"{ticket}/links", {"other": other["number"]}),
            (f"{ticket}/promises", {"text": name, "due_at": FUTURE}),
            (f"/conversations/{talk}/messages", {"text": "camera", "draft": True}),
            ("/helpdesk/teams", {"name": name}),
            ("/helpdesk/macros", {"name": name, "text": "x"}),
            ("/helpdesk/views", {"name": name}),
            ("/prompts/triage/versions", {"body": "{{ company }}", "note": "n"}),
            ("/products", {"code": name, "name": name}),
            ("/staff", {"email": f"{name}@desk.example", "name": name}),
            (f"/companies/{ids['company_id']}/sites", {"name": name}),
        ):
            assert (await call.post(path, body)).status_code == 201, path


async def test_a_list_takes_as_many_statements_for_many_rows_as_for_few(
    app: FastAPI, call: Any, runtime: Runtime
) -> None:
    async def measured() -> dict[str, tuple[int, int]]:
        found = {}
        for path, _, _ in lists(app):
            if path in OF_THE_MOMENT:
                continue
            params = {"updated_since": PAST, **NEEDED.get(path, {})}
            with counted(runtime.database.engine) as count:
                answer = await call.get(path.format(**call.office.ids), **params)
            found[path] = (count.statements, len(rows(answer)))
        return found

    await call.get("/tenant")  # what is looked up once for a key is known from here on
    few = await measured()
    await _many(call, 6)
    many = await measured()
    assert {path: count for path, (count, _) in many.items()} == {
        path: count for path, (count, _) in few.items()
    }
    assert sum(many[path][1] > few[path][1] for path in many) >= 17
    assert max(count for count, _ in many.values()) <= 12  # search asks three kinds
