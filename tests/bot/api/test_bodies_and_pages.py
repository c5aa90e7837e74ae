"""What is sent: kinds, sizes, fields; and walks through lists."""

import base64
import json
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.api import rest
from bot.api.rest import BODY_LIMIT, BadCursor

NEW = {"subject": "No picture"}


async def test_a_body_of_more_than_a_megabyte_is_refused(call: Any) -> None:
    large = json.dumps({"subject": "x", "description": "y" * BODY_LIMIT})
    headers = {"Content-Type": "application/json"}
    response = await call("POST", "/helpdesk/tickets", content=large, headers=headers)
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_large_body_sent_in_pieces_is_refused_as_well(call: Any) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b" " * 100_000

    headers = {"Content-Type": "application/json"}
    response = await call("POST", "/helpdesk/tickets", content=pieces(), headers=headers)
    assert response.status_code == 413


async def test_who_hangs_up_while_sending_is_no_error_of_ours(app: FastAPI) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/whatsapp/webhook",
        "raw_path": b"/api/v1/whatsapp/webhook",
        "query_string": b"",
        "headers": [(b"content-length", b"10")],
        "server": ("office", 80),
        "scheme": "http",
    }
    pieces = iter(({"type": "http.request", "body": b"{", "more_body": True},))
    sent: list[Any] = []

    async def receive() -> Any:
        return next(pieces, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    with capture_logs() as logged:
        await app(scope, receive, send)
    assert sent[0]["status"] == 499
    assert logged == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_a_body_that_is_no_json_by_its_own_word_is_refused(call: Any, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    response = await call(
        "POST", "/helpdesk/tickets", content=json.dumps(NEW).encode(), headers=headers
    )
    assert response.status_code == 415


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "null", "1e999", '{"subject": "\\ud800"}'])
async def test_a_body_that_is_no_object_is_a_problem(call: Any, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    response = await call("POST", "/helpdesk/tickets", content=body.encode(), headers=headers)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


async def test_unknown_fields_and_parameters_are_errors(call: Any) -> None:
    extra = await call.post("/helpdesk/tickets", NEW | {"tenant_id": "x", "number": "TKT-1"})
    assert extra.status_code == 422
    assert {one["at"] for one in extra.json()["errors"]} == {"body.tenant_id", "body.number"}
    response = await call("GET", "/helpdesk/tickets", params={"tenant_id": "x"})
    assert response.status_code == 422


async def test_text_that_cannot_be_stored_is_told(call: Any) -> None:
    for path, body in (
        ("/helpdesk/tickets", {"subject": "a\x00b"}),
        ("/companies", {"name": "a\x00b"}),
        ("/prompts/triage/test", {"variables": {"company": "a\x00b"}}),
    ):
        assert (await call.post(path, body)).status_code == 422
    for path in ("/search?q=%00", "/conversations?channel=%00", "/helpdesk/tickets/%00"):
        assert (await call("GET", path)).status_code == 422


async def test_a_number_too_large_is_a_problem(call: Any) -> None:
    article = call.office.ids["article_id"]
    versions = f"/helpdesk/knowledge-base/articles/{article}/versions"
    for path in (f"{versions}/{2**40}", f"/prompts/triage/versions/{2**70}"):
        assert (await call("GET", path)).status_code == 422


async def test_problems_say_what_to_do_and_nothing_of_our_insides(call: Any) -> None:
    response = await call("PATCH", "/helpdesk/tickets/TKT-1", {"status": "closed"})
    assert response.status_code == 404
    assert response.json() == {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "detail": "There is no ticket “TKT-1”.",
    }


async def test_a_walk_meets_every_ticket_once_while_others_are_opened(call: Any) -> None:
    numbers = [
        (await call.post("/helpdesk/tickets", {"subject": f"T{n}"})).json()["number"]
        for n in range(7)
    ]
    met, cursor = [], None
    for _ in range(10):
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = await call.get("/helpdesk/tickets", **params)
        met += [ticket["number"] for ticket in page["items"]]
        await call.post("/helpdesk/tickets", {"subject": "in between"})
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert cursor is None
    assert met[:7] == numbers[::-1]
    assert len(met) == len(set(met)) == 9  # with the two of the office


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/people", 7),
        ("/companies", 6),
        ("/helpdesk/knowledge-base/articles", 5),
        ("/helpdesk/tickets/{reference}/comments", 5),
        ("/conversations/{conversation_id}/messages", 6),
        ("/prompts/triage/versions", 7),
        ("/search?q=walk", 4),
    ],
)
async def test_pages_of_two_are_the_whole_list(call: Any, path: str, count: int) -> None:
    ids = call.office.ids
    for number in range(4):
        await call.post("/people", {"name": f"P{number}"})
        await call.post("/companies", {"name": f"C{number}"})
        article = {"title": f"A{number}", "text": "x"}
        await call.post("/helpdesk/knowledge-base/articles", article)
        await call.post(f"/helpdesk/tickets/{ids['reference']}/comments", {"text": "x"})
        await call.post(
            f"/conversations/{ids['conversation_id']}/notes", {"text": f"walk {number}"}
        )
        await call.post("/prompts/triage/versions", {"body": "{{ company }}", "note": "n"})
    path = path.format(**ids)
    whole = (await call.get(path))["items"]
    assert len(whole) == count
    met, params = [], {"limit": "2"}
    mark = "&" if "?" in path else "?"
    while True:
        query = "&".join(f"{key}={value}" for key, value in params.items())
        page = await call.get(f"{path}{mark}{query}")
        met += page["items"]
        assert len(page["items"]) <= 2
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert met == whole


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "====", "é", "bnVsbA", "W10", "WzFd", "WyIxIl0", "A" * 400),
        base64.urlsafe_b64encode(b'["2026-01-01", "x"]').decode(),
        base64.urlsafe_b64encode(b'["2026-01-01T00:00:00", "' + b"0" * 32 + b'"]').decode(),
        base64.urlsafe_b64encode(b"[" * 200).decode(),
    ],
)
async def test_a_cursor_that_is_none_of_ours_is_refused(call: Any, cursor: str) -> None:
    for path in ("/helpdesk/tickets", "/conversations", "/people", "/search?q=camera"):
        mark = "&" if "?" in path else "?"
        response = await call("GET", f"{path}{mark}cursor={cursor}")
        assert response.status_code == 400, (path, response.text)


async def test_what_changed_since_a_time_is_listed(call: Any) -> None:
    first = (await call.post("/helpdesk/tickets", NEW)).json()
    later = (await call.post("/companies", {"name": "New"})).json()
    for path, since, expected in (
        ("/helpdesk/tickets", first["updated_at"], [first["id"]]),
        ("/companies", later["updated_at"], [later["id"]]),
        ("/conversations", later["updated_at"], []),
    ):
        items = (await call.get(path, updated_since=since))["items"]
        assert [one["id"] for one in items] == expected
    assert (await call("GET", "/people", params={"updated_since": "2026-01-01"})).status_code == 422


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_a_bad_cursor(text: str) -> None:
    for read in (rest.time_and_id, rest.id_of, rest.number_of):
        try:
            read(text)
        except BadCursor:
            continue


@given(
    st.datetimes(timezones=st.just(__import__("datetime").UTC)), st.uuids(), st.integers(0, 9**18)
)
def test_a_cursor_brings_back_the_place(at: Any, row: UUID, number: int) -> None:
    assert rest.time_and_id(rest.cursor(at, row)) == (at, row)
    assert rest.id_of(rest.cursor(row)) == row
    assert rest.number_of(rest.cursor(number)) == number
