"""How a company's Slack workspace is connected: a link of an admin's, Slack's consent, the token.

The link names the company, works for an hour, and once. The page behind it says which company it
is for, and the browser that saw it is the only one that can finish.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.foundation.security import Vault, new_token
from bot.foundation.settings import Settings
from bot.staffroom.workspaces import Workspaces
from channels.slack.desk import Slack
from channels.slack.installation import CALLBACK_PATH, INSTALL_PATH, AppCredentials
from domain.database import Database
from domain.errors import NotConfigured, Refused
from domain.staff.rooms import REAL, claim
from domain.tenants.service import Tenants
from domain.types import utc_now

VALID = timedelta(hours=1)
USED = "slack.install"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link or Slack's `state` stands for, sealed by us."""

    tenant_id: UUID
    until: datetime
    nonce: str
    browser: str = ""


class Installing:
    def __init__(
        self,
        settings: Settings,
        database: Database,
        vault: Vault,
        workspaces: Workspaces,
        slack: Slack,
    ) -> None:
        self._settings = settings
        self._database = database
        self._vault = vault
        self._workspaces = workspaces
        self._slack = slack

    def link(self, tenant_id: UUID) -> str:
        """Raises NotConfigured before the operator has set the app up."""
        self._credentials()
        ticket = Ticket(tenant_id, utc_now() + VALID, new_token())
        return f"{self._settings.base_url}{INSTALL_PATH}?ticket={self._sealed(ticket)}"

    async def company(self, sealed: str) -> str:
        """The name of the company that the link is for. Raises Refused."""
        ticket = self._opened(sealed)
        async with self._database.transaction(ticket.tenant_id) as session:
            return (await Tenants(session, ticket.tenant_id).get()).name

    def consent_url(self, sealed: str, browser: str) -> str:
        """Slack's own page; only this browser can come back from it. Raises Refused."""
        ticket = self._opened(sealed)
        digest = self._vault.digest(USED, browser).hex()
        state = Ticket(ticket.tenant_id, ticket.until, ticket.nonce, digest)
        return self._slack.authorize_url(self._credentials(), self._sealed(state), self._redirect)

    async def finish(self, code: str, state: str, browser: str) -> str:
        """The workspace's name, connected. Raises Refused, Temporary or Permanent."""
        ticket = self._opened(state)
        seen = self._vault.digest(USED, browser).hex()
        if not ticket.browser or not hmac.compare_digest(ticket.browser, seen):
            raise Refused("This page was opened in another browser: open the link here again.")
        async with self._database.directory() as session:
            if not await claim(session, self._vault.digest(USED, ticket.nonce)):
                raise Refused("This link was used before: ask for a new one.")
        found = await self._slack.exchange(
            self._credentials(), code, self._redirect, self._workspaces.client
        )
        if not found.team:
            raise Refused(
                "The app was granted for a whole organisation: grant it for one workspace."
            )
        await self._workspaces.keep(ticket.tenant_id, found, kind=REAL)
        return found.team_name or found.team

    @property
    def _redirect(self) -> str:
        return f"{self._settings.base_url}{CALLBACK_PATH}"

    def _credentials(self) -> AppCredentials:
        client_id, secret = self._settings.slack_client_id, self._settings.slack_client_secret
        if not client_id or secret is None:
            raise NotConfigured(
                "Slack's app is not set up: set FRONTDESK_SLACK_CLIENT_ID and "
                "FRONTDESK_SLACK_CLIENT_SECRET, or connect with a bot token: "
                "`frontdesk slack connect`."
            )
        return AppCredentials(client_id, secret)

    def _sealed(self, ticket: Ticket) -> str:
        whole = [str(ticket.tenant_id), ticket.until.isoformat(), ticket.nonce, ticket.browser]
        return self._vault.seal(json.dumps(whole)).decode()

    def _opened(self, sealed: str) -> Ticket:
        try:
            tenant_id, until, nonce, browser = json.loads(self._vault.open(sealed.encode()))
            ticket = Ticket(UUID(tenant_id), datetime.fromisoformat(until), nonce, browser)
        except Exception as error:
            raise Refused("This link is none of ours: ask for a new one.") from error
        if ticket.until < utc_now():
            raise Refused("This link is too old: ask for a new one.")
        return ticket
