"""An accepted quote for the books and for suppliers, over REST."""

from typing import Any
from uuid import UUID

import pytest

from bot.runtime import Runtime
from domain.quotes.models import Quote
from tests.bot.api.conftest import Client


async def become(runtime: Runtime, call: Client, status: str) -> str:
    quote_id = call.office.ids["quote_id"]
    async with runtime.database.transaction(call.office.tenant_id) as session:
        (await session.get_one(Quote, UUID(quote_id))).status = status
    return f"/quotes/{quote_id}"


@pytest.mark.parametrize("program", ["xero", "quickbooks"])
async def test_an_accepted_quote_is_a_file_to_import(
    runtime: Runtime, call: Client, strange_call: Client, program: str
) -> None:
    path = await become(runtime, call, "accepted")
    answer = await call("GET", f"{path}/handover/{program}.csv")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f"{program}.csv" in answer.headers["content-disposition"]
    assert "Priya Shah" in answer.text or "Dental harbour" in answer.text
    assert "84" in answer.text
    assert (await strange_call("GET", f"{path}/handover/{program}.csv")).status_code == 404


async def test_only_what_was_accepted_becomes_an_invoice(runtime: Runtime, call: Client) -> None:
    for status in ("draft", "sent", "rejected"):
        path = await become(runtime, call, status)
        refused = await call("GET", f"{path}/handover/xero.csv")
        assert refused.status_code == 400
        assert "only an accepted quote" in refused.text
    assert (await call("GET", f"{path}/handover/sage.csv")).status_code == 422


async def test_goods_are_listed_by_supplier_with_costs_for_who_sees_margins(
    runtime: Runtime, call: Client, http: Any, office: Any
) -> None:
    assert (await call("GET", f"{await become(runtime, call, 'draft')}/order-list")).is_error
    path = await become(runtime, call, "sent")
    found = await call.get(f"{path}/order-list")
    assert "not accepted yet" in found["warning"]
    [order] = found["orders"]
    assert order["supplier"] == "Wire & Co"
    assert [one["code"] for one in order["lines"]] == ["CAB-harbour"]
    await become(runtime, call, "accepted")
    assert (await call.get(f"{path}/order-list"))["warning"] == ""
    sheet = await call("GET", f"{path}/order-list.csv", params={"supplier": "Wire & Co"})
    assert "Unit cost" in sheet.text
    assert "CAB-harbour" in sheet.text
    staff = Client(http, office, "readonly")
    hidden = await staff("GET", f"{path}/order-list.csv")
    assert "Unit cost" not in hidden.text
    none = await call("GET", f"{path}/order-list.csv", params={"supplier": "Nobody"})
    assert none.status_code == 404


async def test_the_figures_of_quotes(call: Client, strange_call: Client) -> None:
    mine = await call.get("/metrics/quotes")
    assert (mine["drafted"], mine["sent"], mine["win_rate"]) == (1, 0, None)
    past = await strange_call.get("/metrics/quotes", **{"from": "2020-01-01", "to": "2020-02-01"})
    assert past["drafted"] == 0
    wrong = await call("GET", "/metrics/quotes", params={"from": "2026-02-01", "to": "2026-01-01"})
    assert wrong.status_code == 400
