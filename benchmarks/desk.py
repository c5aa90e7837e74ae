"""Slack's acknowledgements and answers while every customer's turn waits for a slow model."""

import asyncio
import time
from dataclasses import dataclass, field
from statistics import median, quantiles

import httpx
from pydantic import SecretStr

from benchmarks.figures import Figure
from benchmarks.premises import Premises, free_port, wait_for
from bot.desk import tenants as desk
from bot.model.simulator import Answer, ModelSimulator
from bot.runtime import running
from bot.staffroom.workspaces import Workspaces
from channels.slack.desk import DESK
from channels.slack.simulator import HttpWire, Member, SimulatedWorkspace, SlackSimulator
from channels.whatsapp.simulator import GraphSimulator, incoming_text, signed
from domain.staff.rooms import REAL
from domain.staff.service import NewMember, StaffMembers

MODEL_SECONDS = 20.0
TURNS = 40
ACTS = 200
AT_ONCE = 4
NUMBER = "106540352242999"
ROOM = "CDESK"
PEOPLE = tuple(f"UADA{n}" for n in range(AT_ONCE))


@dataclass
class Town:
    """The stand-ins of all providers."""

    graph: GraphSimulator
    slack: SlackSimulator
    workspace: SimulatedWorkspace
    model: ModelSimulator
    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)


def measure(made: Premises) -> list[Figure]:
    town = asyncio.run(_measured(made))
    ack = quantiles(town.acks, n=100)
    answer = quantiles(town.answers, n=100)
    waited = f"model takes {MODEL_SECONDS:.0f} s, {TURNS} turns wait for it"
    return [
        Figure("Slack acknowledged, median", median(town.acks) * 1000, "ms", waited),
        Figure(
            "  99 % within", ack[98] * 1000, "ms", f"{ACTS} commands, {AT_ONCE} at once", "< 500"
        ),
        Figure("  shown to staff, median", median(town.answers) * 1000, "ms"),
        Figure("  shown, 99 % within", answer[98] * 1000, "ms", "Slack's windows wait 3,000"),
    ]


async def _measured(made: Premises) -> Town:
    slack, graph = SlackSimulator(), GraphSimulator()
    workspace = slack.add_workspace("TBENCH", "Bench")
    workspace.add_channel(ROOM, "desk")
    for person in PEOPLE:
        workspace.add_person(person, person, email=f"{person.lower()}@bench.example")
    slow = ModelSimulator(lambda _: Answer("Later.", delay=MODEL_SECONDS))
    async with slow as model, graph.serve(), slack.serve() as api_url:
        town = Town(graph, slack, workspace, model)
        await _founded(made, town, api_url)
        port = free_port()
        process = made.start(
            "bot",
            "run",
            port=port,
            FRONTDESK_SLACK_API_URL=api_url,
            FRONTDESK_SLACK_SIGNING_SECRET=slack.signing_secret,
            FRONTDESK_WHATSAPP_API_URL=graph.base_url,
            OPENAI_API_KEY="scripted",
            OPENAI_BASE_URL=model.openai_url,
        )
        await asyncio.to_thread(wait_for, f"http://127.0.0.1:{port}/readyz", process)
        await _played(town, port)
    return town


async def _founded(made: Premises, town: Town, api_url: str) -> None:
    town.graph.add_number(NUMBER)
    async with running(made.installation) as runtime:
        tenant_id = await desk.add(runtime.database, "slack-bench", "Slack Bench Ltd")
        fields = {
            "phone_number_id": NUMBER,
            "access_token": town.graph.access_token,
            "verify_token": town.graph.verify_token,
            "app_secret": town.graph.app_secret,
        }
        whatsapp = runtime.channels["whatsapp"]
        await runtime.accounts.configure(tenant_id, whatsapp, fields, None)
        await desk.go_live(runtime.database, runtime.accounts, tenant_id, "whatsapp", "automatic")
        async with runtime.database.transaction(tenant_id) as session:
            members = StaffMembers(session, tenant_id)
            for person in PEOPLE:
                await members.add(NewMember(f"{person.lower()}@bench.example", person))
        slacks = {REAL: DESK.with_api_url(api_url)}
        async with httpx.AsyncClient(trust_env=False) as client:
            workspaces = Workspaces(runtime.database, runtime.vault, slacks, client)
            await workspaces.connect(tenant_id, SecretStr(town.workspace.token))


async def _played(town: Town, port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        wire = HttpWire(f"{base}/slack/events", town.slack.signing_secret, client)
        people = [Member(town.slack, town.workspace, person, wire) for person in PEOPLE]
        await asyncio.gather(*(_act(town, person) for person in people))
        town.acks.clear()
        town.answers.clear()
        for n in range(TURNS):
            body = incoming_text(NUMBER, f"4477009{n:05d}", "when are you open?")
            headers = signed(body, town.graph.app_secret)
            await client.post(f"{base}/api/v1/whatsapp/webhook", content=body, headers=headers)
        while len(town.model.asked) < 1:  # noqa: ASYNC110 - another process decides
            await asyncio.sleep(0.05)
        for _ in range(ACTS // AT_ONCE):
            await asyncio.gather(*(_act(town, person) for person in people))


async def _act(town: Town, who: Member) -> None:
    seen = len(town.workspace.seen_by(who.person))
    started = time.perf_counter()
    ack = await who.command("inbox", ROOM)
    assert ack.is_good, ack
    town.acks.append(ack.seconds)
    while len(town.workspace.seen_by(who.person)) <= seen:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.005)
    town.answers.append(time.perf_counter() - started)
