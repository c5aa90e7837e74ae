"""Slack as the staff's channel: what the rest of the product takes hold of."""

from dataclasses import dataclass, replace
from typing import Self

import httpx
from pydantic import SecretStr

from channels.slack.api import WEB_API, WebApi
from channels.slack.app import PATIENCE_SECONDS, SlackApp, Wiring
from channels.slack.installation import (
    AppCredentials,
    Installation,
    authorize_url,
    exchange,
)
from channels.slack.outbound import Workspace


@dataclass(frozen=True, slots=True)
class Slack:
    """Speaks to Slack, or to another server that the operator set."""

    name: str = "slack"
    title: str = "Slack"
    api_url: str = WEB_API

    def with_api_url(self, url: str) -> Self:
        return replace(self, api_url=url.rstrip("/"))

    def workspace(self, team: str, token: SecretStr, client: httpx.AsyncClient) -> Workspace:
        """One workspace to send to. Cheap: made anew for each job, never kept."""
        return Workspace(team, WebApi(token, client, self.api_url))

    def app(
        self, signing_secret: SecretStr, wiring: Wiring, *, patience: float = PATIENCE_SECONDS
    ) -> SlackApp:
        """What takes all workspaces' commands, interactions and events."""
        return SlackApp(signing_secret, wiring, api_url=self.api_url, patience=patience)

    def authorize_url(self, credentials: AppCredentials, state: str, redirect_url: str) -> str:
        return authorize_url(credentials, state, redirect_url, self.api_url)

    async def exchange(
        self, credentials: AppCredentials, code: str, redirect_url: str, client: httpx.AsyncClient
    ) -> Installation:
        return await exchange(credentials, code, redirect_url, client, self.api_url)


DESK = Slack()
