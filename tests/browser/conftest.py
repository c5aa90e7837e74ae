"""The running product behind a real server, and a real browser in front of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.demo.seed import seed
from bot.foundation.settings import Settings
from bot.runtime import Runtime
from bot.worker.service import work
from channels.loopback import served
from tests.launching import app_on

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With the quiet time that customers have."""
    settings.quiet_time = None
    return settings


@pytest.fixture
async def address(runtime: Runtime) -> AsyncIterator[str]:
    """Where the demo company's simulator is served, its worker at work."""
    await seed(runtime.database, runtime.accounts, runtime.vault)
    worker = asyncio.create_task(work(runtime))
    async with served(app_on(runtime)) as url:
        yield url
    worker.cancel()
    with suppress(asyncio.CancelledError):
        await worker


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Debian's chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


class Complaints(list[str]):
    """What the browser's console said was wrong: also every breach of the content policy."""

    def listen(self, page: Page) -> None:
        page.on("console", lambda said: self.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.append(str(error)))


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    return tmp_path
