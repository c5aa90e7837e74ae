"""`templates`: words that a provider approves before they may be sent."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.common import JsonOption, TenantOption, output, with_tenant
from domain.errors import Refused

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from domain.templates.models import MessageTemplate
    from domain.tenants.directory import TenantName

templates_app = typer.Typer(
    no_args_is_help=True,
    help="Message templates, for when a channel takes no free text (WhatsApp after 24 hours).",
)


@templates_app.command("list")
def list_templates(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """Every template with its state; those that are shipped are drafts until submitted."""

    async def work(runtime: "Runtime", found: "TenantName") -> list[dict[str, Any]]:
        return [_row(row) for row in await runtime.templates.all(found.id)]

    output(with_tenant(tenant, work), "No channel with templates is connected.", as_json=as_json)


@templates_app.command("sync")
def sync(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """Asks the provider how the templates stand; shows what changed."""
    from channels.messages import ChannelError

    async def work(runtime: "Runtime", found: "TenantName") -> list[dict[str, Any]]:
        try:
            return [_row(row) for row in await runtime.templates.sync(found.id)]
        except ChannelError as error:
            raise Refused(str(error)) from error

    output(with_tenant(tenant, work), "Nothing changed.", as_json=as_json)


@templates_app.command("submit")
def submit(
    name: Annotated[str, typer.Argument(help="A name or purpose; left out: all drafts.")] = "",
    language: Annotated[str, typer.Option(help="Only this language, as `de`.")] = "",
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Submits drafts and rejected templates for approval."""
    from channels.messages import ChannelError

    async def work(runtime: "Runtime", found: "TenantName") -> list[dict[str, Any]]:
        try:
            done = await runtime.templates.submit(found.id, name, language)
        except ChannelError as error:
            raise Refused(str(error)) from error
        return [_row(one.template) | {"trouble": one.trouble} for one in done]

    output(with_tenant(tenant, work), "None waits to be submitted.", as_json=as_json)


def _row(row: "MessageTemplate") -> dict[str, Any]:
    return {
        "name": row.name,
        "language": row.language,
        "category": row.category,
        "state": row.state,
        "reason": row.reason,
        "body": row.body,
    }
