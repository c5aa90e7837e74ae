"""Quotes and the catalogue over REST."""

from typing import Any

import httpx
from fastapi import FastAPI

WISH = {
    "customer_request": "Install Cat6 cabling for office: 24 double outlets",
    "quote_title": "Office Cabling Quote",
}


async def stocked(call: Any) -> None:
    product = {"code": "OUT-2", "name": "Cat6 double outlet installed", "base_price": "74.00"}
    assert (await call.post("/products", product)).status_code == 201


async def test_a_quote_is_drafted_and_priced_from_the_catalogue(call: Any, office: Any) -> None:
    await stocked(call)
    response = await call.post("/quotes/generate", WISH | {"customer_id": office.ids["company_id"]})
    assert response.status_code == 201, response.text
    made = response.json()
    assert made["success"] is True
    assert made["quote_number"].startswith("QT-")
    types = {document["document_type"] for document in made["documents"]}
    assert types == {"parts_list", "technical", "overview", "build"}
    quote = await call.get(f"/quotes/{made['quote_id']}")
    [line] = quote["lines"]
    assert (line["code"], line["quantity"], line["total"]) == ("OUT-2", "24", "1776.00")
    assert line["words"] in WISH["customer_request"]
    shown = await call.get(f"/quotes/{made['quote_id']}/documents")
    contents = {d["document_type"]: d["content"] for d in shown["documents"]}
    assert contents["parts_list"]["summary"]["total"] == "2131.20"


async def test_what_is_no_wish_for_a_quote_is_refused_and_stores_nothing(
    call: Any, office: Any
) -> None:
    before = (await call.get("/quotes"))["items"]
    response = await call.post(
        "/quotes/generate",
        {
            "customer_id": office.ids["person_id"],
            "customer_request": "the wifi is dead since this morning",
            "quote_title": "Wifi",
        },
    )
    assert response.status_code == 400
    assert "say what is needed" in response.json()["detail"]
    assert (await call.get("/quotes"))["items"] == before


async def test_a_customer_of_another_tenant_is_not_found(call: Any, stranger: Any) -> None:
    wish = WISH | {"customer_id": stranger.ids["company_id"]}
    assert (await call.post("/quotes/generate", wish)).status_code == 404


async def test_the_same_key_drafts_once(call: Any, office: Any) -> None:
    await stocked(call)
    wish = WISH | {"customer_id": office.ids["company_id"]}
    headers = {"Idempotency-Key": "one-and-only"}
    first = await call("POST", "/quotes/generate", wish, headers=headers)
    second = await call("POST", "/quotes/generate", wish, headers=headers)
    assert first.json() == second.json()
    assert len((await call.get("/quotes"))["items"]) == 2, "the office has one of its own"


async def test_a_price_list_is_uploaded_tried_and_imported(
    app: FastAPI, http: httpx.AsyncClient, call: Any, office: Any
) -> None:
    file = b"code,name,base_price\nA-1,Cable,10.00\nA-2,Plug,cheap\n"

    async def upload(**form: str) -> dict[str, Any]:
        response = await http.post(
            "/api/v1/products/import",
            headers=office.headers("admin"),
            files={"file": ("prices.csv", file, "text/csv")},
            data=form,
        )
        assert response.status_code == 200, response.text
        return response.json()

    tried = await upload(dry_run="true")
    assert (tried["added"], tried["dry_run"]) == (1, True)
    assert [p["code"] for p in (await call.get("/products", q="cable"))["items"]] == [
        office.ids["code"]
    ]
    done = await upload()
    assert "row 3" in done["rejected"][0]
    assert (await call.get("/products/A-1"))["base_price"] == "10.00"


async def test_a_product_is_changed_and_retired(call: Any) -> None:
    await stocked(call)
    changed = await call("PATCH", "/products/OUT-2", {"base_price": "80.00"})
    assert changed.json()["base_price"] == "80.00"
    assert (await call("DELETE", "/products/OUT-2")).status_code == 204
    assert "OUT-2" not in [p["code"] for p in (await call.get("/products"))["items"]]
