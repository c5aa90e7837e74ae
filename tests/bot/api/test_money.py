"""Currencies and taxes over REST: dated rates, treatments of lines, a draft's terms of today."""

from typing import Any
from uuid import UUID

from bot.runtime import Runtime
from domain.customers.models import Company, Person
from domain.quotes.models import Quote
from tests.bot.api.conftest import Client


async def buys(runtime: Runtime, call: Client, **fields: str) -> None:
    """The office's quote is its company's, which buys so."""
    ids = call.office.ids
    async with runtime.database.transaction(call.office.tenant_id) as session:
        company = await session.get_one(Company, UUID(ids["company_id"]))
        for name, value in fields.items():
            setattr(company, name, value)
        quote = await session.get_one(Quote, UUID(ids["quote_id"]))
        person = await session.get_one(Person, UUID(ids["person_id"]))
        quote.company_id = person.company_id


async def test_rates_are_kept_corrected_and_removed(call: Client, strange_call: Client) -> None:
    new = {"from_currency": "GBP", "to_currency": "USD", "rate": "1.3100", "note": "ECB"}
    made = await call.post("/pricing-config/exchange-rates", new)
    assert made.status_code == 201, made.text
    assert (await call.post("/pricing-config/exchange-rates", new)).status_code == 409
    listed = (await call.get("/pricing-config/exchange-rates"))["items"]
    assert [one["to_currency"] for one in listed] == ["USD", "EUR"]
    path = f"/pricing-config/exchange-rates/{made.json()['id']}"
    changed = await call("PATCH", path, {"rate": "1.32"})
    assert changed.json()["rate"] == "1.32"
    assert (await strange_call("DELETE", path)).status_code == 404
    assert (await call("DELETE", path)).status_code == 204
    assert len((await call.get("/pricing-config/exchange-rates"))["items"]) == 1
    for wrong in ("0", "-1", "NaN", "1e99"):
        bad = await call.post("/pricing-config/exchange-rates", new | {"rate": wrong})
        assert bad.status_code == 422, wrong


async def test_a_draft_takes_its_customers_terms_over(runtime: Runtime, call: Client) -> None:
    await buys(runtime, call, currency="EUR", tax_treatment="zero", language="fr")
    taken = await call.post(f"/quotes/{call.office.ids['quote_id']}/terms")
    assert taken.status_code == 200, taken.text
    told = taken.json()
    assert (told["currency"], told["exchange_rate"]) == ("EUR", "1.17")
    assert (told["tax"], told["subtotal"], told["language"]) == ("0.00", "98.28", "fr")
    quote = await call.get(f"/quotes/{told['id']}")
    assert (quote["exchange_from"], quote["tax_treatment"]) == ("GBP", "zero")
    assert quote["lines"][0]["tax_treatment"] == "zero"


async def test_what_staff_have_to_settle_keeps_a_quote_from_being_sent(
    runtime: Runtime, call: Client
) -> None:
    await buys(runtime, call, currency="JPY")
    path = f"/quotes/{call.office.ids['quote_id']}"
    asked = (await call.post(f"{path}/terms")).json()["staff_questions"]
    assert "GBP to JPY" in asked[0]
    refused = await call.post(f"{path}/status", {"status": "sent"})
    assert refused.status_code == 400
    assert "GBP to JPY" in refused.text
    rate = {"from_currency": "GBP", "to_currency": "JPY", "rate": "196.4"}
    await call.post("/pricing-config/exchange-rates", rate)
    settled = (await call.post(f"{path}/terms")).json()
    assert settled["staff_questions"] == []
    assert settled["subtotal"] == "16498"  # no sen
    assert (await call.post(f"{path}/status", {"status": "sent"})).status_code == 200


async def test_tax_rates_are_the_countrys_unless_set(call: Client) -> None:
    rates = await call.get("/pricing-config/tax-rates")
    assert (rates["country"], rates["standard"], rates["reduced"]) == ("GB", "0.20", "0.05")
    done: Any = await call("PATCH", "/tenant", {"tax.reduced_rates.GB": "0.10"})
    assert done.status_code == 200, done.text
    assert (await call.get("/pricing-config/tax-rates"))["reduced"] == "0.10"
