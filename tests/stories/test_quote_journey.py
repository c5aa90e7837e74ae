"""A quote from a wish on WhatsApp to a contract and its renewal, with staff in Slack."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import httpx
import pytest

from domain.catalogue.product import Product
from domain.catalogue.service import Products
from domain.types import utc_now
from tests.bot.staffroom.conftest import (
    ADMIN,
    Office,
    graph,
    office,
    runtime,
    site,
    slack,
    wire,
)

__all__ = ["graph", "office", "runtime", "site", "slack", "wire"]

ANNA = {
    "name": "Anna Berg",
    "role": "Facilities manager",
    "email": "anna@berg.example",
    "authority": "yes",
    "purchase_order": "PO 4471",
}
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/605.1.15"


class Journey:
    """One customer on WhatsApp, with a browser, and one who decides in Slack."""

    def __init__(self, office: Office, browser: httpx.AsyncClient) -> None:
        self.office, self.browser = office, browser

    async def say(self, words: str) -> str:
        answers = await self.office.company.say(words)
        await self.office.work()
        return "\n".join(answers)

    async def staff(self, words: str) -> str:
        return await self.office.command(words, ADMIN)

    async def send(self) -> list[dict[str, Any]]:
        """What WhatsApp was given, once the button of the card was pressed."""
        before = len(self.office.company.graph.sent)
        assert "to WhatsApp" in await self.staff("quote send 1")
        await self.office.press(self.office.last_seen_by(ADMIN), "Send", ADMIN)
        return [one.body for one in self.office.company.graph.sent[before:]]

    async def page(self, link: str) -> str:
        answer = await self.browser.get(link)
        assert answer.status_code == 200
        return unescape(answer.text)

    async def sign(self, link: str, act: str) -> str:
        mark = re.search(r'name="mark" value="([^"]*)"', await self.page(link))
        assert mark
        answer = await self.browser.post(f"{link}/{act}", data={"mark": mark[1], **ANNA})
        await self.office.work()
        return unescape(answer.text)

    async def execute(self, statement: str, **values: Any) -> Any:
        return await self.office.company.execute(statement, **values)


@pytest.fixture
async def journey(office: Office) -> AsyncIterator[Journey]:
    outlet = Product(
        "OUT-2",
        "Cat6 double outlet",
        category="Cabling",
        base_price=Decimal(54),
        cost_price=Decimal(30),
    )
    async with office.runtime.database.transaction(office.tenant_id) as session:
        await Products(session, office.tenant_id).import_all([outlet])
    await office.command("here", ADMIN)
    browser = httpx.AsyncClient(
        headers={"User-Agent": PHONE}, follow_redirects=True, trust_env=False, timeout=20
    )
    async with browser:
        yield Journey(office, browser)


async def test_from_a_wish_to_a_contract_and_its_renewal(journey: Journey) -> None:
    asked = await journey.say(
        "Please install Cat6 double outlets in our office, what would it cost?"
    )
    assert "containment" in asked
    assert "ceilings" in asked
    await journey.say("24 of them, the ceilings are suspended and there is containment")
    assert "24 each" in await journey.staff("quote show 1")
    assert "approved" in await journey.staff("quote approve 1")

    paper, words = await journey.send()
    assert paper["document"]["filename"].endswith("-1.pdf")
    buttons = words["interactive"]["action"]["buttons"]
    assert [one["reply"]["title"] for one in buttons] == ["Accept", "Ask a question", "Decline"]
    link = re.findall(r"http\S+/q/[\w-]+", words["interactive"]["body"]["text"])[0]
    assert "£1,555.20" in await journey.page(link)

    assert "new version" in await journey.say("Sorry, make it 30 outlets")
    assert "approved" in await journey.staff("quote approve 1")
    _, words = await journey.send()
    told = words["interactive"]["body"]["text"]
    assert "version 2" in told
    assert "24" in told.split("What changed:")[1]
    assert "£1,944.00" in await journey.page(link), "the first link shows the new version"

    assert "Thank you" in await journey.sign(link, "accept")
    thread = "\n".join(line.words for line in journey.office.workspace.lines)
    assert "Anna Berg" in thread, "staff read it where they read all else"
    assert "CT-" in await journey.staff("contract new 1 automatic")
    await journey.staff("contract send 1")
    page = re.findall(r"http\S+/c/[\w-]+", str(journey.office.company.graph.sent[-1].body))[0]
    await journey.sign(page, "sign")
    assert (await journey.execute("select status from contracts")).scalar() == "active"

    ends = utc_now().date() + timedelta(days=89)
    await journey.execute("update contracts set ends_on = :ends", ends=ends)
    await journey.office.runtime.renewals.pass_day(utc_now())
    await journey.office.work()
    assert (await journey.execute("select status from contracts")).scalar() == "pending_renewal"
    found = await journey.execute("select number, status, total from quotes order by number")
    (first, was, total), (second, now, again) = found.all()
    assert (was, now) == ("accepted", "draft")
    assert first != second
    assert total == again, "at today's prices, which are the same"
