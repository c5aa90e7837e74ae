"""Price lists over REST: seen first, imported as seen, remembered, and nobody else's."""

import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from bot.runtime import Runtime
from domain.events import DomainEvent
from tests.bot.api.conftest import Client

FIRST = "Code;Bezeichnung;Preis\nNM-1;Patch panel 24 port;34,50\nNM-2;Wall cabinet 9U;1.069,00\n"


async def supplier(call: Client, name: str = "Nordmark", **told: Any) -> str:
    made = await call.post("/suppliers", {"name": name} | told)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def preview(
    call: Client, supplier_id: str, text: str | bytes, name: str = "list.csv", **form: str
) -> Any:
    content = text.encode() if isinstance(text, str) else text
    return await call(
        "POST",
        f"/suppliers/{supplier_id}/price-lists/preview",
        files={"file": (name, content)},
        data=form,
    )


async def imported(call: Client, supplier_id: str, text: str, **form: str) -> Any:
    seen = await preview(call, supplier_id, text, **form)
    assert seen.status_code == 201, seen.text
    path = f"/suppliers/{supplier_id}/price-lists/{seen.json()['id']}/import"
    answer = await call("POST", path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_list_is_seen_imported_and_read_the_same_way_the_next_time(call: Client) -> None:
    nordmark = await supplier(call)
    seen = (await preview(call, nordmark, FIRST)).json()
    assert seen["layout"] == {
        "columns": {"Code": "code", "Bezeichnung": "name", "Preis": "cost_price"},
        "sheet": "",
        "header_row": 1,
        "decimal": ",",
        "currency": "",
    }
    assert (seen["is_remembered"], seen["counts"]["new"]) == (False, 2)
    assert [(one["code"], one["new"]) for one in seen["new"]] == [
        ("NM-1", "34.50"),
        ("NM-2", "1069.00"),
    ]
    assert (await call("GET", "/products/NM-1")).status_code == 404  # nothing was written
    path = f"/suppliers/{nordmark}/price-lists/{seen['id']}/import"
    assert (await call("POST", path)).json()["state"] == "imported"

    product = await call.get("/products/NM-1")
    assert (product["supplier"], product["base_price"]) == ("Nordmark", None)
    (price,) = (await call.get(f"/suppliers/{nordmark}/prices", code="NM-1"))["items"]
    assert Decimal(price["cost"]) == Decimal("34.50")
    (change,) = (await call.get("/products/NM-1/prices"))["items"]
    assert Decimal(change["sell_after"]) == Decimal("41.40")
    assert change["source"] == "supplier price valid today × 1.20"

    again = (await preview(call, nordmark, FIRST.replace("34,50", "48,00"))).json()
    assert again["is_remembered"]
    (changed,) = again["changed"]
    assert (changed["old"], changed["new"]) == ("34.50", "48.00")
    assert (changed["percent"], changed["is_jump"]) == ("39.1", True)
    assert again["counts"] == {
        "new": 0,
        "changed": 1,
        "gone": 0,
        "unchanged": 1,
        "not_understood": 0,
        "jumps": 1,
    }
    twice = await call("POST", path)
    assert (twice.status_code, "imported already" in twice.text) == (400, True)


async def test_only_what_was_previewed_is_imported(call: Client) -> None:
    nordmark = await supplier(call)
    seen = (await preview(call, nordmark, FIRST)).json()
    await call.post("/products", {"code": "OTHER", "name": "Door bell", "base_price": "12"})
    path = f"/suppliers/{nordmark}/price-lists/{seen['id']}/import"
    late = await call("POST", path)
    assert (late.status_code, "look at the list again" in late.text) == (409, True)
    assert (await call("GET", "/products/NM-1")).status_code == 404
    newer = (await preview(call, nordmark, FIRST)).json()
    assert newer["digest"] == seen["digest"]
    states = {
        row["id"]: row["state"]
        for row in (await call.get(f"/suppliers/{nordmark}/price-lists"))["items"]
    }
    assert states == {seen["id"]: "outdated", newer["id"]: "previewed"}
    assert (await call("POST", path.replace(seen["id"], newer["id"]))).status_code == 200


async def test_a_person_changes_how_columns_are_read_and_that_is_remembered(call: Client) -> None:
    nordmark = await supplier(call)
    text = "Nr,Text,List,Net\nNM-1,Patch panel,50,40\n"
    layout = {"columns": {"Nr": "code", "Text": "name", "Net": "cost_price"}, "header_row": 1}
    await imported(call, nordmark, text, layout=json.dumps(layout))
    assert (await call.get(f"/suppliers/{nordmark}/price-layout"))["columns"] == layout["columns"]
    seen = (await preview(call, nordmark, text)).json()
    assert (seen["is_remembered"], seen["counts"]["unchanged"]) == (True, 1)
    other = (await preview(call, nordmark, "Code,Name,Cost\nNM-1,Patch panel,41\n")).json()
    assert not other["is_remembered"]
    assert "no longer has the column “Nr”" in other["remarks"][0]
    assert (await call("DELETE", f"/suppliers/{nordmark}/price-layout")).status_code == 204
    assert (await call("GET", f"/suppliers/{nordmark}/price-layout")).status_code == 404


async def test_prices_hold_from_a_day_on_and_the_price_before_ends_the_day_before(
    call: Client,
) -> None:
    nordmark = await supplier(call)
    await imported(call, nordmark, "Code,Name,Cost\nNM-1,Panel,10\n", valid_from="2026-01-01")
    await imported(call, nordmark, "Code,Name,Cost\nNM-1,Panel,12\n", valid_from="2026-07-01")
    rows = (await call.get(f"/suppliers/{nordmark}/prices"))["items"]
    assert [(Decimal(r["cost"]), r["valid_from"], r["valid_until"]) for r in rows] == [
        (10, "2026-01-01", "2026-06-30"),
        (12, "2026-07-01", None),
    ]
    await imported(call, nordmark, "Code,Name,Cost\nNM-1,Panel,99\n", valid_from="2099-01-01")
    product = (await call.get("/products/NM-1/prices"))["items"][0]
    assert Decimal(product["sell_after"]) == Decimal("14.40")  # not before its day


async def test_what_a_list_leaves_out_ends_only_where_that_is_wished(
    call: Client, office: Any
) -> None:
    nordmark = await supplier(call, "Own goods", is_own_products=True)
    both = "Code,Name,Price\nHIRE-1,Tower hire,60\nHIRE-2,Lift hire,90\n"
    await imported(call, nordmark, both)
    assert Decimal((await call.get("/products/HIRE-1"))["base_price"]) == 60
    one = "Code,Name,Price\nHIRE-1,Tower hire,60\n"
    kept = await imported(call, nordmark, one)
    assert kept["counts"]["gone"] == 1
    assert (await call.get("/products/HIRE-2"))["retired_at"] is None
    await imported(call, nordmark, one, ends_gone="true")
    assert (await call.get("/products/HIRE-2"))["retired_at"]
    await imported(call, nordmark, both)
    assert (await call.get("/products/HIRE-2"))["retired_at"] is None


async def test_a_change_of_price_is_one_event_with_what_changed(
    call: Client, runtime: Runtime
) -> None:
    nordmark = await supplier(call)
    await imported(call, nordmark, FIRST)
    await imported(call, nordmark, FIRST.replace("34,50", "35,00"))
    async with runtime.database.transaction(call.office.tenant_id) as session:
        query = select(DomainEvent).where(DomainEvent.kind == "catalogue.price_changed")
        events = list(await session.scalars(query.order_by(DomainEvent.sequence)))
    assert events[-1].payload["products"] == [{"code": "NM-1", "old": "41.40", "new": "42.00"}]
    assert events[-1].payload["changed"] == 1


async def test_rows_that_are_not_understood_are_told_with_their_numbers(call: Client) -> None:
    nordmark = await supplier(call)
    text = "Code,Name,Cost\nNM-1,Panel,10\nNM-2,,5\nNM-3,Box,cheap\n"
    seen = (await preview(call, nordmark, text)).json()
    assert seen["not_understood"] == [
        {"row": 3, "reason": "the name is missing"},
        {"row": 4, "reason": "cost price “cheap” is not a number"},
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("list.xlsx", b"PK\x03\x04rubbish", "no workbook"),
        ("list.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old .xls"),
        ("list.csv", b"", "empty"),
        ("list.csv", b"\x00\x01\x02", "neither CSV nor a workbook"),
        ("list.csv", b"Colour,Weight\nred,5\n", "is a product"),
    ],
)
async def test_a_file_that_is_no_price_list_is_refused_in_a_sentence(
    call: Client, name: str, content: bytes, reason: str
) -> None:
    answer = await preview(call, await supplier(call), content, name)
    assert answer.status_code == 400
    assert reason in answer.json()["detail"]


@pytest.mark.parametrize("layout", ["{", "[]", '{"columns": {"A": "gold"}}', '{"x": 1}', "9" * 9])
async def test_a_layout_that_is_none_is_refused(call: Client, layout: str) -> None:
    answer = await preview(call, await supplier(call), FIRST, layout=layout)
    assert answer.status_code == 400, answer.text


async def test_another_companys_supplier_and_preview_are_not_found(
    call: Client, strange_call: Client
) -> None:
    nordmark = await supplier(call)
    seen = (await preview(call, nordmark, FIRST)).json()
    assert (await preview(strange_call, nordmark, FIRST)).status_code == 404
    own = await supplier(strange_call)
    for supplier_id in (nordmark, own):
        path = f"/suppliers/{supplier_id}/price-lists/{seen['id']}/import"
        assert (await strange_call("POST", path)).status_code == 404
    await imported(call, nordmark, FIRST)
    assert (await strange_call("GET", "/products/NM-1")).status_code == 404
    assert (await strange_call.get(f"/suppliers/{own}/price-lists"))["items"] == []
    staff = Client(call.http, call.office, "staff")
    assert (await preview(staff, nordmark, FIRST)).status_code == 403
