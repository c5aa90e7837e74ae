"""Where the staff of the demo company work: the Slack inside this process."""

from uuid import UUID

from pydantic import SecretStr

from bot.demo.slack import DESK_CHANNEL, TEAM, DemoSlack
from bot.staffroom.workspaces import SIMULATED, Workspaces
from domain.database import Database
from domain.tenants.service import Tenants


async def settle(
    slack: DemoSlack, workspaces: Workspaces, database: Database, tenant_id: UUID
) -> None:
    """Connects the company and has its conversations shown in #desk, unless they are elsewhere.

    Done when first looked for: also for a company that was seeded before there was a Slack.
    """
    if tenant_id in slack.settled:
        return
    if tenant_id not in await workspaces.tenants(SIMULATED, TEAM):
        await workspaces.connect(tenant_id, SecretStr(slack.workspace.token), kind=SIMULATED)
    async with database.transaction(tenant_id) as session:
        tenants = Tenants(session, tenant_id)
        rooms = (await tenants.settings()).desk.rooms
        if not rooms:
            await tenants.change({"desk": {"rooms": {"": f"{TEAM}/{DESK_CHANNEL}"}}})
    slack.settled.add(tenant_id)
