"""The demo company's Slack: a workspace inside this process, with the company's staff in it."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx

from bot.demo.content import company
from channels.channel import Delivery
from channels.slack.app import Answer
from channels.slack.signing import signed
from channels.slack.simulator import Ack, Kind, Member, SimulatedWorkspace, SlackSimulator, encoded

SLACK_HOST = "slack.simulator.invalid"
SLACK_URL = f"http://{SLACK_HOST}"
SLACK_API_URL = f"{SLACK_URL}/api"
TEAM = "TDEMO"
DESK_CHANNEL = "CDESK"
OTHER_CHANNEL = "CRANDOM"
GUEST = "Robin Halloran"
GUEST_EMAIL = "robin@halloran-fitters.example"

KEPT_LINES = 1500
KEPT_CALLS = 100
KEPT_FILES = 60
KEPT_WINDOWS = 40
KEPT_ADDRESSES = 400
"""A response_url works for half an hour; so many presses in that time are nobody's."""

Receive = Callable[[Delivery], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class DemoSlack:
    """Kept in memory only: after a restart the workspace is empty."""

    simulator: SlackSimulator
    workspace: SimulatedWorkspace
    read: dict[str, dict[str, str]] = field(default_factory=dict)
    """By person and room: the last line that was on their screen."""

    def member(self, person: str, receive: Receive) -> Member:
        """A person who acts; `receive` takes what Slack sends to the app."""
        wire = InProcessWire(receive, self.simulator.signing_secret)
        return Member(self.simulator, self.workspace, person, wire)

    def transport(self) -> httpx.AsyncBaseTransport:
        """Where the host of `SLACK_API_URL` leads."""
        application = self.simulator.application()

        async def trimmed(scope: Any, receive: Any, send: Any) -> None:
            await application(scope, receive, send)
            self.trim()

        return httpx.ASGITransport(app=trimmed)

    def trim(self) -> None:
        """Forgets the oldest, so that a demo may run for weeks."""
        simulator, workspace = self.simulator, self.workspace
        del simulator.calls[:-KEPT_CALLS]
        del workspace.lines[:-KEPT_LINES]
        for kept, most in (
            (simulator.triggers, KEPT_ADDRESSES),
            (simulator.pressed_by, KEPT_ADDRESSES),
            (workspace.answer_addresses, KEPT_ADDRESSES),
            (workspace.files, KEPT_FILES),
            (workspace.views, KEPT_WINDOWS),
            (workspace.viewers, KEPT_WINDOWS),
        ):
            _forget_the_oldest(kept, most)


@dataclass(frozen=True, slots=True)
class InProcessWire:
    """Signed like the real one's, without a network. What is refused is told, not repeated."""

    receive: Receive
    signing_secret: str

    async def deliver(self, kind: Kind, payload: dict[str, Any]) -> Ack:
        body, content_type = encoded(kind, payload)
        signature = signed(body, self.signing_secret, time.time())
        started = time.perf_counter()
        answer = await self.receive(Delivery(body, {"content-type": content_type, **signature}))
        return Ack((answer.status,), answer.body, time.perf_counter() - started)


def demo_slack() -> DemoSlack:
    """#desk, where the bot is; #random, where it is not; the staff, and a guest nobody knows."""
    one = company()
    simulator = SlackSimulator(base_url=SLACK_URL)
    workspace = simulator.add_workspace(TEAM, one.name)
    workspace.add_channel(DESK_CHANNEL, "desk")
    workspace.add_channel(OTHER_CHANNEL, "random", is_joined=False)
    for member in one.staff:
        _enter(workspace, member.name, member.email, f"{member.title} ({member.role})")
    guest = _enter(workspace, GUEST, GUEST_EMAIL, "Guest from another company")
    workspace.people[guest]["is_restricted"] = True
    return DemoSlack(simulator, workspace)


def _enter(workspace: SimulatedWorkspace, name: str, email: str, title: str) -> str:
    person = workspace.add_person(person_id(email), name, email=email)
    workspace.people[person]["profile"]["title"] = title
    return person


def person_id(email: str) -> str:
    """The same after every restart, so that links to staff members hold."""
    return f"U{sha256(email.encode()).hexdigest()[:10].upper()}"


def _forget_the_oldest(kept: dict[str, Any], most: int) -> None:
    for name in list(kept)[:-most]:
        del kept[name]
