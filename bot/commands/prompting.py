"""`prompt`: what the assistant is told, with versions, from a terminal."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.common import JsonOption, TenantOption, output, say, show, with_tenant
from domain.errors import Refused

if TYPE_CHECKING:
    from bot.desk.prompts import VersionCard
    from bot.runtime import Runtime
    from domain.tenants.directory import TenantName

prompt_app = typer.Typer(no_args_is_help=True, help="Prompts and their versions.")

AUTHOR = "command"
NameArgument = Annotated[str, typer.Argument(help="As in `frontdesk prompt list`.")]
VersionArgument = Annotated[int, typer.Argument(min=0, help="0 is the shipped file.")]


@prompt_app.command("list")
def list_prompts(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """Every prompt, with the version in force (0: the shipped file) and the newest saved."""

    async def work(runtime: "Runtime", found: "TenantName") -> list[dict[str, Any]]:
        from bot.desk.prompts import PromptDesk

        async with runtime.database.transaction(found.id) as session:
            cards = await PromptDesk(session, found.id).overview()
        return [
            {
                "name": card.name,
                "in_force": card.current,
                "latest": card.latest,
                "editable": card.is_editable,
                "purpose": card.purpose,
            }
            for card in cards
        ]

    output(with_tenant(tenant, work), "There are no prompts.", as_json=as_json)


@prompt_app.command("show")
def show_prompt(
    name: NameArgument,
    version: Annotated[int | None, typer.Option(min=0, help="Default: the one in force.")] = None,
    tenant: TenantOption = None,
    *,
    versions: Annotated[bool, typer.Option("--versions", help="List the versions.")] = False,
    diff: Annotated[int | None, typer.Option(min=0, help="Changes since this version.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The text of a prompt, its versions, or what changed since one of them."""

    async def work(runtime: "Runtime", found: "TenantName") -> None:
        from bot.desk.prompts import PromptDesk

        async with runtime.database.transaction(found.id) as session:
            desk = PromptDesk(session, found.id)
            if versions:
                cards = await desk.versions(name, 1_000)
                output([_row(card) for card in cards], "There are none.", as_json=as_json)
                return
            card = await desk.version(name, version)
            if diff is not None:
                marks = {"same": " ", "added": "+", "removed": "-"}
                lines = await desk.difference(name, diff, card.version)
                say("\n".join(f"{marks[line.change]} {line.text}" for line in lines))
            elif as_json:
                show(_row(card) | {"body": card.body})
            else:
                say(card.body.rstrip("\n"))

    with_tenant(tenant, work)


@prompt_app.command("edit")
def edit(
    name: NameArgument,
    note: Annotated[str, typer.Option(help="What this version changes.")],
    file: Annotated[
        Path | None, typer.Option(help="The new text; default: standard input.")
    ] = None,
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Saves a text as the next version, a draft: `frontdesk prompt publish` puts it in force."""
    body = _read(file)

    async def work(runtime: "Runtime", found: "TenantName") -> "VersionCard":
        from bot.desk.prompts import PromptDesk
        from domain.prompts.service import NewBody

        async with runtime.database.transaction(found.id) as session:
            desk = PromptDesk(session, found.id)
            return await desk.save(NewBody(name, body, note), author=AUTHOR)

    saved = with_tenant(tenant, work)
    if as_json:
        show(_row(saved))
    else:
        say(
            f"Saved version {saved.version} of {name}: try it with `frontdesk prompt try {name} "
            f"--version {saved.version}`, then `frontdesk prompt publish {name} {saved.version}`."
        )


@prompt_app.command("publish")
def publish(name: NameArgument, version: VersionArgument, tenant: TenantOption = None) -> None:
    """Puts a version in force; running processes use it within seconds."""

    async def work(runtime: "Runtime", found: "TenantName") -> None:
        from bot import queue
        from bot.desk.prompts import PromptDesk

        async with runtime.database.transaction(found.id) as session:
            await PromptDesk(session, found.id).publish(name, version, author=AUTHOR)
            await queue.put(session, "react", tenant_id=found.id)

    with_tenant(tenant, work)
    say(f"Version {version} of {name} is in force.")


@prompt_app.command("rollback")
def roll_back(name: NameArgument, version: VersionArgument, tenant: TenantOption = None) -> None:
    """Puts a version that was in force before in force again."""

    async def work(runtime: "Runtime", found: "TenantName") -> None:
        from bot import queue
        from bot.desk.prompts import PromptDesk

        async with runtime.database.transaction(found.id) as session:
            await PromptDesk(session, found.id).roll_back(name, version, author=AUTHOR)
            await queue.put(session, "react", tenant_id=found.id)

    with_tenant(tenant, work)
    say(f"Version {version} of {name} is in force again.")


@prompt_app.command("try")
def attempt(
    name: NameArgument,
    version: Annotated[int | None, typer.Option(min=0, help="Default: the one in force.")] = None,
    file: Annotated[Path | None, typer.Option(help="A text that is not saved yet.")] = None,
    pairs: Annotated[list[str] | None, typer.Option("--set", help="VARIABLE=VALUE")] = None,
    tenant: TenantOption = None,
) -> None:
    """Renders a prompt; variables that are not set get a sample value."""
    body = _read(file) if file else None
    values = _values(pairs or [])

    async def work(runtime: "Runtime", found: "TenantName") -> None:
        from bot.desk.prompts import PromptDesk, Trial

        async with runtime.database.transaction(found.id) as session:
            desk = PromptDesk(session, found.id)
            tried = await desk.attempt(Trial(name, body, version, values))
        for problem in tried.problems:
            typer.echo(problem, err=True)
        say(tried.text.rstrip("\n"))

    with_tenant(tenant, work)


def _values(pairs: list[str]) -> dict[str, Any]:
    """A variable that is a list takes its parts separated by commas."""
    from bot.desk.prompts import sample

    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise Refused(f"“{pair}” is not of the form VARIABLE=VALUE.")
        parts = tuple(part.strip() for part in value.split(","))
        values[key.strip()] = parts if isinstance(sample(key.strip()), tuple) else value
    return values


def _read(file: Path | None) -> str:
    try:
        return file.read_text("utf-8") if file else sys.stdin.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Refused(f"Cannot read {file or 'standard input'}: {reason}.") from error


def _row(card: "VersionCard") -> dict[str, Any]:
    return {
        "version": card.version,
        "state": card.state,
        "note": card.note,
        "author": card.author,
        "saved": card.created_at.isoformat(timespec="seconds") if card.created_at else None,
    }
