"""`lookback`: who wrote in the last days and was never answered, each with a drafted answer."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.common import JsonOption, TenantOption, say, show, with_tenant
from domain.errors import Refused

if TYPE_CHECKING:
    from bot.desk.mail.lookback import LookedBack
    from bot.runtime import Runtime
    from domain.tenants.directory import TenantName


def lookback(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="mbox, Maildir, .eml, folders; else --account.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 30,
    account: Annotated[
        str, typer.Option("--account", help="A mailbox that is set up: its address or id.")
    ] = "",
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Reads only: sends nothing, stores nothing, marks nothing as seen."""
    if bool(paths) == bool(account):
        raise Refused("Name a mailbox with --account, or files with mails.")
    missing = next((path for path in paths or [] if not path.exists()), None)
    if missing:
        raise Refused(f"There is no file or folder {missing}.")

    async def work(runtime: "Runtime", found: "TenantName") -> "LookedBack":
        return await _look(runtime, found, (paths or [], account), days)

    looked = with_tenant(tenant, work)
    if as_json:
        show(looked.as_json())
        return
    say(looked.summary)
    for row in looked.as_json()["unanswered"]:
        _print(row)


async def _look(
    runtime: "Runtime", found: "TenantName", source: tuple[list[Path], str], days: int
) -> "LookedBack":
    from bot.commands.mailboxes.fetching import mailroom
    from bot.commands.progress import progress
    from bot.desk.mail import lookback as looking
    from channels.email import archives
    from channels.messages import ChannelError
    from domain.types import utc_now

    paths, account = source
    eyes = looking.Eyes(mailroom(runtime), runtime.triage, runtime.agent, runtime.drafter)
    now = utc_now()
    since = now - timedelta(days=days)
    try:
        with progress("Reading", archives.total(paths) if paths else 0) as advance:
            if paths:
                mails = await looking.of_files(eyes, found.id, paths, since, advance)
            else:
                mails = await looking.of_account(eyes, found.id, account, since, advance)
    except ChannelError as error:
        raise Refused(str(error)) from error
    return await looking.look_back(eyes, found.id, mails, days, now)


def _print(row: dict[str, Any]) -> None:
    who = f"{row['name']} <{row['from']}>" if row["name"] else row["from"]
    say(f"\n— {who}, {row['waiting_days']} days: {row['subject']}")
    for line in row["text"].splitlines()[:12]:
        say(f"│ {line}")
    for line in row["answer"].splitlines():
        say(f"  {line}")
    if row["quote"]:
        quote = row["quote"]
        say(f"  Drafted quote, total {quote['total']}:")
        for line in quote["lines"]:
            say(f"    {line['quantity']} {line['unit']} {line['description']}: {line['total']}")
        for question in quote["questions"]:
            say(f"    ? {question}")
