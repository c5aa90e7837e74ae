"""`tenant`, `key`, `channel`: who uses this installation, and how they are reached."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from bot.commands.common import (
    JsonOption,
    TenantOption,
    output,
    say,
    show,
    with_runtime,
    with_tenant,
)
from domain.errors import Refused

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from domain.tenants.directory import TenantName

tenant_app = typer.Typer(no_args_is_help=True, help="Tenants and their settings.")
key_app = typer.Typer(no_args_is_help=True, help="API keys.")
channel_app = typer.Typer(no_args_is_help=True, help="Channel accounts.")


@tenant_app.command("add")
def add_tenant(
    slug: Annotated[str, typer.Argument(help="Short name: letters, digits, hyphens.")],
    name: Annotated[str | None, typer.Option(help="The company's name.")] = None,
) -> None:
    """Adds a tenant; its channels start draft-only."""
    from bot.desk.tenants import add

    with_runtime(lambda runtime: add(runtime.database, slug, name or slug))
    say(f"Added the tenant {slug}.")


@tenant_app.command("list")
def list_tenants(*, as_json: JsonOption = False) -> None:
    """Every tenant of this installation."""
    from bot.desk.tenants import overview

    rows = with_runtime(lambda runtime: overview(runtime.database))
    output(rows, "There is no tenant yet: `frontdesk tenant add NAME`.", as_json=as_json)


@tenant_app.command("show")
def show_tenant(slug: Annotated[str | None, typer.Argument()] = None) -> None:
    """A tenant's settings and channel accounts, without the secrets."""
    from bot.desk.tenants import describe

    show(
        with_tenant(
            slug, lambda runtime, tenant: describe(runtime.database, runtime.accounts, tenant.id)
        )
    )


@tenant_app.command("set")
def set_tenant(
    slug: Annotated[str, typer.Argument(help="The tenant.")],
    pairs: Annotated[list[str] | None, typer.Argument(help="KEY=VALUE …, dotted keys.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Settings as JSON.")] = None,
) -> None:
    """Changes settings: `features.email=false`, `whatsapp_config.app_secret=…`."""
    from bot.desk.tenants import change, flattened

    changes: dict[str, Any] = flattened(_read_json(file)) if file else {}
    for pair in pairs or []:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise Refused(f"“{pair}” is not of the form KEY=VALUE.")
        changes[key.strip()] = value
    if not changes:
        raise Refused("Nothing to set: give KEY=VALUE or --file settings.json.")
    with_tenant(
        slug, lambda runtime, tenant: change(runtime.database, runtime.accounts, tenant.id, changes)
    )
    say(f"Set {', '.join(sorted(changes))}.")


@tenant_app.command("logo")
def set_logo(
    slug: Annotated[str, typer.Argument(help="The tenant.")],
    file: Annotated[
        Path | None, typer.Argument(help="PNG, JPEG or plain SVG, up to 256 kB.")
    ] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take the logo away.")] = False,
) -> None:
    """Sets the logo that stands on quotes."""
    from bot.desk.papers.branding import remove_logo
    from bot.desk.papers.branding import set_logo as put

    if (file is None) != remove:
        raise Refused("Give a file, or --remove.")
    if file is None:
        with_tenant(slug, lambda runtime, found: remove_logo(runtime.database, found.id, "command"))
        say("The logo is gone.")
        return
    content = _read_bytes(file)
    kind, _ = with_tenant(
        slug,
        lambda runtime, found: put(
            runtime.database, runtime.typesetter, found.id, content, "command"
        ),
    )
    say(f"Set the logo ({kind}, {len(content)} bytes).")


@key_app.command("create")
def create_key(
    role: Annotated[str, typer.Option(help="admin, staff or readonly.")],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Makes an API key and shows it this once."""
    from bot.desk.tenants import create_key as create

    key_id, secret = with_tenant(
        tenant, lambda runtime, found: create(runtime.database, runtime.vault, found.id, name, role)
    )
    if as_json:
        show({"id": key_id, "key": secret, "role": role})
    else:
        say(secret)


@key_app.command("list")
def list_keys(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """The keys of a tenant, without the keys themselves."""
    from bot.desk.tenants import keys

    rows = with_tenant(tenant, lambda runtime, found: keys(runtime.database, found.id))
    output(rows, "There are no keys.", as_json=as_json)


@key_app.command("revoke")
def revoke_key(key_id: UUID, tenant: TenantOption = None) -> None:
    """Ends a key."""
    from bot.desk.tenants import revoke_key as revoke

    with_tenant(tenant, lambda runtime, found: revoke(runtime.database, found.id, key_id))
    say("Revoked.")


@key_app.command("secret")
def new_secret() -> None:
    """Prints a new value for FRONTDESK_SECRET_KEY."""
    from bot.foundation.security import new_secret_key

    say(new_secret_key())


@channel_app.command("parse")
def parse(
    channel: Annotated[str, typer.Argument(help="whatsapp, …")],
    files: Annotated[list[Path], typer.Argument(help="Raw payloads or mails.")],
) -> None:
    """Prints what a raw payload is understood as, a JSON line per event; touches no database."""
    from channels.parsed import as_json
    from channels.registry import channel as named
    from channels.registry import names

    if channel not in names():
        raise Refused(f"There is no channel “{channel}”; there is {', '.join(names())}.")
    failed = False
    for file in files:
        try:
            events = named(channel).parse(_read_bytes(file))
        except ValueError as error:
            failed = True
            typer.echo(f"{file}: {error}", err=True)
            continue
        for event in events:
            show(as_json(event))
    if failed:
        raise typer.Exit(1)


@channel_app.command("add")
def add_account(
    channel: Annotated[str, typer.Argument(help="whatsapp, …")],
    pairs: Annotated[list[str], typer.Argument(help="FIELD=VALUE …")],
    tenant: TenantOption = None,
) -> None:
    """Adds one more account (a second number, another mailbox) to a tenant."""
    from bot.desk.tenants import add_account as add

    fields = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    with_tenant(tenant, lambda runtime, found: add(runtime.accounts, found.id, channel, fields))
    say(f"Added a {channel} account; it is draft-only until `frontdesk live {channel}`.")


@channel_app.command("list")
def list_accounts(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """The channel accounts of a tenant."""
    from bot.desk.tenants import accounts

    rows = with_tenant(tenant, lambda runtime, found: accounts(runtime.database, found.id))
    output(rows, "There are no channel accounts.", as_json=as_json)


@channel_app.command("connect")
def connect_accounts(
    channel: Annotated[str, typer.Argument(help="telegram")],
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Tells the provider how messages shall arrive: by webhook, or by being asked."""

    async def work(runtime: "Runtime", found: "TenantName") -> list[dict[str, Any]]:
        import httpx

        from bot.desk.channels.connecting import Switchboard, connect

        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            url = runtime.settings.public_url or ""
            board = Switchboard(runtime.database, runtime.accounts, client, url)
            return await connect(board, found.id, channel)

    output(with_tenant(tenant, work), "No account is switched on.", as_json=as_json)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"Cannot read {path}: {error.strerror}.") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_read_bytes(path))
    except ValueError as error:
        raise Refused(f"{path} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise Refused(f"{path} must hold one JSON object.")
    return found
