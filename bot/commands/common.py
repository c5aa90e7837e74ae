"""What commands share: the tenant meant, the output, and opening the installation."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.foundation.settings import load_settings
from bot.foundation.telemetry import configure_logging

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from domain.tenants.directory import TenantName

T = TypeVar("T")

TenantOption = Annotated[
    str | None, typer.Option("--tenant", help="Which tenant; default: the only one, or demo.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def with_runtime(work: "Callable[[Runtime], Awaitable[T]]", *, log_level: str = "warning") -> T:
    """Opens the database (starting the embedded one), builds the runtime, runs, closes."""
    from bot.foundation.installation import Installation
    from bot.runtime import running

    settings = load_settings()
    configure_logging(log_level)

    async def run() -> T:
        async with running(installation) as runtime:
            return await work(runtime)

    with Installation(settings) as installation:
        return asyncio.run(run())


def with_tenant(tenant: str | None, work: "Callable[[Runtime, TenantName], Awaitable[T]]") -> T:
    """As `with_runtime`, with the tenant that is meant."""
    from domain.tenants.directory import tenant_called

    async def run(runtime: "Runtime") -> T:
        async with runtime.database.directory() as session:
            found = await tenant_called(session, tenant)
        return await work(runtime, found)

    return with_runtime(run)


def show(value: Any) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str, indent=None))


def say(text: str) -> None:
    typer.echo(text)


def table(rows: Sequence[Mapping[str, Any]], empty: str) -> None:
    """Rows for people; their keys are the headings."""
    if not rows:
        say(empty)
        return
    from rich.console import Console
    from rich.table import Table

    drawn = Table(box=None, pad_edge=False)
    for heading in rows[0]:
        drawn.add_column(heading.replace("_", " "), overflow="fold")
    for row in rows:
        drawn.add_row(*(str(value) if value is not None else "" for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 160).print(drawn)


def output(rows: Sequence[Mapping[str, Any]], empty: str, *, as_json: bool) -> None:
    if as_json:
        show(list(rows))
    else:
        table(rows, empty)
