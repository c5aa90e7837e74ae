"""`migrate`, `seed-demo`, `doctor`: getting an installation ready, and checking that it is."""

from typing import TYPE_CHECKING

import typer

from bot.commands.common import JsonOption, output, say, with_runtime
from bot.foundation.settings import load_settings
from bot.foundation.telemetry import configure_logging

if TYPE_CHECKING:
    from bot.runtime import Runtime


def migrate(
    to: str = typer.Option("head", "--to", help="A revision; `base` takes everything away."),
) -> None:
    """Brings the database's schema to this version."""
    from bot.foundation.installation import Installation
    from bot.foundation.schema import revision

    settings = load_settings()
    configure_logging("warning")
    with Installation(settings) as installation:
        installation.migrate(to)
        say(f"The schema is at {revision(installation.admin_url) or 'nothing'}.")


def seed_demo() -> None:
    """Adds the demo company: articles, products, staff, customers. Safe to run again."""
    from bot.demo.seed import seed

    done = with_runtime(lambda runtime: seed(runtime.database, runtime.accounts, runtime.vault))
    say("Seeded the demo company." if done else "The demo company is there already.")


def doctor(*, as_json: JsonOption = False) -> None:
    """Checks the configuration, hop by hop, and says what to do about what is broken."""
    from bot.desk.doctor import Finding, check
    from bot.foundation.installation import Installation
    from bot.foundation.schema import head, revision

    settings = load_settings()
    configure_logging("error")
    with Installation(settings) as installation:
        at = revision(installation.url)
        if at != head():
            say("The database's schema is not of this version: run `frontdesk migrate`.")
            raise typer.Exit(1)

    async def look(runtime: "Runtime") -> list[Finding]:
        found = await check(runtime.database, runtime.accounts, settings)
        return found + await runtime.staffroom.check()

    findings = with_runtime(look)
    output([finding.as_row() for finding in findings], "Nothing to check.", as_json=as_json)
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(1)
