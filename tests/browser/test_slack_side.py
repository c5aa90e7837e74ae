"""Staff at the simulated Slack, in a real browser: threads, buttons, windows, the home."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from bot.demo.slack import DESK_CHANNEL, GUEST_EMAIL, TEAM, person_id
from bot.runtime import Runtime
from channels.cards import Button, Card, Section, Style
from channels.slack.events import Place
from domain.staff.rooms import SIMULATED
from domain.tenants import directory
from tests.browser.conftest import Complaints
from tests.browser.test_simulator_page import ANSWERS, CONTRAST, ask, opened

pytestmark = pytest.mark.full

PAGE = "/?as=447700900210"
LINES = "#slack-lines .line"
REPLIES = "#slack-thread .line"
WINDOW = "dialog.window"
WIDE: dict[str, Any] = {"viewport": {"width": 1400, "height": 900}}


@pytest.fixture
async def page(browser: Browser, address: str, complaints: Complaints) -> AsyncIterator[Page]:
    async for page in opened(browser, f"{address}{PAGE}", complaints, **WIDE):
        yield page


async def type_in_slack(page: Page, words: str) -> None:
    await page.locator("#slack-words").fill(words)
    await page.locator("#slack-words").press("Enter")


async def test_staff_answer_a_customer_from_the_thread(
    page: Page, complaints: Complaints, screenshots: Path
) -> None:
    await ask(page, "A fault")
    await expect(page.locator(REPLIES).nth(1)).to_contain_text("the camera at the gate")
    await expect(page.locator(REPLIES).first).to_contain_text("TKT-")
    await page.screenshot(path=screenshots / "slack-thread.png")
    await page.locator("#slack-thread button:has-text('Reply')").last.click()
    await expect(page.locator(WINDOW)).to_contain_text("to WhatsApp")
    await expect(page.locator(f"{WINDOW} textarea")).to_be_focused()
    await page.keyboard.type("Callum is at the gate at 14:00.")
    for _ in range(6):  # round the window, never behind it
        await page.keyboard.press("Tab")
        assert not await page.evaluate("!!document.activeElement.closest('.panes')")
    await page.screenshot(path=screenshots / "slack-window.png")
    await page.locator(f"{WINDOW} .primary").click()
    await expect(page.locator(WINDOW)).to_have_count(0)
    await expect(page.locator(ANSWERS).last).to_contain_text("14:00", timeout=20_000)
    assert complaints == []


async def test_what_is_typed_in_a_window_stays_while_others_go_on(
    page: Page, complaints: Complaints
) -> None:
    await ask(page, "A fault")
    await page.locator("#slack-thread button:has-text('Reply')").last.click()
    await page.locator(f"{WINDOW} textarea").fill("Half a sentence")
    await page.locator(f"{WINDOW} textarea").focus()
    before = await page.locator(REPLIES).count()
    await page.evaluate("document.querySelector('.side .chips button').click()")
    await expect(page.locator(REPLIES)).not_to_have_count(before, timeout=10_000)
    await expect(page.locator(f"{WINDOW} textarea")).to_have_value("Half a sentence")
    await expect(page.locator(f"{WINDOW} textarea")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(WINDOW)).to_have_count(0)
    # The button that opened it has moved on to the newest message: back to the thread then.
    await expect(page.locator(".opened .scroll:focus")).to_have_count(1)
    await page.locator("#slack-thread button:has-text('Reply')").last.click()
    await page.locator(f"{WINDOW} [data-shuts]").click()
    await expect(page.locator("#slack-thread button:has-text('Reply'):focus")).to_have_count(1)
    assert complaints == []


async def test_commands_are_answered_and_the_guest_gets_a_polite_no(
    page: Page, complaints: Complaints, address: str
) -> None:
    await type_in_slack(page, "/desk help")
    await expect(page.locator(f"{LINES}.private")).to_contain_text("What you can do here")
    await expect(page.locator("#slack-words")).to_have_value("")
    await expect(page.locator("#announcer")).to_contain_text("Only you see")
    await page.goto(f"{address}{PAGE}&me={person_id(GUEST_EMAIL)}")
    await expect(page.locator(LINES)).to_have_count(0)
    await type_in_slack(page, "/desk inbox")
    await expect(page.locator(f"{LINES}.private")).to_contain_text("That did not work")
    assert complaints == []


async def test_a_note_with_a_file_stays_internal(
    page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    await ask(page, "A fault")
    file = tmp_path / "plan.txt"
    file.write_text("Cabinet GH-1")
    note = page.locator("#slack-note textarea")
    await note.fill("The key is at the bakery")
    await page.locator("#slack-note input[type=file]").set_input_files(file)
    await note.press("Enter")
    await expect(page.locator(REPLIES).last).to_contain_text("The key is at the bakery")
    await expect(page.locator("#slack-note input[type=file]")).to_have_value("")
    async with page.expect_download() as download:
        await page.locator(f"{REPLIES} .file a").click()
    assert (await (await download.value).path()).read_text() == "Cabinet GH-1"
    await expect(page.locator("#phone-thread")).not_to_contain_text("bakery")
    assert complaints == []


async def test_a_button_may_ask_first(
    page: Page, runtime: Runtime, complaints: Complaints, screenshots: Path
) -> None:
    sure = Button("dismiss", "Stop all", "1", Style.DANGER, confirm="No answer leaves any more.")
    nasty = "<img src=x onerror=document.title='owned'> *bold* <javascript:alert(1)|x>"
    card = Card(
        "Danger", sections=(Section(nasty, is_quoted=True), Section(nasty)), buttons=(sure,)
    )
    async with runtime.database.directory() as session:
        tenant = await directory.tenant_called(session, "demo")
    workspace = await runtime.staffroom.workspaces.open(tenant.id, SIMULATED, TEAM)
    await workspace.post(card, Place(TEAM, DESK_CHANNEL))
    button = page.locator(f"{LINES} button:has-text('Stop all')").first
    await button.click()
    await expect(page.locator(".sure:popover-open")).to_contain_text("No answer leaves any more.")
    await page.screenshot(path=screenshots / "slack-sure.png")
    await page.keyboard.press("Escape")
    await expect(page.locator(".sure:popover-open")).to_have_count(0)
    await expect(page.locator(LINES)).to_have_count(1)
    await button.click()
    await page.locator(".sure:popover-open .danger").click()
    # The desk does not know what to stop: told to the one who pressed.
    await expect(page.locator(f"{LINES}.private")).to_contain_text("That did not work")
    assert "owned" not in await page.title()
    assert complaints == []


async def test_the_home_is_there_when_it_is_opened(
    page: Page, complaints: Complaints, screenshots: Path
) -> None:
    await ask(page, "A quote")
    await page.locator(".rooms a:has-text('App Home')").click()
    await expect(page.locator("#slack-home")).to_contain_text("Hello Imogen Tern")
    await page.screenshot(path=screenshots / "slack-home.png")
    await page.locator("#slack-home button:has-text('My inbox')").click()
    await page.locator(".rooms a:has-text('Messages')").click()
    await expect(page.locator(LINES)).to_have_count(1)
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits_and_can_be_read_at_every_width(
    browser: Browser, address: str, complaints: Complaints, screenshots: Path, scheme: str
) -> None:
    url = f"{address}{PAGE}&wire=1"
    async for page in opened(browser, url, complaints, **WIDE, color_scheme=scheme):
        await type_in_slack(page, "/desk help")
        await type_in_slack(page, "/desk stats")
        await ask(page, "A question")
        await ask(page, "A quote")
        await page.locator("#slack-thread .wire summary").last.click()
        for width in (360, 390, 900, 1150, 1400):
            await page.set_viewport_size({"width": width, "height": 800})
            await _is_readable(page, width)
            await page.screenshot(path=screenshots / f"slack-{width}-{scheme}.png", full_page=True)
        await page.locator("#slack-thread button:has-text('Reply')").last.click()
        await expect(page.locator(WINDOW)).to_be_visible()
        for width in (360, 1400):
            await page.set_viewport_size({"width": width, "height": 700})
            await _is_readable(page, width)
            window = await page.locator(WINDOW).bounding_box()
            assert window
            assert window["y"] >= 0
            assert window["height"] <= 700
            await page.screenshot(path=screenshots / f"slack-window-{width}-{scheme}.png")
    assert complaints == []


async def _is_readable(page: Page, width: int) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate(CONTRAST) == []


async def test_narrow_the_thread_covers_the_channel_and_goes_back(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 800})
    await expect(page.locator("#slack-words")).to_be_visible()
    await ask(page, "A fault")
    await expect(page.locator("#slack-words")).to_be_hidden()
    await page.locator(".back").click()
    await expect(page.locator("#slack-words")).to_be_visible()
    # Tickets that the demo begins with have threads of their own.
    talk = page.locator(LINES, has_text="Answered by")
    await talk.last.locator(".replies a").click()
    await expect(page.locator("#slack-note textarea")).to_be_visible()


async def test_everything_can_be_reached_and_has_a_name(page: Page) -> None:
    await ask(page, "A fault")
    await type_in_slack(page, "/desk nonsense")
    await page.locator("#slack-thread button:has-text('Reply')").last.click()
    await expect(page.locator(WINDOW)).to_be_visible()
    found = page.locator("button, a, input:not([type=hidden]), select, textarea, [role=region]")
    for control in await found.all():
        if await control.is_visible():
            assert await control.evaluate(
                "e => (e.labels && e.labels.length) || e.innerText.trim() || e.ariaLabel"
            ), await control.evaluate("e => e.outerHTML")
    doubled = "[...document.querySelectorAll('[id]')].map(e => e.id)"
    ids = await page.evaluate(doubled)
    assert len(ids) == len(set(ids))


async def test_it_works_without_javascript(browser: Browser, address: str) -> None:
    context = await browser.new_context(java_script_enabled=False, **WIDE)
    page = await context.new_page()
    await page.goto(f"{address}{PAGE}")
    await page.locator("#message").fill("the camera at the gate is dead since this morning")
    await page.locator(".side .composer .round").click()
    await expect(page.locator("#slack-thread")).to_contain_text("camera", timeout=10_000)
    await page.locator("#slack-thread button:has-text('Reply')").last.click()
    await page.locator(f"{WINDOW} textarea").fill("Callum comes at 14:00")
    await page.locator(f"{WINDOW} .primary").click()
    await expect(page.locator(WINDOW)).to_have_count(0)
    await page.locator("#slack-words").fill("/desk help")
    await page.locator(".room .composer .round").click()
    await expect(page.locator(f"{LINES}.private").last).to_contain_text("What you can do here")
    await context.close()
