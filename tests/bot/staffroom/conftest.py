"""Two companies that work in Slack, by HTTP: the whole product but its worker, which `work` is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from bot.desk.command import StaffView
from bot.foundation.settings import Settings
from bot.queue import QUEUE, STAFF_LANE, job_engine
from bot.runtime import Runtime
from bot.worker.jobs import register
from channels.loopback import served
from channels.slack.simulator import HttpWire, Line, Member, SimulatedWorkspace, SlackSimulator
from channels.whatsapp.simulator import GraphSimulator
from domain.audit.models import AuditEntry
from domain.database import Database
from domain.staff.service import NewMember, StaffMembers
from tests.bot.engine.conftest import Company, founded
from tests.launching import app_on, launched

ADMIN, CLERK, READER, STRANGER = "UADA", "UMARIA", "URON", "UGUS"
ROOM = "CDESK"
_MEMBERS = ((ADMIN, "Ada", "admin"), (CLERK, "Maria", "staff"), (READER, "Ron", "readonly"))


@dataclass
class Office:
    """A company, its workspace, and its people there."""

    company: Company
    slack: SlackSimulator
    workspace: SimulatedWorkspace
    wire: HttpWire
    staff: dict[str, UUID]

    @property
    def runtime(self) -> Runtime:
        return self.company.runtime

    @property
    def tenant_id(self) -> UUID:
        return self.company.tenant_id

    def person(self, person: str = CLERK) -> Member:
        return Member(self.slack, self.workspace, person, self.wire)

    async def command(self, words: str, person: str = CLERK, channel: str = ROOM) -> str:
        """What the person sees after the command, and nobody else."""
        seen = len(self.workspace.seen_by(person))
        ack = await self.person(person).command(words, channel)
        assert ack.is_good
        await self.work()
        lines = self.workspace.seen_by(person)[seen:]
        return "\n".join(line.words for line in lines)

    async def press(self, line: Line, title: str, person: str = CLERK) -> None:
        ack = await self.person(person).press(line, title)
        assert ack.is_good
        await self.work()

    async def submit(self, answers: dict[str, str] | None = None, person: str = CLERK) -> None:
        """The window opened last."""
        ack = await self.person(person).submit(self.workspace.open_view(), answers)
        assert ack.is_good
        await self.work()

    def last_seen_by(self, person: str = CLERK) -> Line:
        return self.workspace.seen_by(person)[-1]

    async def work(self) -> None:
        await work(self.runtime)

    async def audited(self) -> list[tuple[str, str]]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.created_at))
            return [(row.actor, row.action) for row in rows]

    async def member(self, person: str = CLERK) -> StaffView:
        value = f"{self.workspace.team}/{person}"
        return await self.runtime.staffroom.desk.member(self.tenant_id, "slack", value)


async def work(runtime: Runtime) -> None:
    """All jobs that are due, and those that follow from them, as a worker does them."""
    engine = job_engine(runtime.database.url)
    register(engine, runtime)
    async with engine.open_async():
        while await _is_work_due(runtime):
            await engine.run_worker_async(
                queues=[QUEUE, STAFF_LANE],
                wait=False,
                concurrency=8,
                install_signal_handlers=False,
                listen_notify=False,
                delete_jobs="successful",
            )


async def _is_work_due(runtime: Runtime) -> bool:
    query = "select count(*) from procrastinate_jobs where status = 'todo' and {}"
    due = "(scheduled_at is null or scheduled_at <= now())"
    async with runtime.database.directory() as session:
        return bool(await session.scalar(text(query.format(due))))


async def let_time_pass(runtime: Runtime) -> None:
    """As if everything that waits for its time had waited."""
    async with runtime.database.directory() as session:
        await session.execute(
            text("update procrastinate_jobs set scheduled_at = null where status = 'todo'")
        )


async def failed_jobs(runtime: Runtime) -> list[Any]:
    async with runtime.database.directory() as session:
        rows = await session.execute(
            text("select task_name, args from procrastinate_jobs where status = 'failed'")
        )
        return list(rows)


@pytest.fixture
async def graph() -> AsyncIterator[GraphSimulator]:
    simulator = GraphSimulator()
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def slack() -> AsyncIterator[SlackSimulator]:
    simulator = SlackSimulator()
    async with simulator.serve() as api_url:
        assert api_url == f"{simulator.base_url}/api"
        yield simulator


@pytest.fixture
async def runtime(
    database: Database, settings: Settings, graph: GraphSimulator, slack: SlackSimulator
) -> AsyncIterator[Runtime]:
    settings.whatsapp_api_url = graph.base_url
    settings.slack_api_url = f"{slack.base_url}/api"
    settings.slack_signing_secret = SecretStr(slack.signing_secret)
    settings.slack_client_id = slack.client_id
    settings.slack_client_secret = SecretStr(slack.client_secret)
    async with launched(settings, database) as built:
        yield built


@pytest.fixture
async def site(runtime: Runtime) -> AsyncIterator[str]:
    """The product's own address."""
    async with served(app_on(runtime)) as url:
        runtime.settings.public_url = url
        yield url


