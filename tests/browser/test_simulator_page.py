"""A newcomer at the simulator, in a real browser."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Complaints

pytestmark = pytest.mark.full

ANSWERS = "#phone-thread .bubble.theirs:not(.typing)"
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()


async def opened(
    browser: Browser, url: str, complaints: Complaints, **look: Any
) -> AsyncIterator[Page]:
    context = await browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | look))
    page = await context.new_page()
    complaints.listen(page)
    await page.goto(url)
    yield page
    await context.close()


@pytest.fixture
async def page(browser: Browser, address: str, complaints: Complaints) -> AsyncIterator[Page]:
    async for page in opened(browser, f"{address}/?as=447700900210&view=inside", complaints):
        yield page


async def ask(page: Page, chip: str) -> float:
    """Presses a suggestion; seconds until the answer is on the phone."""
    before = await page.locator(ANSWERS).count()
    since = time.perf_counter()
    await page.locator(f".chips button:has-text('{chip}')").click()
    await page.locator(ANSWERS).nth(before).wait_for()
    return time.perf_counter() - since


async def test_the_first_five_minutes(
    page: Page, complaints: Complaints, screenshots: Path
) -> None:
    await ask(page, "A question")
    source = page.locator(".source.cited summary")
    await expect(source).to_contain_text("What the lights on access points mean")
    await source.click()
    await expect(page.locator(".source.cited blockquote")).to_be_visible()
    assert await ask(page, "A fault") < 2.0
    await expect(page.locator(".ticket").first).to_contain_text("The camera at the gate is dead")
    await expect(page.locator(".source.cited blockquote")).to_be_visible()  # stays open
    assert await ask(page, "A question") < 2.0
    await expect(page.locator("#announcer")).to_contain_text("access point")
    await page.screenshot(path=screenshots / "desktop.png")
    assert complaints == []


async def test_a_person_takes_over_and_hands_back(page: Page, complaints: Complaints) -> None:
    await ask(page, "A fault")
    await page.locator("#reply").fill("I can be at the gate at 14:00.")
    await page.locator("#staff-form .main").click()
    await expect(page.locator(".owner.person")).to_be_visible()
    await expect(page.locator(ANSWERS).last).to_contain_text("14:00")
    await expect(page.locator(".entry.staff .ticks.read")).to_be_visible()
    await expect(page.locator("#reply")).to_have_value("")
    await page.locator("text=Hand back to the bot").click()
    await expect(page.locator(".owner.bot")).to_be_visible()
    assert complaints == []


async def test_enter_sends_and_shift_enter_begins_a_line(page: Page) -> None:
    await page.locator("#message").press_sequentially("Hello")
    await page.locator("#message").press("Shift+Enter")
    await page.locator("#message").press_sequentially("there")
    await page.locator("#message").press("Enter")
    await expect(page.locator("#phone-thread .mine p")).to_have_text("Hello\nthere")
    await expect(page.locator("#message")).to_have_value("")


async def test_words_that_could_not_be_sent_come_back(page: Page, complaints: Complaints) -> None:
    await page.context.clear_cookies()
    await page.locator("#message").fill("Do not lose me")
    await page.locator("#message").press("Enter")
    await expect(page.locator("#notice")).to_be_visible()
    await expect(page.locator("#message")).to_have_value("Do not lose me")


async def test_script_in_a_message_never_runs(page: Page, complaints: Complaints) -> None:
    words = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    await page.locator("#message").fill(words)
    await page.locator("#message").press("Enter")
    await expect(page.locator("#phone-thread .mine p")).to_have_text(words)
    await expect(page.locator("#desk-thread .entry .text").first).to_have_text(words)
    assert "owned" not in await page.title()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_and_can_be_read_at_every_width(
    browser: Browser, address: str, complaints: Complaints, screenshots: Path, scheme: str
) -> None:
    url = f"{address}/?as=447700900210&wire=1&view=inside"
    async for page in opened(browser, url, complaints, color_scheme=scheme):
        await ask(page, "A question")
        await ask(page, "A fault")
        await page.locator("#reply").fill("On my way")
        await page.locator("#staff-form .main").click()
        await expect(page.locator(".owner.person")).to_be_visible()
        for width in (360, 390, 900, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            assert await page.evaluate(CONTRAST) == []
            await page.screenshot(path=screenshots / f"{width}-{scheme}.png", full_page=True)
    assert complaints == []


async def test_everything_can_be_reached_and_has_a_name(page: Page) -> None:
    await ask(page, "A fault")
    for control in await page.locator("button, input:not([type=hidden]), select, textarea").all():
        if await control.is_visible():
            assert await control.evaluate(
                "e => (e.labels && e.labels.length) || e.innerText.trim() || e.ariaLabel"
            ), await control.evaluate("e => e.outerHTML")
    await page.reload()
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()


async def test_it_works_without_javascript(browser: Browser, address: str) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{address}/?as=447700900210&view=inside")
    await page.locator("#message").fill("the camera at the gate is dead since this morning")
    await page.locator(".composer .round").click()
    await expect(page.locator(ANSWERS)).to_contain_text("TKT-", timeout=10_000)
    await context.close()
