"""Stands in for the staff room: the real listener and the real desk, without ledger or jobs."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import httpx
from pydantic import SecretStr

from bot.demo.slack import DESK_CHANNEL, SLACK_API_URL, SLACK_URL, TEAM
from bot.desk.command import Place as DeskPlace
from bot.desk.command import StaffView
from bot.desk.desk import Answer as DeskAnswer
from bot.desk.desk import Desk
from bot.runtime import Runtime
from channels.cards import Card, Form
from channels.channel import Delivery
from channels.slack.app import Answer, Authorized, SlackApp, Wiring
from channels.slack.desk import Slack
from channels.slack.events import (
    HomeOpened,
    Mention,
    Place,
    Pressed,
    SlashCommand,
    StaffEvent,
    Submitted,
)
from channels.slack.outbound import Workspace


@dataclass
class StandIn:
    runtime: Runtime
    tenant_id: UUID
    threads: dict[UUID, str] = field(default_factory=dict)
    posted: Counter[UUID] = field(default_factory=Counter)
    kept: dict[str, StaffEvent] = field(default_factory=dict)
    client: httpx.AsyncClient = field(init=False)
    app: SlackApp = field(init=False)

    def __post_init__(self) -> None:
        slack = self.runtime.demo_slack
        self.client = httpx.AsyncClient(mounts={SLACK_URL: slack.transport()}, trust_env=False)
        secret = SecretStr(slack.simulator.signing_secret)
        wiring = Wiring(self._authorize, self._keep)
        self.app = Slack().with_api_url(SLACK_API_URL).app(secret, wiring)

    async def receive_simulated(self, delivery: Delivery) -> Answer:
        return await self.app.receive(delivery)

    async def thread_of(self, tenant_id: UUID, conversation_id: UUID) -> tuple[str, str]:
        """Posts what is new of the conversation first."""
        assert tenant_id == self.tenant_id
        by = await self._who("imogen@brackwelltern.example")
        for card in (await self.desk.thread(conversation_id, by))[self.posted[conversation_id] :]:
            self.posted[conversation_id] += 1
            root = self.threads.get(conversation_id, "")
            told = await self.workspace.post(card, Place(TEAM, DESK_CHANNEL, root))
            self.threads.setdefault(conversation_id, told.message)
        return DESK_CHANNEL, self.threads[conversation_id]

    @property
    def desk(self) -> Desk:
        return Desk(self.runtime)

    @property
    def workspace(self) -> Workspace:
        token = SecretStr(self.runtime.demo_slack.workspace.token)
        return Slack().with_api_url(SLACK_API_URL).workspace(TEAM, token, self.client)

    async def _authorize(self, team: str, enterprise: str) -> Authorized:
        return Authorized(SecretStr(self.runtime.demo_slack.workspace.token))

    async def _keep(self, key: str, event: StaffEvent) -> None:
        if key in self.kept:
            return
        self.kept[key] = event
        person = event.origin.person
        by = await self._who((await self.workspace.person(person)).email)
        place = event.origin.place
        if isinstance(event, HomeOpened):
            home = await self.desk.home(by)
            assert isinstance(home, Card)
            await self.workspace.publish((home,), person)
        elif isinstance(event, SlashCommand):
            answer = await self.desk.hear(event.text, by)
            await self._answer(answer, place, event.trigger, event.response_url)
        elif isinstance(event, Mention):
            answer = await self.desk.mentioned(event.text, by)
            here = Place(TEAM, place.channel, place.thread or event.message)
            await self._answer(answer, place if event.is_direct else here)
        elif isinstance(event, Pressed | Submitted):
            used = await self.desk.use(event.used, by, self._place(event.origin.thread))
            url = event.response_url if isinstance(event, Pressed) else ""
            await self._answer(used, place, event.trigger, url, person)

    async def _answer(
        self, answer: DeskAnswer, place: Place, trigger: str = "", url: str = "", person: str = ""
    ) -> None:
        if isinstance(answer, Form):
            await self.workspace.open(answer, trigger, place)
        elif url and place.channel:
            await self.workspace.respond(answer, url)
        elif person and place.channel:
            await self.workspace.whisper(answer, place, person)
        else:
            await self.workspace.post(answer, place if place.channel else Place(TEAM, person))

    def _place(self, root: str) -> DeskPlace:
        found = [name for name, own in self.threads.items() if own == root]
        return DeskPlace(found[0]) if found else DeskPlace()

    async def _who(self, email: str) -> StaffView:
        return await self.desk.member(self.tenant_id, "email", email)
