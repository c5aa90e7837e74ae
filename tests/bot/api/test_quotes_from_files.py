"""Quotes over REST from lists: of files in conversations, and of files sent along."""

from typing import Any

import httpx
from sqlalchemy import select

from bot.runtime import Runtime
from domain.conversations.attachments import Attachments, NewFile
from domain.conversations.models import Message
from tests.domain.files import making

LIST = making.workbook({"S": [["Item", "Qty"], ["Cat6 double outlet", 24], ["Espresso bar", 1]]})
WISH = {"customer_request": "please quote this list", "quote_title": "Outlets"}


async def stocked(call: Any) -> None:
    product = {"code": "OUT-2", "name": "Cat6 double outlet installed", "base_price": "74.00"}
    assert (await call.post("/products", product)).status_code == 201


async def attached(runtime: Runtime, tenant_id: Any, content: bytes, name: str) -> str:
    async with runtime.database.transaction(tenant_id) as session:
        message_id = (await session.scalars(select(Message.id).limit(1))).one()
        file = NewFile(message_id, name, "application/octet-stream", content=content)
        [attachment_id] = await Attachments(session, tenant_id).add_all([file])
    return str(attachment_id)


async def test_an_attachment_is_read_like_the_request(
    call: Any, office: Any, runtime: Runtime
) -> None:
    await stocked(call)
    file = await attached(runtime, office.tenant_id, LIST, "list.xlsx")
    wish = WISH | {"customer_id": office.ids["company_id"], "attachment_ids": [file]}
    made = (await call.post("/quotes/generate", wish)).json()
    [line] = (await call.get(f"/quotes/{made['quote_id']}"))["lines"]
    assert (line["code"], line["quantity"], line["note"]) == ("OUT-2", "24", "list.xlsx, row 2")
    assert any("list.xlsx, row 3" in question for question in made["questions"])


async def test_another_tenants_attachment_is_not_found(
    call: Any, office: Any, stranger: Any, runtime: Runtime
) -> None:
    file = await attached(runtime, stranger.tenant_id, LIST, "list.xlsx")
    wish = WISH | {"customer_id": office.ids["company_id"], "attachment_ids": [file]}
    assert (await call.post("/quotes/generate", wish)).status_code == 404


async def test_an_attachment_that_cannot_be_read_is_refused_with_the_reason(
    call: Any, office: Any, runtime: Runtime
) -> None:
    locked = making.pdf(["secret"], password="1234")
    file = await attached(runtime, office.tenant_id, locked, "list.pdf")
    wish = WISH | {"customer_id": office.ids["company_id"], "attachment_ids": [file]}
    response = await call.post("/quotes/generate", wish)
    assert response.status_code == 400
    assert "“list.pdf” could not be read: it is locked with a password" in response.json()["detail"]


async def test_files_are_sent_along_as_a_form(
    http: httpx.AsyncClient, call: Any, office: Any, stranger: Any
) -> None:
    await stocked(call)

    async def send(customer_id: str, role: str = "staff") -> httpx.Response:
        return await http.post(
            "/api/v1/quotes/import",
            headers=office.headers(role),
            files=[("files", ("../list.xlsx", LIST, "")), ("files", ("b.csv", b"Item;Qty\nx;1\n"))],
            data={"customer_id": customer_id, "quote_title": "Outlets"},
        )

    response = await send(office.ids["person_id"])
    assert response.status_code == 201, response.text
    quote = await call.get(f"/quotes/{response.json()['quote_id']}")
    assert [line["note"] for line in quote["lines"]] == ["list.xlsx, row 2"]
    assert (await send(stranger.ids["company_id"])).status_code == 404
    assert (await send(office.ids["person_id"], "readonly")).status_code == 403
