"""The customer's phone on every channel, in a real browser: files, buttons, faults, the wire."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect
from sqlalchemy import select

from bot import queue
from bot.runtime import Runtime
from domain.conversations.models import Conversation
from domain.conversations.outbox import NewReply, Outbox
from domain.tenants import directory
from tests.browser.conftest import Complaints
from tests.browser.pixels import png
from tests.browser.test_simulator_page import ANSWERS, CONTRAST, opened

pytestmark = pytest.mark.full

MINE = "#phone-thread .bubble.mine"
QUESTION = "How do I reset the password of my recorder?"
ROOF = FilePayload(name="roof.png", mimeType="image/png", buffer=png(64, 48))


@pytest.fixture
async def page(browser: Browser, address: str, complaints: Complaints) -> AsyncIterator[Page]:
    async for page in opened(browser, f"{address}/?as=447700900210&view=wire", complaints):
        yield page


async def write(page: Page, text: str, *files: FilePayload) -> None:
    if files:
        await page.locator(".composer input[type=file]").set_input_files(list(files))
        await expect(page.locator("#chosen")).to_contain_text(files[0]["name"])
    await page.locator("#message").fill(text)
    await page.locator(".composer .round").click()


async def switch(page: Page, title: str) -> None:
    await page.locator(".channels").get_by_text(title, exact=True).click()
    await expect(page.locator(".handset .channel")).to_have_text(title)


async def test_every_channel_shows_what_is_sent_and_answered(
    page: Page, complaints: Complaints, screenshots: Path
) -> None:
    for title, files in (("WhatsApp", 1), ("Telegram", 2), ("Email", 2)):
        await switch(page, title)
        if title == "Email":
            await page.locator("#subject").fill("Recorder")
        await write(page, QUESTION, *[ROOF] * files)
        await expect(page.locator(ANSWERS).first).to_contain_text("Resetting the password")
        pictures = page.locator(f"{MINE} img")
        await expect(pictures).to_have_count(files)
        await expect(pictures.first).to_have_js_property("naturalWidth", 64)
        await expect(page.locator("#chosen")).to_be_hidden()
        await page.locator(".exchange summary").first.click()
        await expect(page.locator(".exchange[open] pre").first).to_be_visible()
        await page.screenshot(path=screenshots / f"{title}.png")
    assert complaints == []


async def test_a_fault_is_ordered_and_seen(page: Page, complaints: Complaints) -> None:
    await page.locator(".faults summary").click()
    await page.get_by_role("button", name="24-hour window closed (131047)").click()
    await expect(page.locator("#faults-state")).to_contain_text("1 ordered")
    await page.keyboard.press("Escape")
    await write(page, QUESTION)
    await expect(page.locator(".bubble.ghost")).to_contain_text("Not here")
    await expect(page.locator("#faults-state .tag")).to_have_count(0)
    await expect(page.locator(".exchange .status.bad").first).to_have_text("400")
    assert complaints == []


async def test_a_message_is_quoted_reacted_to_and_changed(
    page: Page, complaints: Complaints, screenshots: Path
) -> None:
    await switch(page, "Telegram")
    await write(page, QUESTION)
    answer = page.locator(ANSWERS).first
    await answer.wait_for()
    await answer.hover()
    await answer.locator(".acts summary").click()
    await answer.get_by_label("React with 👍").click()
    await expect(answer.locator(".reactions")).to_contain_text("👍")
    await page.locator(MINE).first.hover()
    await page.locator(f"{MINE} .acts summary").first.click()
    await page.locator(f"{MINE} .edit textarea").first.fill("How do I reset my password?")
    await page.locator(f"{MINE} .edit button").first.click()
    await expect(page.locator(f"{MINE} .meta").first).to_contain_text("edited")
    await page.screenshot(path=screenshots / "acts.png")
    await answer.hover()
    await answer.locator(".acts summary").click()
    await answer.get_by_text("Quote it").click()
    await expect(page.locator(".quoting")).to_contain_text("Brackwell")
    await write(page, "Thank you for this")
    await expect(page.locator(f"{MINE} .quoted")).to_contain_text("Brackwell")
    await expect(page.locator(".quoting")).to_have_count(0)
    assert complaints == []


async def test_a_button_is_pressed(
    page: Page, runtime: Runtime, complaints: Complaints, screenshots: Path
) -> None:
    await write(page, "the camera at the gate is dead since this morning")
    await page.locator(ANSWERS).first.wait_for()
    await ask_back(runtime)
    await page.locator(".choices button", has_text="Dock Road").click()
    await expect(page.locator(MINE).last).to_contain_text("Dock Road")
    await expect(page.locator("#wire-list")).to_contain_text("/api/v1/whatsapp/webhook")
    await page.screenshot(path=screenshots / "pressed.png")
    assert complaints == []


async def ask_back(runtime: Runtime) -> None:
    """As the bot asks: with buttons."""
    async with runtime.database.directory() as session:
        demo = await directory.tenant_called(session, "demo")
    async with runtime.database.transaction(demo.id) as session:
        talk = (await session.scalars(select(Conversation))).one()
        choices = ({"id": "dock", "title": "Dock Road"}, {"id": "yard", "title": "The yard"})
        asked = NewReply(talk.id, talk.channel_account_id, "bot", "Which site?", choices=choices)
        message: UUID = Outbox(session, demo.id).put(asked).id
        await queue.put(session, "deliver", tenant_id=demo.id, message_id=message)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_can_be_used_at_the_width_of_a_phone(
    browser: Browser, address: str, complaints: Complaints, screenshots: Path, scheme: str
) -> None:
    url = f"{address}/?as=447700900210&view=wire"
    look = {"viewport": {"width": 390, "height": 800}, "color_scheme": scheme}
    async for page in opened(browser, url, complaints, **look):
        for title in ("WhatsApp", "Telegram", "Email"):
            await switch(page, title)
            if title == "Email":
                await page.locator("#subject").fill("Recorder")
            await write(page, QUESTION, ROOF)
            await page.locator(ANSWERS).first.wait_for()
            await page.locator(".exchange summary").first.click()
            await page.locator(".faults summary").click()
            assert await page.evaluate("document.documentElement.scrollWidth") <= 390
            assert await page.evaluate(CONTRAST) == []
            await page.screenshot(path=screenshots / f"390-{title}-{scheme}-faults.png")
            await page.keyboard.press("Escape")
            await page.screenshot(path=screenshots / f"390-{title}-{scheme}.png", full_page=True)
    assert complaints == []


async def test_everything_on_the_phone_has_a_name(page: Page) -> None:
    await write(page, QUESTION, ROOF)
    await page.locator(ANSWERS).first.wait_for()
    await page.locator(".faults summary").click()
    for control in await page.locator("button, input:not([type=hidden]), textarea, summary").all():
        if await control.is_visible():
            assert await control.evaluate(
                "e => (e.labels && e.labels.length) || e.innerText.trim() || e.ariaLabel"
            ), await control.evaluate("e => e.outerHTML")
