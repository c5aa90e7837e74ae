"""A signatory with a phone reads a quote, asks, types a code in, accepts; signs a contract."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from channels.loopback import served
from domain.quotes.drafting import Draft
from domain.quotes.pricing import totals
from domain.quotes.request import QuoteRequest
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.tenants.logos import Logos
from tests.bot.paper.pages import LOGO, line, many, tiered
from tests.bot.portal.conftest import PHONE, Shop, firm, mail, mail_runtime, rival, shop
from tests.browser.conftest import Complaints
from tests.launching import app_on

__all__ = ["firm", "mail", "mail_runtime", "rival", "shop"]

pytestmark = pytest.mark.full

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
NAMELESS = """() => [...document.querySelectorAll(
    "input:not([type=hidden]), textarea, button, a, summary")]
    .filter(e => !((e.labels && e.labels.length) || e.textContent.trim() || e.ariaLabel))
    .map(e => e.outerHTML)"""
SMALL = """() => [...document.querySelectorAll("a.button, button, input:not([type=hidden])")]
    .filter(e => e.type !== "checkbox" && !e.closest("details:not([open])"))
    .filter(e => e.getBoundingClientRect().height < 44)
    .map(e => e.outerHTML)"""


@dataclass
class Signatory:
    """Anna, her phone, and the address of the firm's pages."""

    shop: Shop
    url: str
    context: BrowserContext
    complaints: Complaints

    async def open(self, path: str) -> Page:
        page = await self.context.new_page()
        self.complaints.listen(page)
        await page.goto(self.url + path)
        return page


@pytest.fixture
async def anna(shop: Shop, browser: Browser, complaints: Complaints) -> AsyncIterator[Signatory]:
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, user_agent=PHONE, device_scale_factor=2
    )
    async with served(app_on(shop.runtime)) as url:
        yield Signatory(shop, url, context, complaints)
    await context.close()


async def rich_quote(shop: Shop) -> UUID:
    """With everything a quote can have, in the firm's colour and with its logo."""
    lines = (
        *many(8),
        *tiered()[2:],
        line("A second patch panel", "1", "46", is_optional=True, note="Room for 24 more."),
        line("Shielded outlets instead of plain ones", "24", "71", is_alternate=True),
        line("Averyveryverylongwordwithoutanyplacewhereitcouldbebroken" * 2, "1", "1234567.89"),
    )
    made = Draft(True, lines, (), totals(lines, "GBP"), "GBP")
    request = QuoteRequest(is_quote_request=True, text="cabling", location="4 Mill Lane, Leeds")
    tenant_id = shop.firm.tenant_id
    company_id = await shop.company()
    await shop.set(
        quoting__branding__colour="#c8e04a",
        quoting__branding__company_name="Harbour Networks Ltd",
        quoting__branding__phone="020 7946 0958",
        quoting__branding__email="sales@harbour.example",
        quoting__branding__vat_number="GB 123 4567 89",
        quoting__deposit_url="https://pay.example/{number}?sum={amount}",
        quoting__deposit_percent="30",
        quoting__code_above="0",
    )
    async with shop.runtime.database.transaction(tenant_id) as session:
        await Logos(session, tenant_id).put(LOGO.encode())
        whom = QuoteFor("Structured cabling for the new office", company_id=company_id)
        drafted = Drafted(request, made, "Please quote the cabling of our new office.", 1)
        return (await Quotes(session, tenant_id).draft(whom, drafted, actor="test")).id


async def sound(page: Page) -> None:
    """Fits the screen, can be read, named and pressed."""
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert await page.evaluate(CONTRAST) == []
    assert await page.evaluate(NAMELESS) == []
    assert await page.evaluate(SMALL) == []


