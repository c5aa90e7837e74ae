"""`quarantine`: what came and could not be taken in."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from bot.commands.common import JsonOption, TenantOption, output, say, with_tenant
from domain.errors import Refused

quarantine_app = typer.Typer(
    no_args_is_help=True, help="What came and could not be taken in: kept, exported, tried again."
)
EventArgument = Annotated[UUID, typer.Argument(help="An id from `quarantine list`.")]


@quarantine_app.command("list")
def list_kept(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """Oldest first, with the reason."""
    from bot.desk.ledger import quarantine

    rows = with_tenant(tenant, lambda runtime, found: quarantine(runtime.database, found.id))
    output(rows, "Nothing is in quarantine.", as_json=as_json)


@quarantine_app.command("export")
def export(
    event: EventArgument,
    file: Annotated[Path, typer.Argument(help="Where to write it; it must not be there yet.")],
    tenant: TenantOption = None,
) -> None:
    """Writes the bytes as they came (a mail: an .eml file)."""
    from bot.desk.ledger import export as find

    content = with_tenant(tenant, lambda runtime, found: find(runtime.database, found.id, event))
    try:
        with file.open("xb") as opened:
            opened.write(content)
    except OSError as error:
        raise Refused(f"Cannot write {file}: {error.strerror}.") from error
    say(f"Wrote {len(content)} bytes to {file}.")


@quarantine_app.command("replay")
def replay(event: EventArgument, tenant: TenantOption = None) -> None:
    """Takes it in again, say after an upgrade; messages that are known stay single."""
    from bot.desk.ledger import replay as again

    say(with_tenant(tenant, lambda runtime, found: again(runtime.database, found.id, event)))
