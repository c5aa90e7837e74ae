"""`quote`: drafted quotes from words."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.common import JsonOption, TenantOption, say, show, table, with_tenant
from domain.errors import Refused


def quote(  # noqa: PLR0913 - one a flag
    request: Annotated[str | None, typer.Argument(help="What the customer wrote.")] = None,
    previous: Annotated[str, typer.Option(help="What the same customer wrote before.")] = "",
    jsonl: Annotated[
        Path | None,
        typer.Option("--jsonl", help="A request a line: {id, text, previous_text}."),
    ] = None,
    pdf: Annotated[
        Path | None,
        typer.Option("--pdf", help="Write quote.pdf and internal.pdf into this folder."),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", help="A list that belongs to the request; several are fine."),
    ] = None,
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Drafts a quote from words and files, priced from the catalogue; stores nothing."""
    has_request = request is not None or bool(file)
    if has_request == (jsonl is not None) or (pdf and jsonl):
        raise Refused(
            "Give a request (with --file FILE and --pdf DIR if you like), or --jsonl FILE."
        )
    wishes = _wishes(jsonl) if jsonl else [{"text": request or "", "previous_text": previous}]
    drafts = _drafted(wishes, tenant, pdf, _read(file or []))
    for wish, draft in zip(wishes, drafts, strict=True):
        known = {"id": wish["id"]} if "id" in wish else {}
        if as_json or jsonl or not _is_terminal():
            show(known | draft)
        else:
            _print(draft)


def _read(paths: list[Path]) -> list[tuple[str, bytes]]:
    try:
        return [(path.name, path.read_bytes()) for path in paths]
    except OSError as error:
        raise Refused(f"Cannot read {error.filename}: {error.strerror}.") from error


def quote_export(
    number: Annotated[str, typer.Argument(help="An accepted quote: QT-20261125-0001 or its end.")],
    program: Annotated[str, typer.Argument(help="xero or quickbooks.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder for the file; else it is printed.")
    ] = None,
    tenant: TenantOption = None,
) -> None:
    """An accepted quote as a CSV of invoices that Xero or QuickBooks Online imports."""
    from bot.runtime import Runtime
    from domain.contracts.calendar import today
    from domain.quotes.handover.taking import handed_over
    from domain.quotes.service import Quotes
    from domain.tenants.directory import TenantName

    async def work(runtime: Runtime, found: TenantName) -> tuple[str, str]:
        async with runtime.database.transaction(found.id) as session:
            quote = await Quotes(session, found.id).numbered(number)
            day = await today(session, found.id)
            return await handed_over(session, found.id, quote.id, program.lower(), day)

    name, content = with_tenant(tenant, work)
    if out is None:
        typer.echo(content, nl=False)
    else:
        _put_down(out, {name: content.encode()})


def _drafted(
    wishes: list[dict[str, Any]],
    tenant: str | None,
    folder: Path | None,
    files: list[tuple[str, bytes]],
) -> list[dict[str, Any]]:
    from bot.desk.papers.trying import papers_of
    from bot.desk.quotes import Upload, try_out, with_uploads
    from bot.runtime import Runtime
    from domain.quotes.drafting import as_json
    from domain.tenants.directory import TenantName

    async def work(runtime: Runtime, found: TenantName) -> list[dict[str, Any]]:
        answers = []
        sent = [Upload(*file) for file in files]
        for wish in wishes:
            words = await with_uploads(
                runtime.database, runtime.files, found.id, wish["text"], sent
            )
            drafted = await try_out(
                runtime.database,
                runtime.drafter,
                found.id,
                words,
                wish.get("previous_text") or "",
            )
            answers.append(as_json(drafted.draft))
            if folder and drafted.draft.is_quote:
                made = await papers_of(runtime.database, runtime.typesetter, found.id, drafted)
                await asyncio.to_thread(_put_down, folder, made)
            await asyncio.sleep(0)
        return answers

    return with_tenant(tenant, work)


def _put_down(folder: Path, made: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            (folder / name).write_bytes(content)
            typer.echo(f"Wrote {folder / name}.", err=True)
    except OSError as error:
        raise Refused(f"Cannot write to {folder}: {error}.") from error


def _wishes(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        wishes = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise Refused(f"Cannot read {path}: {error}.") from error
    if not all(isinstance(wish, dict) and isinstance(wish.get("text"), str) for wish in wishes):
        raise Refused(f"Every line of {path} must be an object with a “text”.")
    return wishes


def _is_terminal() -> bool:
    import sys

    return sys.stdout.isatty()


def _print(draft: dict[str, Any]) -> None:
    if not draft["is_quote"]:
        say("No quote is asked for here.")
        return
    shown = ("code", "description", "quantity", "unit", "unit_price", "total")
    table(
        [
            {name: line[name] for name in shown}
            | {"from": line["rule"] or f"“{line['words']}”"}
            | ({"": "optional"} if line["optional"] else {"": ""})
            for line in draft["lines"]
        ],
        "No line could be priced.",
    )
    say(f"Subtotal {draft['subtotal']}, tax {draft['tax']}, total {draft['total']}.")
    for question in draft["questions"]:
        say(f"? {question}")
