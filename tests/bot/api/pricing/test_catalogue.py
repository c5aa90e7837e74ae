"""Suppliers, prices, rates, norms, products and bundles over REST."""

import csv
import io
from decimal import Decimal
from typing import Any

from tests.bot.api.conftest import Client


async def product(call: Client, code: str, **told: Any) -> None:
    made = await call.post("/products", {"code": code, "name": f"Product {code}"} | told)
    assert made.status_code == 201, made.text


async def revision(call: Client) -> int:
    return int((await call.get("/tenant"))["catalogue_revision"])


async def test_a_supplier_is_added_renamed_with_its_products_and_removed_when_unused(
    call: Client,
) -> None:
    made = (await call.post("/suppliers", {"name": "Nordmark", "lead_time_days": 5})).json()
    path = f"/suppliers/{made['id']}"
    await product(call, "P1", supplier="Nordmark")
    taken = await call.post("/suppliers", {"name": "nordmark"})
    assert (taken.status_code, "already" in taken.text) == (409, True)
    renamed = await call("PATCH", path, {"name": "Nordmark GmbH", "lead_time_days": None})
    assert (renamed.json()["name"], renamed.json()["lead_time_days"]) == ("Nordmark GmbH", None)
    assert (await call.get("/products/P1"))["supplier"] == "Nordmark GmbH"
    held = await call("DELETE", path)
    assert (held.status_code, "1 products" in held.text) == (409, True)
    await call("DELETE", "/products/P1")
    assert (await call("DELETE", path)).status_code == 204
    assert (await call("PATCH", path, {"name": "X"})).status_code == 404
    assert (
        await call("PATCH", f"/suppliers/{call.office.ids['supplier_id']}", {})
    ).status_code == 400


async def test_cost_is_the_price_valid_today_then_a_verified_one_then_the_products(
    call: Client,
) -> None:
    await product(call, "P1", cost_price="50")
    nordmark = (await call.post("/suppliers", {"name": "Nordmark"})).json()["id"]
    prices = f"/suppliers/{nordmark}/prices"

    async def sold() -> list[str]:
        rows = (await call.get("/products/P1/prices"))["items"]
        return [f"{Decimal(row['sell_after']):.2f} {row['source']}" for row in rows]

    assert await sold() == ["60.00 cost × 1.20"]
    undated = (await call.post(prices, {"code": "P1", "cost": "40"})).json()
    assert len(await sold()) == 1  # neither dated nor verified: it says nothing
    await call("PATCH", f"/suppliers/{nordmark}", {"is_verified": True})
    assert (await sold())[0] == "48.00 verified supplier price × 1.20"
    dated = {"code": "P1", "cost": "45", "valid_from": "2026-01-01"}
    before = await revision(call)
    made = (await call.post(prices, dated)).json()
    assert made["revision"] == before + 1 == await revision(call)
    assert (await sold())[0] == "54.00 supplier price valid today × 1.20"
    await call("PATCH", f"{prices}/{made['id']}", {"valid_until": "2026-01-31"})
    assert (await sold())[0] == "48.00 verified supplier price × 1.20"
    await call("DELETE", f"{prices}/{undated['id']}")
    assert (await sold())[0] == "54.00 verified supplier price × 1.20"
    await call("DELETE", f"{prices}/{made['id']}")
    assert (await sold())[0] == "60.00 cost × 1.20"
    wrong = {"code": "P1", "cost": "1", "valid_from": "2026-02-01", "valid_until": "2026-01-01"}
    assert (await call.post(prices, wrong)).status_code == 400
    assert (await call.post(prices, {"code": "NONE", "cost": "1"})).status_code == 404


async def test_exactly_one_day_rate_is_the_default(call: Client) -> None:
    rates = "/pricing-config/day-rates"
    new = {"name": "Specialists", "price": "650", "is_default": True}
    made = (await call.post(rates, new)).json()
    listed = await call.get(rates)
    assert [row["name"] for row in listed if row["is_default"]] == ["Specialists"]
    for method, body in (("DELETE", None), ("PATCH", {"is_default": False})):
        kept = await call(method, f"{rates}/{made['id']}", body)
        assert (kept.status_code, "another one the default" in kept.text) == (400, True)
    other = next(row["id"] for row in listed if not row["is_default"])
    await call("PATCH", f"{rates}/{other}", {"is_default": True})
    assert (await call("DELETE", f"{rates}/{made['id']}")).status_code == 204
    assert sum(row["is_default"] for row in await call.get(rates)) == 1
    assert (await call.post(rates, {"name": "Two people", "price": "1"})).status_code == 409


