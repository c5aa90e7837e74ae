"""A quote's documents, states and PDF over REST, as the check list has them."""

import asyncio
import hashlib
import io
import json
from typing import Any

import httpx
import pypdf
import pytest
from fastapi import FastAPI

from tests.bot.api.conftest import Client
from tests.bot.api.test_quotes import WISH
from tests.bot.paper.pages import LOGO
from tests.domain.tenants.test_logos import png

CATALOGUE = {"code": "OUT-2", "name": "Cat6 double outlet installed", "base_price": "74.00",
             "cost_price": "31.70", "floor_price": "70.00"}  # fmt: skip


@pytest.fixture
async def quote(call: Client, office: Any) -> str:
    assert (await call.post("/products", CATALOGUE)).status_code == 201
    wish = WISH | {"customer_id": office.ids["person_id"]}
    made = (await call.post("/quotes/generate", wish)).json()
    assert made["success"] is True
    return f"/quotes/{made['quote_id']}"


async def edited(call: Client, quote: str, **changes: Any) -> httpx.Response:
    content = (await call.get(f"{quote}/documents/parts_list"))["content"]
    content["lines"][0] |= changes
    body = {"content": content, "changes_summary": "as talked about"}
    return await call("PUT", f"{quote}/documents/parts_list", body)


async def words_of(call: Client, path: str, **more: Any) -> str:
    response = await call("GET", path, **more)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    return " ".join(one.extract_text() for one in pages)


async def test_documents_are_listed_and_shown_as_the_check_list_says(
    call: Client, quote: str
) -> None:
    listed = await call.get(f"{quote}/documents")
    assert listed["success"] is True
    kinds = [one["document_type"] for one in listed["documents"]]
    assert kinds == ["parts_list", "technical", "overview", "build"]
    for one in listed["documents"]:
        assert {"id", "version", "content", "created_at", "updated_at"} <= one.keys()
    overview = await call.get(f"{quote}/documents/overview")
    assert [section["id"] for section in overview["content"]["sections"]] == [
        "summary", "options", "benefits", "assumptions", "exclusions", "next_steps", "terms",
    ]  # fmt: skip
    assert (await call("GET", f"{quote}/documents/prices")).status_code == 422


async def test_an_edit_makes_a_version_that_says_who_and_why(call: Client, quote: str) -> None:
    response = await edited(call, quote, quantity="30", total="1.00", unit_price="74.00")
    assert response.status_code == 200, response.text
    made = response.json()
    assert (made["version"], made["changes_summary"]) == (2, "as talked about")
    assert made["author"].startswith("key:")
    assert made["content"]["summary"]["total"] == "2664.00"
    assert response.headers["etag"] == '"2"'
    assert (await call.get(quote))["total"] == "2664.00"
    told = (await call.get(f"{quote}/documents/parts_list/versions"))["versions"]
    assert [one["version"] for one in told] == [2, 1]
    before = await call.get(f"{quote}/documents/parts_list/versions/1")
    assert before["content"]["lines"][0]["quantity"] == "24"


async def test_without_a_summary_nothing_is_changed(call: Client, quote: str) -> None:
    content = (await call.get(f"{quote}/documents/overview"))["content"]
    path = f"{quote}/documents/overview"
    assert (await call("PUT", path, {"content": content})).status_code == 422
    empty = await call("PUT", path, {"content": content, "changes_summary": " "})
    assert empty.status_code == 400
    assert "changes_summary" in empty.json()["detail"]


async def test_a_diff_is_line_by_line(call: Client, quote: str) -> None:
    await edited(call, quote, quantity="30")
    found = await call.get(f"{quote}/documents/parts_list/diff", **{"from": 1, "to": 2})
    gone = [one["text"] for one in found["lines"] if one["change"] == "removed"]
    new = [one["text"] for one in found["lines"] if one["change"] == "added"]
    assert gone[0].startswith("24 each × Cat6 double outlet installed [OUT-2] at 74.00 = 1776.00")
    assert new[0].startswith("30 each × Cat6 double outlet installed [OUT-2] at 74.00 = 2220.00")
    assert (found["added"], found["removed"]) == (len(new), len(gone))
    assert await call.get(f"{quote}/documents/parts_list/diff") == found
    missing = await call("GET", f"{quote}/documents/parts_list/diff", params={"from": 9})
    assert missing.status_code == 404