async def test_a_quote_is_read_asked_about_and_accepted(anna: Signatory, screenshots: Path) -> None:
    shop = anna.shop
    quote_id = await rich_quote(shop)
    await shop.send(quote_id)
    page = await anna.open(await shop.link(quote_id))
    await expect(page.locator("h1")).to_have_text("Structured cabling for the new office")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await sound(page)
    await page.screenshot(path=screenshots / "quote.png", full_page=True)
    assert (await shop.row(quote_id)).status == "viewed"

    await page.get_by_label("Your question").fill("Is testing included?")
    await page.get_by_role("button", name="Send the question").click()
    await expect(page.get_by_role("status")).to_contain_text("has reached us")
    [ticket] = await shop.firm.tickets()
    assert "Is testing included?" in ticket.description

    await page.get_by_label("Your full name").first.fill("Anna Weber")
    await page.get_by_label("Your position").fill("Managing director")
    await page.get_by_label("Your email address").first.fill("anna@acme.example")
    await page.get_by_label("Purchase order number").fill("PO 4471")
    await page.locator("#sign-authority").press("Space")
    await page.locator("#accept").screenshot(path=screenshots / "accept.png")
    await page.locator("#accept button").press("Enter")

    await expect(page.locator("h1")).to_have_text("Type in the code")
    await expect(page.get_by_label("The six digits")).to_be_focused()
    await sound(page)
    await page.get_by_label("The six digits").fill("1")
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_role("alert")).to_contain_text("That is not the code")
    await sound(page)
    await page.screenshot(path=screenshots / "code.png", full_page=True)
    await shop.deliver()
    await page.get_by_label("The six digits").fill(shop.code_for("anna@acme.example"))
    await page.get_by_role("button", name="Confirm").click()

    await expect(page.get_by_role("status")).to_contain_text("Accepted by Anna Weber")
    await expect(page.get_by_role("link", name="Pay the deposit")).to_be_visible()
    await sound(page)
    await page.screenshot(path=screenshots / "accepted.png", full_page=True)
    [made] = await shop.acceptances()
    assert (made.is_code_proven, made.purchase_order) == (True, "PO 4471")
    wrong = [said for said in anna.complaints if "400" not in said]  # the wrong code
    assert wrong == []


async def test_a_contract_is_signed(anna: Signatory, screenshots: Path) -> None:
    shop = anna.shop
    await shop.set(quoting__branding__colour="#8a1538")
    contract_id = await shop.contract()
    page = await anna.open(await shop.contract_link(contract_id))
    await sound(page)
    await page.screenshot(path=screenshots / "contract.png", full_page=True)
    await page.get_by_label("Your full name").first.fill("Anna Weber")
    await page.get_by_label("Your position").fill("Managing director")
    await page.get_by_label("Your email address").first.fill("anna@acme.example")
    await page.locator("#sign-authority").check()
    await page.get_by_role("button", name="Sign", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("Signed by Anna Weber")
    await sound(page)
    await page.screenshot(path=screenshots / "signed.png", full_page=True)
    assert (await shop.contract_row(contract_id)).status == "active"
    assert anna.complaints == []


async def test_a_wide_screen_and_a_revoked_link(
    anna: Signatory, browser: Browser, screenshots: Path
) -> None:
    shop = anna.shop
    quote_id = await rich_quote(shop)
    await shop.change(quote_id, language="de", currency="EUR")
    await shop.send(quote_id)
    context = await browser.new_context(
        viewport={"width": 1280, "height": 800}, user_agent=PHONE, locale="de-DE"
    )
    page = await context.new_page()
    anna.complaints.listen(page)
    await page.goto(anna.url + await shop.link(quote_id))
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    assert await page.evaluate(CONTRAST) == []
    await page.screenshot(path=screenshots / "wide.png", full_page=True)
    assert anna.complaints == []
    await page.goto(f"{anna.url}/q/nothing")
    await expect(page.locator("h1")).to_have_text("Dieser Link funktioniert nicht")
    await page.screenshot(path=screenshots / "unknown.png")
    await context.close()
