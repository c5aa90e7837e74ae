"""The simulator is for this machine's own browser, and its forms for its own page."""

import httpx
import pytest
from fastapi import FastAPI

from bot.console.guard import COOKIE
from bot.runtime import Runtime
from tests.bot.console.conftest import HERE, PRIYA, Visitor, browser, local_app

pytestmark = pytest.mark.full

FORMS = (
    "messages",
    "choices",
    "reactions",
    "edits",
    "faults",
    "faults/none",
    "day",
    "wire/none",
    "read",
    "reply",
    "take-over",
    "hand-back",
    "drafts/approve",
    "drafts/reject",
    "slack/press",
    "slack/submit",
    "slack/close",
    "slack/say",
)
PAGES = (
    "/",
    "/simulator/live?as=447700900210",
    "/simulator/slack/files/F1",
    "/simulator/files/0198c193-702d-7876-a3be-3010160b91e1",
)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1"),
        ("127.0.0.1", "http://localhost:8000"),
        ("127.8.8.8", "http://127.8.8.8:8000"),
        ("::1", "http://[::1]:8000"),
        ("::ffff:127.0.0.1", "http://127.0.0.1:8000"),
    ],
)
async def test_a_browser_of_this_machine_sees_the_page(
    app: FastAPI, address: str, url: str
) -> None:
    async with browser(app, address, url) as client:
        assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.0.4", "::ffff:10.0.0.4", "testclient"])
async def test_nobody_else_finds_anything(visitor: Visitor, address: str, path: str) -> None:
    app = local_app(visitor.runtime)
    async with browser(app, address) as client:
        refused = await client.get(path)
        unknown = await client.get("/no-such-page")
    assert refused.status_code == 404
    assert refused.json() == unknown.json()


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example",
        "127.0.0.1.rebound.example",
        "localhost.rebound.example:8000",
        "localhost@rebound.example",
        "",
    ],
)
async def test_a_name_that_was_rebound_to_this_machine_finds_nothing(
    app: FastAPI, host: str
) -> None:
    async with browser(app) as client:
        for path in PAGES:
            assert (await client.get(path, headers={"Host": host})).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
async def test_what_a_proxy_passed_on_is_not_local(app: FastAPI, header: str) -> None:
    async with browser(app) as client:
        assert (await client.get("/", headers={header: "127.0.0.1"})).status_code == 404


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_without_the_pages_token_is_refused(visitor: Visitor, form: str) -> None:
    await visitor.open()
    for token in ("", "0" * 64, visitor.csrf[:-1], "ü"):
        visitor.csrf, right = token, visitor.csrf
        refused = await visitor.post(form, text="Hello")
        assert refused.status_code == 403
        visitor.csrf = right
    assert "Hello" not in await visitor.open()


async def test_a_token_is_worth_nothing_in_another_browser(visitor: Visitor) -> None:
    await visitor.open()
    visitor.client.cookies.set(COOKIE, "another", domain="127.0.0.1")
    visitor.client.cookies.delete(COOKIE, domain="127.0.0.1", path="/")
    assert (await visitor.post("messages", text="Hello")).status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://127.0.0.1", "http://127.0.0.1:9", "null", ""]
)
async def test_a_form_on_another_site_is_refused(visitor: Visitor, origin: str) -> None:
    await visitor.open()
    refused = await visitor.client.post(
        "/simulator/messages",
        data={"as": PRIYA, "text": "Hello", "csrf": visitor.csrf},
        headers={"Origin": origin},
    )
    assert refused.status_code == 403


async def test_a_form_from_afar_is_not_found(visitor: Visitor, app: FastAPI) -> None:
    await visitor.open()
    async with browser(app, "203.0.113.9") as client:
        client.cookies.update(visitor.client.cookies)
        posted = await client.post("/simulator/messages", data={"csrf": visitor.csrf})
    assert posted.status_code == 404


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"as=%FF", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 30, "application/x-www-form-urlencoded", 400),
        (b"text=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_odd_bodies_are_refused(
    visitor: Visitor, body: bytes, kind: str, status: int
) -> None:
    await visitor.open()
    refused = await visitor.client.post(
        "/simulator/choices",
        content=body,
        headers={"Content-Type": kind, "X-CSRF-Token": visitor.csrf},
    )
    assert refused.status_code == status


PART = b'--x\r\ncontent-disposition: form-data; name="a%d"\r\n\r\n1\r\n'
FILE = b'--x\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n1\r\n'


@pytest.mark.parametrize("path", ["/simulator/slack/say", "/simulator/messages"])
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"no boundary", "multipart/form-data", 400),
        (b"--x\r\nodd", "multipart/form-data; boundary=x", 400),
        (b"".join(PART % n for n in range(401)) + b"--x--", "multipart/form-data; boundary=x", 400),
        (FILE * 11 + b"--x--", "multipart/form-data; boundary=x", 400),
        (b"x" * (26 * 1024 * 1024 + 1), "multipart/form-data; boundary=x", 413),
        (b"a=1&" * 401, "application/x-www-form-urlencoded", 400),
        (b"words=" + b"x" * (2 * 1024 * 1024), "application/x-www-form-urlencoded", 413),
    ],
)
async def test_odd_bodies_with_files_are_refused(
    visitor: Visitor, body: bytes, kind: str, status: int, path: str
) -> None:
    await visitor.open()
    refused = await visitor.client.post(
        path,
        content=body,
        headers={"Content-Type": kind, "X-CSRF-Token": visitor.csrf},
    )
    assert refused.status_code == status


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "x" * 4097},
        {"text": "Hello", "on": "pigeon"},
        {"text": "Hello", "as": "nobody"},
        {"text": "Hello", "as": "1"},
    ],
)
async def test_words_that_cannot_be_taken_are_told_why(
    visitor: Visitor, fields: dict[str, str]
) -> None:
    await visitor.open()
    refused = await visitor.client.post(
        "/simulator/messages", data={"as": PRIYA, "csrf": visitor.csrf} | fields
    )
    assert refused.status_code == 400
    assert "cannot be taken" in refused.json()["detail"]


@pytest.mark.parametrize("text", ["", "   "])
async def test_a_message_of_nothing_is_refused(visitor: Visitor, text: str) -> None:
    await visitor.open()
    refused = await visitor.post("messages", text=text)
    assert refused.status_code == 400
    assert refused.json()["detail"] == "Nothing was written."


async def test_the_page_forbids_inline_script_and_framing(visitor: Visitor) -> None:
    page: httpx.Response = await visitor.client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert page.text.count("<script") == page.text.count('<script src="/static/')
    assert page.headers["set-cookie"].lower().count("httponly") == 1
    assert HERE not in page.text


async def test_the_simulator_is_not_in_the_api_documentation(runtime: Runtime) -> None:
    paths = local_app(runtime).openapi()["paths"]
    assert not [path for path in paths if path == "/" or path.startswith("/simulator")]