async def test_a_rollback_says_again_what_was_said(call: Client, quote: str) -> None:
    await edited(call, quote, quantity="30")
    response = await call.post(f"{quote}/documents/parts_list/rollback/1")
    assert response.status_code == 200, response.text
    assert response.json()["version"] == 3
    assert (await call.get(quote))["total"] == "2131.20"
    assert (await call.post(f"{quote}/documents/parts_list/rollback/99")).status_code == 404


async def test_a_section_is_changed_and_the_document_written_anew(call: Client, quote: str) -> None:
    path = f"{quote}/documents/technical"
    body = {"content": "Fluke, every link.", "changes_summary": "how we test"}
    changed = await call("PATCH", f"{path}/sections/testing", body)
    assert changed.status_code == 200, changed.text
    sections = {one["id"]: one for one in changed.json()["content"]["sections"]}
    assert sections["testing"]["content"] == "Fluke, every link."
    assert (await call("PATCH", f"{path}/sections/none", body)).status_code == 404
    anew = await call.post(f"{path}/regenerate")
    assert anew.status_code == 200, anew.text
    assert anew.json()["version"] == 3
    assert "Fluke" not in anew.text


async def test_two_editors_do_not_overwrite_each_other(call: Client, quote: str) -> None:
    path = f"{quote}/documents/overview/sections/summary"
    body = {"content": "A", "changes_summary": "a"}
    assert (await call("PATCH", path, body, headers={"If-Match": '"1"'})).status_code == 200
    late = await call("PATCH", path, body | {"content": "B"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert late.headers["content-type"] == "application/problem+json"
    assert "version 2" in late.json()["title"]
    told = await call("PATCH", path, body | {"version": 1})
    assert told.status_code == 409
    both = await asyncio.gather(*(call("PATCH", path, body | {"version": 2}) for _ in "ab"))
    assert sorted(one.status_code for one in both) == [200, 409]


async def test_forbidden_moves_are_400_with_what_is_possible(call: Client, quote: str) -> None:
    refused = await call.post(f"{quote}/status", {"status": "accepted"})
    assert refused.status_code == 400
    assert (
        "is draft and cannot become accepted: it can become sent or cancelled"
        in (refused.json()["detail"])
    )
    assert (await call.post(f"{quote}/status", {"status": "paid"})).status_code == 400
    for status in ("sent", "viewed", "accepted", "cancelled"):
        body = {"status": status, "comment": "by phone", "action": f"marked {status}"}
        moved = await call.post(f"{quote}/status", body)
        assert moved.status_code == 200, moved.text
        assert moved.json()["success"] is True
    assert (await call.post(f"{quote}/status", {"status": "sent"})).status_code == 400
    log = (await call.get(f"{quote}/log"))["items"]
    assert [(one["action"], one["comment"]) for one in log][-1] == ("marked cancelled", "by phone")


async def test_over_the_limit_a_staff_key_does_not_send(call: Client, quote: str) -> None:
    await call("PATCH", "/tenant", {"desk.approval_limit": 100})
    call.role = "staff"
    refused = await call.post(f"{quote}/status", {"status": "sent"})
    assert refused.status_code == 400
    assert "not approved yet" in refused.json()["detail"]
    call.role = "admin"
    assert (await call.post(f"{quote}/status", {"status": "sent"})).status_code == 200


async def test_what_was_sent_stays_as_it_was(call: Client, quote: str) -> None:
    assert "not an offer yet" in await words_of(call, f"{quote}/pdf")
    sent = (await call.post(f"{quote}/status", {"status": "sent"})).json()
    first = (await call("GET", f"{quote}/pdf")).content
    assert hashlib.sha256(first).hexdigest() == sent["sha256"]
    await call("PATCH", "/tenant", {"quoting.branding.company_name": "Somebody else"})
    assert (await call("GET", f"{quote}/pdf")).content == first
    assert (await edited(call, quote, quantity="30")).status_code == 400
    assert (await call("PATCH", quote, {"title": "x"})).status_code == 400


async def test_the_customers_pdf_says_the_totals_and_nothing_internal(
    call: Client, quote: str, office: Any
) -> None:
    await call("PATCH", quote, {"customer_reference": "PO 4471"})
    said = await words_of(call, f"{quote}/pdf")
    for told in ("£1,776.00", "£355.20", "£2,131.20", "PO 4471", "Priya Shah", "Dental harbour"):
        assert told in said, told
    assert not [word for word in ("31.70", "Installation steps", "Margin") if word in said]
    inside = await words_of(call, f"{quote}/pdf", params={"internal": "true"})
    assert "£760.80" in inside  # 24 × 31.70
    assert "Installation steps" in inside


async def test_costs_are_for_those_who_may_see_margins(call: Client, quote: str) -> None:
    call.role = "staff"
    for path in ("documents", "documents/parts_list", "documents/parts_list/versions/1",
                 "documents/parts_list/diff"):  # fmt: skip
        assert "31.70" not in (await call("GET", f"{quote}/{path}")).text, path
    staff = await words_of(call, f"{quote}/pdf", params={"internal": "true"})
    assert "Installation steps" in staff
    assert "760.80" not in staff
    changed = await edited(call, quote, quantity="30")
    assert changed.status_code == 200
    assert "31.70" not in changed.text
    call.role = "readonly"
    assert (await call("GET", f"{quote}/pdf", params={"internal": "true"})).status_code == 403
    assert (await call("GET", f"{quote}/pdf")).status_code == 200
    call.role = "admin"
    line = (await call.get(f"{quote}/documents/parts_list"))["content"]["lines"][0]
    assert (line["cost_price"], line["quantity"]) == ("31.70", "30")


async def test_a_floor_is_told_and_kept(call: Client, quote: str) -> None:
    refused = await edited(call, quote, discount="50%")
    assert refused.status_code == 400
    assert "may not be sold under 70.00 GBP" in refused.json()["detail"]


async def test_a_logo_is_tried_kept_and_taken_away(
    app: FastAPI, http: httpx.AsyncClient, call: Client, office: Any, quote: str
) -> None:
    async def upload(content: bytes, role: str = "admin") -> httpx.Response:
        return await http.put(
            "/api/v1/tenant/logo",
            headers=office.headers(role),
            files={"file": ("logo", content, "application/octet-stream")},
        )

    plain = (await call("GET", f"{quote}/pdf")).content
    assert (await upload(LOGO.encode(), "staff")).status_code == 403
    assert (await upload(b"GIF89a")).status_code == 400
    broken = await upload(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\4\0\0\0\4")
    assert broken.status_code == 400
    assert "cannot be drawn" in broken.json()["detail"]
    assert (await upload(png(40, 10))).json()["content_type"] == "image/png"
    assert (await call("GET", f"{quote}/pdf")).content != plain
    kept = await upload(LOGO.encode())
    assert kept.json() == (await call.get("/tenant/logo"))
    assert kept.json()["content_type"] == "image/svg+xml"
    assert (await call("DELETE", "/tenant/logo")).status_code == 204
    assert (await call.get("/tenant/logo"))["size"] == 0


async def test_nothing_of_another_tenant_can_be_had(
    strange_call: Client, quote: str, office: Any
) -> None:
    for method, path in (("GET", "pdf"), ("GET", "log"), ("GET", "documents/build"),
                         ("GET", "documents/build/diff"), ("POST", "status")):  # fmt: skip
        body = {"status": "sent"} if method == "POST" else None
        response = await strange_call(method, f"{quote}/{path}", body)
        assert response.status_code == 404, (path, response.text)


@pytest.mark.parametrize("odd", ["a\x00b", "\ud800", "\u202e", "x" * 100_001, "{{7*7}}"])
async def test_odd_words_in_documents_are_kept_or_calmly_refused(
    call: Client, quote: str, odd: str
) -> None:
    section = {"id": "summary", "title": "S", "content": odd}
    body = {"content": {"sections": [section]}, "changes_summary": "odd"}
    sent = json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    response = await call("PUT", f"{quote}/documents/overview", content=sent, headers=headers)
    assert response.status_code in (200, 400, 422), response.text
    for field in ("description", "notes", "site", "part_number"):
        content = (await call.get(f"{quote}/documents/parts_list"))["content"]
        content["lines"][0][field] = odd
        sent = json.dumps({"content": content, "changes_summary": "odd"}).encode()
        response = await call("PUT", f"{quote}/documents/parts_list", content=sent, headers=headers)
        assert response.status_code in (200, 400, 422), (field, response.text)
    assert (await call("GET", f"{quote}/pdf")).status_code == 200
