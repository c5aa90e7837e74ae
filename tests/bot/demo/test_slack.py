"""The demo company's Slack: who is there, how it signs, and that it forgets the oldest."""

import time

import httpx
import pytest
from pydantic import SecretStr

from bot.demo import slack as demo
from bot.demo.content import company
from bot.demo.slack import DESK_CHANNEL, GUEST_EMAIL, SLACK_API_URL, SLACK_URL, TEAM, demo_slack
from channels.cards import Card
from channels.channel import Delivery
from channels.messages import Permanent
from channels.slack.app import Answer
from channels.slack.desk import Slack
from channels.slack.events import Place
from channels.slack.outbound import Workspace
from channels.slack.signing import is_genuine


def reached(slack: demo.DemoSlack, client: httpx.AsyncClient) -> Workspace:
    token = SecretStr(slack.workspace.token)
    return Slack().with_api_url(SLACK_API_URL).workspace(TEAM, token, client)


async def test_all_staff_are_there_under_their_addresses_and_the_guest_is_one() -> None:
    slack = demo_slack()
    async with httpx.AsyncClient(mounts={SLACK_URL: slack.transport()}, trust_env=False) as client:
        workspace = reached(slack, client)
        for member in company().staff:
            person = await workspace.person(demo.person_id(member.email))
            assert (person.name, person.email, person.is_guest) == (
                member.name, member.email, False
            )  # fmt: skip
        assert (await workspace.person(demo.person_id(GUEST_EMAIL))).is_guest
        assert len(slack.workspace.people) == len(company().staff) + 1


async def test_the_bot_writes_where_it_is_and_not_where_it_is_not() -> None:
    slack = demo_slack()
    async with httpx.AsyncClient(mounts={SLACK_URL: slack.transport()}, trust_env=False) as client:
        workspace = reached(slack, client)
        await workspace.post(Card("Hello"), Place(TEAM, DESK_CHANNEL))
        with pytest.raises(Permanent, match="not in the Slack channel"):
            await workspace.post(Card("Hello"), Place(TEAM, demo.OTHER_CHANNEL))
    assert "Hello" in slack.workspace.last().words


async def test_what_a_member_does_is_signed_and_leads_back_into_the_process() -> None:
    slack, taken = demo_slack(), []

    async def receive(delivery: Delivery) -> Answer:
        taken.append(delivery)
        return Answer(200)

    member = slack.member(demo.person_id(GUEST_EMAIL), receive)
    assert (await member.command("help", DESK_CHANNEL)).is_good
    (delivery,) = taken
    assert is_genuine(delivery, SecretStr(slack.simulator.signing_secret), time.time())
    assert SLACK_URL.encode().replace(b":", b"%3A").replace(b"/", b"%2F") in delivery.body


async def test_it_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "KEPT_LINES", 3)
    slack = demo_slack()
    async with httpx.AsyncClient(mounts={SLACK_URL: slack.transport()}, trust_env=False) as client:
        for number in range(demo.KEPT_CALLS + 5):
            await reached(slack, client).post(Card(f"Number {number}"), Place(TEAM, DESK_CHANNEL))
    assert len(slack.workspace.lines) == 3
    assert f"Number {demo.KEPT_CALLS + 4}" in slack.workspace.last().words
    assert len(slack.simulator.calls) == demo.KEPT_CALLS
