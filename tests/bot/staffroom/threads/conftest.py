"""Two companies whose conversations are threads in Slack; WhatsApp and Slack simulated by HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from bot.desk import tenants
from bot.desk.command import Place, StaffView
from bot.desk.desk import Answer, Desk
from bot.foundation.security import Vault
from bot.foundation.settings import Settings
from bot.runtime import Runtime
from bot.staffroom.marking import unmarked
from bot.staffroom.threads import Located, Threads
from bot.staffroom.workspaces import REAL, Workspaces
from channels.cards import Card, Form, Used
from channels.slack import events
from channels.slack.desk import Slack
from channels.slack.events import Origin, SharedFile, ThreadMessage
from channels.slack.simulator import Line, SimulatedWorkspace, SlackSimulator
from channels.slack.simulator.files import kept
from channels.slack.simulator.world import stamp
from channels.whatsapp.simulator import GraphSimulator
from domain.database import Database, plain_url
from domain.events import DomainEvent
from domain.staff.models import StaffMember, StaffThread
from domain.types import new_id
from tests.bot.engine.conftest import Company, founded
from tests.launching import launched

ROOM = "CDESK"
QUESTION = "When are you open?"
ANSWER = "Monday to Friday"
PERSON_WANTED = "I want to speak to a person please"


class Watched(list[Any]):
    """What a simulator has taken; asks at each new thing whether a transaction is open then."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._url = database.url
        self.open: list[int] = []

    def append(self, taken: Any) -> None:
        query = (
            "select count(*) from pg_stat_activity where datname = current_database() "
            "and state like 'idle in transaction%'"
        )
        with psycopg.connect(plain_url(self._url)) as connection:
            [(count,)] = connection.execute(query).fetchall()
        self.open.append(count)
        super().append(taken)


@dataclass
class House:
    """A company that shows its conversations in a Slack channel, and Maria who works there."""

    company: Company
    slack: SlackSimulator
    workspace: SimulatedWorkspace
    workspaces: Workspaces
    threads: Threads
    desk: Desk
    maria: StaffView

    @property
    def tenant_id(self) -> UUID:
        return self.company.tenant_id

    async def show(self) -> None:
        """What the jobs that are due would do."""
        for thread in await self.rows():
            await self.threads.sync(self.tenant_id, thread.id)

    async def say(self, words: str, **message: Any) -> list[str]:
        """The customer writes, the bot answers, and staff see it."""
        said = await self.company.say(words, **message)
        await self.show()
        return said

    async def do(self, command: str) -> Answer:
        """Maria gives a command, and what comes of it is shown."""
        answer = await self.desk.hear(command, self.maria, await self.place())
        await self.react()
        return answer

    async def fill(self, form: Answer, **inputs: str) -> Card:
        assert isinstance(form, Form), form
        filled = {one.name: one.initial for one in form.inputs} | inputs
        used = Used(form.action, form.value, "UMARIA", inputs=filled)
        return await self.use(used)

    async def use(self, used: Used) -> Card:
        answer = await self.desk.use(used, self.maria)
        await self.react()
        assert isinstance(answer, Card), answer
        return answer

    async def press(self, line: Line, title: str) -> Answer:
        button = next(b for b in line.buttons if b["text"]["text"] == title)
        action = button["action_id"].rpartition("#")[0]
        _, used = unmarked(Used(action, button["value"], "UMARIA"))
        answer = await self.desk.use(used, self.maria)
        await self.react()
        return answer

    async def react(self) -> None:
        while await self.company.runtime.reactions.react(self.tenant_id):
            pass
        await self.show()

    async def deliver(self) -> None:
        """All that waits to leave leaves."""
        await self.company.execute("update messages set next_attempt_at = null")
        for message in await self.company.messages(state="pending"):
            await self.company.runtime.deliverer.deliver(self.tenant_id, message.id)
        await self.react()

    async def write(
        self, words: str, *, at: str = "", edits: str = "", files: tuple[SharedFile, ...] = ()
    ) -> str:
        """Maria writes a plain line into the thread; its ts."""
        root = await self.root()
        ts = edits or at or stamp()
        if not edits and self.workspace.line(ROOM, ts) is None:
            self.workspace.lines.append(Line(ts, ROOM, "UMARIA", words, root.ts))
        place = events.Place(self.workspace.team, ROOM, root.ts)
        origin = Origin(f"Ev{ts}", place.team, person="UMARIA", channel=ROOM, thread=root.ts)
        located = await self.located(place)
        assert located is not None
        event = ThreadMessage(origin, words, ts, files, edits)
        await self.threads.heard(event, located, self.maria)
        await self.react()
        return ts

    def share(self, name: str, content: bytes, content_type: str) -> SharedFile:
        """A file that Maria puts into Slack."""
        told = kept(self.workspace, self.slack.base_url, name, content, content_type)
        return SharedFile(told["id"], name, content_type, told["size"], told["url_private"])

    async def located(self, place: events.Place) -> Located | None:
        return await self.threads.located(REAL, place)

    async def place(self) -> Place:
        conversations = await self.company.conversations()
        return Place(conversations[0].id) if conversations else Place()

    def roots(self, room: str = ROOM) -> list[Line]:
        return [line for line in self.workspace.lines if line.channel == room and not line.thread]

    async def root(self) -> Line:
        [root] = self.roots()
        return root

    async def lines(self) -> list[Line]:
        """What stands under the only root, in order."""
        return self.workspace.thread(ROOM, (await self.root()).ts)[1:]

    async def line(self, words: str) -> Line:
        """The only line with these words."""
        [found] = [line for line in await self.lines() if words in line.words]
        return found

    async def rows(self) -> list[StaffThread]:
        async with self.company.runtime.database.transaction(self.tenant_id) as session:
            return list(await session.scalars(select(StaffThread).order_by(StaffThread.id)))

    async def row(self) -> StaffThread:
        [row] = await self.rows()
        return row

    async def events(self, kind: str) -> list[DomainEvent]:
        async with self.company.runtime.database.transaction(self.tenant_id) as session:
            return list(await session.scalars(select(DomainEvent).filter_by(kind=kind)))

    async def jobs(self) -> int:
        """How many jobs that show this company's threads are queued."""
        query = text(
            "select count(*) from procrastinate_jobs where task_name = 'thread' "
            "and args->>'tenant_id' = :tenant and status = 'todo'"
        )
        async with self.company.runtime.database.directory() as session:
            return await session.scalar(query, {"tenant": str(self.tenant_id)}) or 0

    async def later(self) -> None:
        """As if whatever waits had waited for an hour."""
        await self.company.execute(
            "update staff_threads set next_attempt_at = next_attempt_at - interval '1 hour', "
            "leased_until = leased_until - interval '1 hour', "
            "created_at = created_at - interval '1 hour'"
        )

    async def sweep(self) -> int:
        await self.company.execute(
            "update staff_threads set updated_at = updated_at - interval '1 minute' where is_due"
        )
        return (await self.company.runtime.rescue.sweep_tenant(self.tenant_id)).threads


