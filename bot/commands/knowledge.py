"""`kb`: the knowledge base, filled, searched and measured."""

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import JsonOption, TenantOption, output, say, show, with_tenant

kb_app = typer.Typer(no_args_is_help=True, help="The knowledge base.")


@kb_app.command("import")
def import_articles(
    paths: Annotated[list[Path], typer.Argument(help="Markdown, HTML, CSV, JSONL, PDF; folders.")],
    tenant: TenantOption = None,
    *,
    draft: Annotated[bool, typer.Option("--draft", help="Import without publishing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Imports articles; the same file again changes only what changed."""
    from bot.desk.knowledge import import_paths

    report = with_tenant(
        tenant,
        lambda runtime, found: import_paths(runtime.database, found.id, paths, draft=draft),
    )
    for line in report.unreadable:
        typer.echo(line, err=True)
    if as_json:
        show(report.as_row())
    else:
        say(
            f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged, "
            f"{len(report.unreadable)} not readable."
        )
    if report.unreadable and not (report.added or report.changed or report.unchanged):
        raise typer.Exit(1)


@kb_app.command("search")
def search(
    query: str,
    tenant: TenantOption = None,
    limit: Annotated[int, typer.Option(min=1, max=50)] = 5,
    *,
    as_json: JsonOption = False,
) -> None:
    """Ranked passages with their scores."""
    from bot.desk.knowledge import search as find

    rows = with_tenant(tenant, lambda runtime, found: find(runtime.library, found.id, query, limit))
    output(rows, "Nothing found.", as_json=as_json)


@kb_app.command("eval")
def evaluate(
    queries: Annotated[Path, typer.Option(help="JSONL of {_id, text}.")],
    qrels: Annotated[Path, typer.Option(help="Tab-separated query-id, corpus-id, score.")],
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """nDCG@10, hit@1, recall@5, MRR@10 and milliseconds a query."""
    from bot.evaluation.knowledge import evaluate as measure

    row = with_tenant(
        tenant, lambda runtime, found: measure(runtime.library, found.id, queries, qrels)
    )
    if as_json:
        show(row)
    else:
        for name, value in row.items():
            say(f"{name:<14} {value}")