@pytest.fixture
async def wire(site: str, slack: SlackSimulator) -> AsyncIterator[HttpWire]:
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        yield HttpWire(f"{site}/slack/events", slack.signing_secret, client)


def peopled(slack: SlackSimulator, team: str, name: str, domain: str) -> SimulatedWorkspace:
    simulated = slack.add_workspace(team, name)
    simulated.add_channel(ROOM, "desk")
    simulated.add_channel("COTHER", "other")
    for person, given, _ in _MEMBERS:
        simulated.add_person(person, given, email=f"{given.lower()}@{domain}")
    simulated.add_person(STRANGER, "Gus", email=f"ada@{domain}", is_restricted=True)
    return simulated


async def hired(company: Company, domain: str) -> dict[str, UUID]:
    async with company.runtime.database.transaction(company.tenant_id) as session:
        members = StaffMembers(session, company.tenant_id)
        return {
            person: (await members.add(NewMember(f"{name.lower()}@{domain}", name, role))).id
            for person, name, role in _MEMBERS
        }


async def opened(
    company: Company, slack: SlackSimulator, workspace: SimulatedWorkspace, wire: HttpWire
) -> Office:
    domain = f"{workspace.team.lower()}.example"
    staff = await hired(company, domain)
    token = SecretStr(workspace.token)
    await company.runtime.staffroom.workspaces.connect(company.tenant_id, token)
    return Office(company, slack, workspace, wire, staff)


@pytest.fixture
async def office(
    runtime: Runtime, graph: GraphSimulator, slack: SlackSimulator, wire: HttpWire
) -> Office:
    company = await founded(runtime, graph, "acme", "111000111000111")
    await company.teach("Opening hours", "We are open Monday to Friday from 9:00 to 17:00.")
    workspace = peopled(slack, "TACME", "Acme", "tacme.example")
    return await opened(company, slack, workspace, wire)


@pytest.fixture
async def rival(
    runtime: Runtime, graph: GraphSimulator, slack: SlackSimulator, wire: HttpWire, office: Office
) -> Office:
    """A second company in a workspace of its own."""
    company = await founded(runtime, graph, "rival", "222000222000222")
    workspace = peopled(slack, "TRIVAL", "Rival", "trival.example")
    return await opened(company, slack, workspace, wire)


@pytest.fixture
async def sister(runtime: Runtime, graph: GraphSimulator, office: Office) -> Office:
    """Another company in the same workspace; Maria works for both, Ada only for the first."""
    company = await founded(runtime, graph, "sister", "333000333000333")
    async with runtime.database.transaction(company.tenant_id) as session:
        members = StaffMembers(session, company.tenant_id)
        maria = await members.add(NewMember("maria@tacme.example", "Maria", "admin"))
    await runtime.staffroom.workspaces.connect(company.tenant_id, SecretStr(office.workspace.token))
    return Office(company, office.slack, office.workspace, office.wire, {CLERK: maria.id})


async def together(*awaitables: Any) -> list[Any]:
    return list(await asyncio.gather(*awaitables))
