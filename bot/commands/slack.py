"""`slack`, `staff`: where staff work, who they are and what they may do."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.common import JsonOption, TenantOption, output, say, with_tenant
from bot.foundation.settings import load_settings
from domain.errors import Refused

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from domain.tenants.directory import TenantName

slack_app = typer.Typer(no_args_is_help=True, help="The Slack workspaces in which staff work.")
staff_app = typer.Typer(no_args_is_help=True, help="Staff, their roles and what they may approve.")


@slack_app.command("manifest")
def manifest(
    *,
    socket: Annotated[
        bool, typer.Option("--socket", help="For Socket Mode: no public address is needed.")
    ] = False,
) -> None:
    """What Slack asks for under “Create New App, From a manifest”."""
    from channels.slack.installation import manifest as made

    settings = load_settings()
    if not socket and not (settings.public_url or "").startswith("https://"):
        raise Refused("Set FRONTDESK_PUBLIC_URL to your https address first, or use --socket.")
    say(json.dumps(made(settings.base_url, socket_mode=socket), indent=2, ensure_ascii=False))


@slack_app.command("install")
def install(tenant: TenantOption = None) -> None:
    """A link for the workspace's administrator: connects it by Slack's own consent page."""

    async def work(runtime: "Runtime", found: "TenantName") -> str:
        return runtime.staffroom.installing.link(found.id)

    say(with_tenant(tenant, work))
    say("Open it within an hour, in the browser in which you are logged in to Slack.")


@slack_app.command("connect")
def connect(
    token: Annotated[
        str, typer.Option(prompt="Bot token (xoxb-…)", hide_input=True, help="Asked when left out.")
    ],
    tenant: TenantOption = None,
) -> None:
    """Connects a workspace by its bot token."""
    from pydantic import SecretStr

    from channels.messages import ChannelError

    async def work(runtime: "Runtime", found: "TenantName") -> str:
        try:
            return await runtime.staffroom.workspaces.connect(found.id, SecretStr(token.strip()))
        except ChannelError as error:
            raise Refused(str(error)) from error

    say(f"Connected to {with_tenant(tenant, work)}. In Slack: /invite @Desk, then /desk here.")


@slack_app.command("list")
def workspaces(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """The workspaces of a tenant."""

    async def work(runtime: "Runtime", found: "TenantName") -> list[dict[str, str]]:
        rows = await runtime.staffroom.workspaces.all(found.id)
        return [{"team": r.team, "name": r.name, "since": f"{r.created_at:%Y-%m-%d}"} for r in rows]

    rows = with_tenant(tenant, work)
    output(rows, "No workspace is connected: `frontdesk slack connect`.", as_json=as_json)


@slack_app.command("disconnect")
def disconnect(team: str, tenant: TenantOption = None) -> None:
    """Forgets a workspace's token; threads stay in Slack as they are."""
    from domain.staff.rooms import REAL

    with_tenant(
        tenant, lambda runtime, found: runtime.staffroom.workspaces.leave(found.id, REAL, team)
    )
    say(f"{team} is not connected any more.")


@staff_app.command("list")
def list_staff(tenant: TenantOption = None, *, as_json: JsonOption = False) -> None:
    """Who works here."""
    rows = with_tenant(tenant, _members)
    output(rows, "Nobody works here yet: `frontdesk staff add EMAIL --name NAME`.", as_json=as_json)


@staff_app.command("add")
def add_staff(
    email: str,
    name: Annotated[str, typer.Option(help="As customers and colleagues see it.")] = "",
    role: Annotated[str, typer.Option(help="admin, staff or readonly.")] = "staff",
    tenant: TenantOption = None,
) -> None:
    """Adds a member; Slack knows them by the same mail address."""
    from domain.staff.service import NewMember, StaffMembers

    async def work(runtime: "Runtime", found: "TenantName") -> None:
        async with runtime.database.transaction(found.id) as session:
            await StaffMembers(session, found.id).add(NewMember(email, name, role))

    with_tenant(tenant, work)
    say(f"Added {name or email} as {role}.")


@staff_app.command("remove")
def remove_staff(email: str, tenant: TenantOption = None) -> None:
    """They may do nothing more; their name stays on what they wrote."""
    from domain.staff.service import EMAIL, StaffMembers
    from domain.types import utc_now

    async def work(runtime: "Runtime", found: "TenantName") -> None:
        async with runtime.database.transaction(found.id) as session:
            members = StaffMembers(session, found.id)
            member = await members.known_as(EMAIL, email)
            if member is None:
                raise Refused(f"Nobody with the address {email} works here.")
            await members.remove(member.id, utc_now())

    with_tenant(tenant, work)
    say(f"Removed {email}.")


async def _members(runtime: "Runtime", found: "TenantName") -> list[dict[str, str]]:
    from domain.staff.service import StaffMembers

    async with runtime.database.transaction(found.id) as session:
        rows = await StaffMembers(session, found.id).all()
    return [{"name": row.name, "email": row.email, "role": row.role} for row in rows]