@pytest.fixture
async def graph() -> AsyncIterator[GraphSimulator]:
    simulator = GraphSimulator()
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def slack() -> AsyncIterator[SlackSimulator]:
    simulator = SlackSimulator()
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def runtime(
    database: Database, settings: Settings, graph: GraphSimulator
) -> AsyncIterator[Runtime]:
    settings.whatsapp_api_url = graph.base_url
    async with launched(settings, database) as built:
        yield built


@pytest.fixture
async def workspaces(
    runtime: Runtime, slack: SlackSimulator, vault: Vault
) -> AsyncIterator[Workspaces]:
    channel = Slack().with_api_url(f"{slack.base_url}/api")
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        yield Workspaces(runtime.database, vault, {REAL: channel}, client)


async def opened(
    company: Company, slack: SlackSimulator, workspaces: Workspaces, vault: Vault
) -> House:
    runtime, slug = company.runtime, company.number
    team = f"T{slug[:3]}"
    workspace = slack.workspaces.get(team) or slack.add_workspace(team)
    workspace.add_channel(ROOM, "desk")
    workspace.add_channel("CSALES", "sales")
    email = f"maria@{team.lower()}.example"
    async with runtime.database.transaction(company.tenant_id) as session:
        session.add(
            StaffMember(
                id=new_id(), tenant_id=company.tenant_id, name="Maria", email=email, role="admin"
            )
        )
    await workspaces.connect(company.tenant_id, SecretStr(workspace.token))
    desk = Desk(runtime)
    threads = Threads(runtime.database, vault, workspaces, runtime.accounts)
    maria = await desk.member(company.tenant_id, "email", email)
    house = House(company, slack, workspace, workspaces, threads, desk, maria)
    await rooms(house, {"": ROOM})
    return house


async def rooms(house: House, named: dict[str, str]) -> None:
    told = {key: f"{house.workspace.team}/{room}" for key, room in named.items()}
    runtime = house.company.runtime
    changes = {"desk.rooms": told}
    await tenants.change(runtime.database, runtime.accounts, house.tenant_id, changes)
    runtime.accounts.forget()


@pytest.fixture
async def house(
    runtime: Runtime,
    graph: GraphSimulator,
    slack: SlackSimulator,
    workspaces: Workspaces,
    vault: Vault,
) -> House:
    company = await founded(runtime, graph, "acme", "111000111000111")
    await company.teach("Opening hours", "We are open Monday to Friday from 9:00 to 17:00.")
    return await opened(company, slack, workspaces, vault)


@pytest.fixture
async def rival(
    runtime: Runtime,
    graph: GraphSimulator,
    slack: SlackSimulator,
    workspaces: Workspaces,
    vault: Vault,
    house: House,
) -> House:
    """A second tenant is always there."""
    company = await founded(runtime, graph, "rival", "222000222000222")
    return await opened(company, slack, workspaces, vault)


async def together(*awaitables: Any) -> list[Any]:
    return await asyncio.gather(*awaitables)