async def test_a_norm_needs_hours_and_stays_while_a_bundle_needs_it(call: Client) -> None:
    norms = "/pricing-config/norms"
    assert (await call.post(norms, {"code": "idle"})).status_code == 400
    made = (await call.post(norms, {"code": "hang", "per_unit_hours": "0.5"})).json()
    assert (await call.post(norms, {"code": "hang", "fixed_hours": "1"})).status_code == 409
    await product(call, "SET")
    put = await call("PUT", "/products/SET/bundle", {"parts": [{"quantity": 2, "norm": "hang"}]})
    assert Decimal(put.json()["price"]) == Decimal("112.50")  # an hour of 900 a day
    held = await call("DELETE", f"{norms}/{made['id']}")
    assert (held.status_code, "part of a bundle" in held.text) == (409, True)
    await call("PATCH", f"{norms}/{made['id']}", {"per_unit_hours": "1"})
    (latest, *_) = (await call.get("/products/SET/prices"))["items"]
    assert Decimal(latest["sell_after"]) == Decimal(225)


async def test_a_bundle_is_made_of_products_and_work_and_never_of_itself(call: Client) -> None:
    await product(call, "CAM", base_price="98", floor_price="90")
    await product(call, "CAB", base_price="0.60", unit="m")
    await product(call, "POINT")
    await product(call, "PAIR")
    parts = [{"quantity": 1, "code": "CAM"}, {"quantity": 20, "code": "CAB"}]
    made = (await call("PUT", "/products/POINT/bundle", {"parts": parts})).json()
    assert (Decimal(made["price"]), Decimal(made["floor"]), made["shown"]) == (110, 90, "line")
    assert [part["unit"] for part in made["parts"]] == ["each", "m"]
    pair = {"parts": [{"quantity": 2, "code": "POINT"}], "shown": "exploded"}
    assert Decimal((await call("PUT", "/products/PAIR/bundle", pair)).json()["price"]) == 220
    for code, part in (("POINT", "PAIR"), ("POINT", "POINT")):
        circle = await call(
            "PUT", f"/products/{code}/bundle", {"parts": [{"quantity": 1, "code": part}]}
        )
        assert (circle.status_code, "part of itself" in circle.text) == (400, True)
    both = {"parts": [{"quantity": 1, "code": "CAM", "norm": "fit"}]}
    assert (await call("PUT", "/products/POINT/bundle", both)).status_code == 400

    await call("PATCH", "/products/CAM", {"base_price": "108"})
    (latest, *_) = (await call.get("/products/PAIR/prices"))["items"]
    assert (Decimal(latest["sell_before"]), Decimal(latest["sell_after"])) == (220, 240)
    await call("DELETE", "/products/CAM")
    assert (await call.get("/products/PAIR/bundle"))["price"] is None
    await call("POST", "/products/CAM/back-on-sale")
    assert Decimal((await call.get("/products/PAIR/bundle"))["price"]) == 240
    assert (await call("DELETE", "/products/PAIR/bundle")).status_code == 204
    assert (await call.get("/products/PAIR/bundle"))["parts"] == []


async def test_parts_taxed_at_another_rate_need_lines_of_their_own(call: Client) -> None:
    await product(call, "BOOK", base_price="35", tax_rate="0")
    await product(call, "KIT")
    body: dict[str, Any] = {"parts": [{"quantity": 1, "code": "BOOK"}]}
    refused = await call("PUT", "/products/KIT/bundle", body)
    assert (refused.status_code, "show it exploded" in refused.text) == (400, True)
    assert (await call("PUT", "/products/KIT/bundle", body | {"shown": "exploded"})).is_success


async def test_products_are_exported_as_a_sheet_that_imports_to_the_same(
    call: Client, strange_call: Client
) -> None:
    await product(call, "P1", base_price="12.5", floor_price="9", pack_size="10", unit="pack")
    await product(call, "=P2", description='=HYPERLINK("x")')
    sheet = await call("GET", "/products/export")
    assert sheet.headers["content-type"].startswith("text/csv")
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(sheet.text))}
    assert rows["P1"]["floor_price"] == "9"
    assert "'=P2" in rows
    assert rows["'=P2"]["description"].startswith("'=")
    files = {"file": ("products.csv", sheet.text.replace("'=P2", "P2").encode())}
    answer = (await strange_call("POST", "/products/import", files=files)).json()
    assert (answer["added"], answer["rejected"]) == (3, [])
    theirs = await strange_call.get("/products/P1")
    ours = await call.get("/products/P1")
    same = ("name", "unit", "base_price", "floor_price", "pack_size", "tax_rate", "currency")
    assert {name: theirs[name] for name in same} == {name: ours[name] for name in same}


async def test_a_list_without_a_column_leaves_that_field_as_it_is(call: Client) -> None:
    await product(call, "P1", base_price="10", floor_price="8", tax_rate="0.05", unit="m")
    files = {"file": ("list.csv", b"Code,Name,Price\nP1,Product P1,12\n")}
    assert (await call("POST", "/products/import", files=files)).json()["changed"] == 1
    found = await call.get("/products/P1")
    assert (Decimal(found["floor_price"]), Decimal(found["tax_rate"]), found["unit"]) == (
        8,
        Decimal("0.05"),
        "m",
    )
