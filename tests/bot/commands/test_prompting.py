"""`frontdesk prompt …` from saving a draft to rolling it back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.desk import tenants
from bot.foundation.security import new_secret_key
from domain.database import Database

Frontdesk = Callable[..., Awaitable[Result]]


@pytest.fixture
async def frontdesk(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Frontdesk]:
    """Runs a command on the test's database, as from a terminal."""
    before = structlog.get_config()
    monkeypatch.chdir(tmp_path)
    for name, value in (
        ("DATABASE_URL", database.url),
        ("DATABASE_ADMIN_URL", database.url),
        ("FRONTDESK_DATA_DIR", str(tmp_path)),
        ("FRONTDESK_SECRET_KEY", new_secret_key()),
    ):
        monkeypatch.setenv(name, value)
    await tenants.add(database, "harbour", "Harbour Dental")

    async def run(*arguments: str, given: str = "") -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, ["prompt", *arguments], input=given)

    yield run
    structlog.configure(**before)  # a command logs to the terminal it was given, which is gone


async def test_a_prompt_is_edited_tried_published_and_rolled_back(
    frontdesk: Frontdesk, tmp_path: Path
) -> None:
    file = tmp_path / "triage.md"
    file.write_text("Sort it for {{ company }}.\nBe brief.\n")
    saved = await frontdesk("edit", "triage", "--file", str(file), "--note", "shorter")
    assert saved.exit_code == 0, saved.output
    assert "Saved version 1" in saved.output
    tried = await frontdesk("try", "triage", "--version", "1", "--set", "company=Meadow")
    assert tried.stdout == "Sort it for Meadow.\nBe brief.\n"
    assert (await frontdesk("publish", "triage", "1")).exit_code == 0
    assert (await frontdesk("show", "triage")).stdout == file.read_text()
    listed = await frontdesk("list", "--json")
    assert '"name": "triage", "in_force": 1, "latest": 1' in listed.stdout
    assert (await frontdesk("rollback", "triage", "0")).exit_code == 0
    assert "Sort it for" not in (await frontdesk("show", "triage")).stdout


async def test_a_prompt_is_read_from_standard_input_and_compared(frontdesk: Frontdesk) -> None:
    for text in ("One for {{ company }}\n", "Two for {{ company }}\n"):
        saved = await frontdesk("edit", "triage", "--note", "n", given=text)
        assert saved.exit_code == 0, saved.output
    shown = await frontdesk("show", "triage", "--version", "2", "--diff", "1")
    assert shown.stdout == "- One for {{ company }}\n+ Two for {{ company }}\n"
    versions = await frontdesk("show", "triage", "--versions", "--json")
    assert versions.stdout.count('"state": "draft"') == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("edit", "triage", "--note", "n"), "There is no variable “price”"),
        (("show", "nothing"), "There is no prompt “nothing”"),
        (("publish", "triage", "9"), "There is no version"),
        (("try", "triage", "--set", "company"), "not of the form"),
        (("edit", "triage", "--note", "n", "--file", "missing.md"), "Cannot read missing.md"),
    ],
)
async def test_what_cannot_be_done_is_one_sentence(
    frontdesk: Frontdesk, arguments: tuple[str, ...], reason: str
) -> None:
    result = await frontdesk(*arguments, given="{{ company }} {{ price }}")
    assert result.exit_code != 0
    assert reason in str(result.exception)
