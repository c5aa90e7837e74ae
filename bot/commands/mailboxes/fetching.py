"""`email fetch` and `email import`: mail now, and mail that lies in files."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.common import JsonOption, TenantOption, output, say, show, with_tenant
from domain.errors import Refused

if TYPE_CHECKING:
    from bot.desk.mail.mailboxes import FetchedNow, Mailroom
    from bot.engine.fetching.importing import Imported
    from bot.runtime import Runtime
    from domain.tenants.directory import TenantName

CHANNEL = "email"
email_app = typer.Typer(no_args_is_help=True, help="Mail: fetch it now, import it from files.")
AccountOption = Annotated[
    str, typer.Option("--account", help="Which mailbox: its address or id; default: all, or one.")
]


@email_app.command("fetch")
def fetch(
    since: Annotated[
        str, typer.Option("--since", help="Older mail too, from this day on (2026-01-31).")
    ] = "",
    account: AccountOption = "",
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Fetches now and prints what came. Old mail is stored and never answered."""
    from_day = day(since) if since else None

    async def work(runtime: "Runtime", found: "TenantName") -> "list[FetchedNow]":
        from bot.desk.mail import mailboxes

        room = mailroom(runtime)
        accounts = await mailboxes.chosen(room, found.id, CHANNEL, account)
        return [await mailboxes.fetch(room, one, from_day) for one in accounts]

    fetched = with_tenant(tenant, work)
    output(
        [row for one in fetched for row in one.rows],
        "Nothing new came.",
        as_json=as_json,
    )
    for one in fetched:
        if one.trouble:
            typer.echo(f"{one.account}: {one.trouble}", err=True)
    if any(one.trouble for one in fetched):
        raise typer.Exit(1)


@email_app.command("import")
def import_mails(
    paths: Annotated[list[Path], typer.Argument(help=".eml, mbox, Maildir, folders of them.")],
    account: AccountOption = "",
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Takes in old mail, which is never answered; the same mail again changes nothing."""
    missing = next((path for path in paths if not path.exists()), None)
    if missing:
        raise Refused(f"There is no file or folder {missing}.")
    done = with_tenant(tenant, lambda runtime, found: _import(runtime, found, account, paths))
    if as_json:
        show(
            {
                "mails": done.mails,
                "stored": done.stored,
                "known": done.known,
                "unreadable": done.unreadable,
            }
        )
    else:
        say(
            f"{done.mails} mails: {done.stored} stored, {done.known} known before or nothing for "
            f"us, {done.unreadable} in quarantine."
        )


async def _import(
    runtime: "Runtime", found: "TenantName", account: str, paths: list[Path]
) -> "Imported":
    from bot.commands.progress import progress
    from bot.desk.mail import mailboxes
    from channels.email import archives

    room = mailroom(runtime)
    accounts = await mailboxes.chosen(room, found.id, CHANNEL, account)
    if len(accounts) > 1:
        names = ", ".join(one.hint for one in accounts)
        raise Refused(f"There are several mailboxes ({names}): say which with --account.")
    with progress("Importing", archives.total(paths)) as advance:
        return await mailboxes.import_mails(room, accounts[0], paths, advance)


def mailroom(runtime: "Runtime") -> "Mailroom":
    from bot.desk.mail.mailboxes import Mailroom

    return Mailroom(runtime.database, runtime.accounts, runtime.fetching, runtime.intake)


def day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"“{text}” is no day: write it as 2026-01-31.") from None
    if found > datetime.now(UTC).date():
        raise Refused(f"{text} is still to come: name a day that was.")
    return found
