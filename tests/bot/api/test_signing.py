"""Links and signatures over REST: made, shown again, taken back, read."""

import io

import httpx
import pypdf

from bot.runtime import Runtime
from tests.bot.api.conftest import Client, Office


async def test_a_link_is_made_shown_again_and_taken_back(
    call: Client, http: httpx.AsyncClient, office: Office, runtime: Runtime
) -> None:
    for noun, page in (("quote", "/q/"), ("contract", "/c/")):
        path = f"/{noun}s/{office.ids[f'{noun}_id']}/link"
        made = await call.get(path)
        assert made["url"].startswith(runtime.settings.base_url + page)
        assert made["made_by"].startswith("key:")
        assert await call.get(path) == made
        where = made["url"].removeprefix(runtime.settings.base_url)
        assert (await http.get(where)).status_code == 200
        assert (await call("DELETE", path)).status_code == 204
        assert (await http.get(where)).status_code == 404
        assert (await call("DELETE", path)).status_code == 204
        assert (await call.get(path))["url"] != made["url"]


async def test_who_signed_is_read_over_rest(
    call: Client, strange_call: Client, office: Office
) -> None:
    quote, contract = office.ids["quote_id"], office.ids["contract_id"]
    accepted = await call.get(f"/quotes/{quote}/acceptance")
    assert (accepted["name"], accepted["revision"]) == ("Priya", 1)
    assert accepted["is_code_proven"] is False
    signed = await call.get(f"/contracts/{contract}/signature")
    assert (signed["role"], len(signed["digest"])) == ("Owner", 64)
    for path in (f"/quotes/{quote}/acceptance", f"/contracts/{contract}/signature"):
        assert (await strange_call("GET", path)).status_code == 404


async def test_a_contract_is_had_as_pdf(call: Client, office: Office) -> None:
    response = await call("GET", f"/contracts/{office.ids['contract_id']}/pdf")
    assert response.headers["content-type"] == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    said = " ".join(one.extract_text() for one in pages)
    for told in ("Contract", "Cat6 cable", "Who agrees", "Priya", "£84.00"):
        assert told in said, told
