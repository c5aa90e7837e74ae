"""A Slack of our own on this machine, with two workspaces, and the app that serves both."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.channel import Delivery
from channels.loopback import served
from channels.slack.app import Authorized, SlackApp, Wiring
from channels.slack.desk import Slack
from channels.slack.events import NotForUs, StaffEvent
from channels.slack.outbound import Workspace
from channels.slack.simulator import HttpWire, Member, SimulatedWorkspace, SlackSimulator


@dataclass
class Desk:
    """Keeps what the app hands on, as the product's own ledger would."""

    slack: SlackSimulator
    events: list[StaffEvent] = field(default_factory=list)
    claimed: set[str] = field(default_factory=set)
    failures: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    is_slow: bool = False

    @property
    def wiring(self) -> Wiring:
        return Wiring(self.authorize, self.keep)

    async def authorize(self, team: str, enterprise: str) -> Authorized | None:
        found = self.slack.workspaces.get(team)
        if found is None or not found.is_installed:
            return None
        return Authorized(SecretStr(found.token), found.bot_user, found.bot_id)

    async def keep(self, key: str, event: StaffEvent) -> None:
        self.reached.set()
        if self.is_slow:
            await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is away")
        if key not in self.claimed:
            self.claimed.add(key)
            self.events.append(event)

    @property
    def acted_on(self) -> list[StaffEvent]:
        return [event for event in self.events if not isinstance(event, NotForUs)]


@dataclass
class House:
    """Everything: the simulator, its two workspaces, the app by HTTP, and a client."""

    slack: SlackSimulator
    acme: SimulatedWorkspace
    bolt: SimulatedWorkspace
    desk: Desk
    app: SlackApp
    channel: Slack
    client: httpx.AsyncClient
    wire: HttpWire

    def member(self, person: str = "UMARIA", workspace: SimulatedWorkspace | None = None) -> Member:
        return Member(self.slack, workspace or self.acme, person, self.wire)

    def workspace(self, simulated: SimulatedWorkspace | None = None) -> Workspace:
        found = simulated or self.acme
        return self.channel.workspace(found.team, SecretStr(found.token), self.client)


@asynccontextmanager
async def endpoint(app: SlackApp) -> AsyncIterator[str]:
    async def receive(request: Request) -> Response:
        delivery = Delivery(await request.body(), dict(request.headers))
        answer = await app.receive(delivery)
        return Response(answer.body, answer.status, media_type=answer.content_type)

    routes = [Route("/slack/events", receive, methods=["POST"])]
    async with served(Starlette(routes=routes)) as url:
        yield f"{url}/slack/events"


def peopled(simulated: SimulatedWorkspace) -> SimulatedWorkspace:
    simulated.add_channel("CDESK", "desk")
    simulated.add_person("UMARIA", "Maria", tz="Europe/Madrid")
    simulated.add_person("UTOM", "Tom", is_restricted=True)
    return simulated


@pytest.fixture
def plain_ssl() -> ssl.SSLContext:
    # Made anew for each test, a client would load all certificates each time; none is needed.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.fixture
async def house(plain_ssl: ssl.SSLContext) -> AsyncIterator[House]:
    slack = SlackSimulator()
    acme = peopled(slack.add_workspace("TACME", "Acme"))
    bolt = peopled(slack.add_workspace("TBOLT", "Bolt", enterprise="EBOLT"))
    desk = Desk(slack)
    async with (
        slack.serve() as api_url,
        httpx.AsyncClient(timeout=20, trust_env=False, verify=plain_ssl) as client,
    ):
        channel = Slack().with_api_url(api_url)
        app = channel.app(SecretStr(slack.signing_secret), desk.wiring)
        app.bolt()
        async with endpoint(app) as url:
            wire = HttpWire(url, slack.signing_secret, client)
            yield House(slack, acme, bolt, desk, app, channel, client, wire)
            desk.gate.set()
            await app.close()
