"""`chat`, `lost`, `replay`, `dead-letters`, `live`, `drafts`: conversations from a terminal."""

from typing import Annotated
from uuid import UUID

import typer

from bot.commands.common import JsonOption, TenantOption, output, say, with_tenant

drafts_app = typer.Typer(no_args_is_help=True, help="Answers that wait for a person's approval.")


def chat(
    channel: Annotated[str, typer.Option(help="As a customer of which channel.")] = "whatsapp",
    name: Annotated[str, typer.Option(help="The customer's name.")] = "Terminal",
    tenant: TenantOption = None,
    message: Annotated[
        list[str] | None, typer.Option("--message", "-m", help="Say this and end; repeatable.")
    ] = None,
) -> None:
    """Talk to the bot as a customer. Ends with an empty line or Ctrl-D."""
    from bot.commands.chatting import converse

    with_tenant(tenant, lambda runtime, found: converse(runtime, found.id, channel, name, message))


def lost(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """What came in and was neither answered, attached nor ignored with a reason."""
    from bot.desk.ledger import lost as find

    rows = with_tenant(tenant, lambda runtime, found: find(runtime.database, found.id))
    output(rows, "Nothing is lost.", as_json=as_json)


def replay(
    reference: Annotated[UUID, typer.Argument(help="An id from `lost` or `dead-letters`.")],
    tenant: TenantOption = None,
) -> None:
    """Takes an event in again, or has the bot look at a conversation again."""
    from bot.desk.ledger import replay as again

    say(with_tenant(tenant, lambda runtime, found: again(runtime.database, found.id, reference)))


def dead_letters(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """Deliveries that failed again and again, with the reason."""
    from bot.desk.ledger import dead_letters as find

    rows = with_tenant(tenant, lambda runtime, found: find(runtime.database, found.id))
    output(rows, "There are no dead letters.", as_json=as_json)


def live(
    channel: Annotated[str, typer.Argument(help="whatsapp, email, …")],
    tenant: TenantOption = None,
    *,
    draft_only: Annotated[
        bool, typer.Option("--draft-only", help="Back: a person approves every answer.")
    ] = False,
) -> None:
    """Lets the bot answer on a channel by itself."""
    from bot.desk.tenants import go_live

    mode = "draft_only" if draft_only else "automatic"
    with_tenant(
        tenant,
        lambda runtime, found: go_live(runtime.database, runtime.accounts, found.id, channel, mode),
    )
    say(f"{channel} is {mode.replace('_', '-')} now.")


@drafts_app.command("list")
def list_drafts(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """Drafts that wait."""
    from bot.desk.drafts import waiting

    rows = with_tenant(tenant, lambda runtime, found: waiting(runtime.database, found.id))
    output(rows, "No draft waits.", as_json=as_json)


@drafts_app.command("send")
def send_draft(
    draft: UUID,
    tenant: TenantOption = None,
    text: Annotated[str | None, typer.Option(help="Send this instead.")] = None,
) -> None:
    """Approves a draft; it leaves at once."""
    from bot.desk.drafts import approve

    with_tenant(
        tenant,
        lambda runtime, found: approve(runtime.database, runtime.deliverer, found.id, draft, text),
    )
    say("Sent.")


@drafts_app.command("reject")
def reject_draft(
    draft: UUID,
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    tenant: TenantOption = None,
) -> None:
    """Throws a draft away."""
    from bot.desk.drafts import reject

    with_tenant(tenant, lambda runtime, found: reject(runtime.database, found.id, draft, reason))
    say("Rejected.")
