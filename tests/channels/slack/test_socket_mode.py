"""The same listener behind Socket Mode, over a real websocket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from channels.slack.events import SlashCommand, ThreadMessage
from channels.slack.simulator import Member, SocketWire
from tests.channels.slack.conftest import House


@asynccontextmanager
async def connected(house: House, wire: SocketWire) -> AsyncIterator[None]:
    token = SecretStr(house.slack.app_token)
    async with wire.serve() as house.slack.socket_url, house.app.socket(token):
        await wire.connected.wait()
        yield


async def test_commands_and_events_come_by_socket_too(house: House) -> None:
    wire = SocketWire()
    async with connected(house, wire):
        maria = Member(house.slack, house.acme, "UMARIA", wire)
        acks = await asyncio.gather(
            maria.command("inbox", "CDESK"), maria.say("a note", "CDESK", "1700000000.000100")
        )
        assert [ack.statuses for ack in acks] == [(200,), (200,)]
        assert max(ack.seconds for ack in acks) < 0.5
        kinds = {type(event) for event in house.desk.acted_on}
        assert kinds == {SlashCommand, ThreadMessage}
        await wire.hang_up()
        await wire.connected.wait()
        assert len(wire.connections) == 2
        assert (await maria.open_home()).is_good


async def test_what_could_not_be_kept_is_not_acknowledged_by_socket(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    wire = SocketWire(ack_seconds=0.3)
    house.desk.failures = 1
    async with connected(house, wire):
        maria = Member(house.slack, house.acme, "UMARIA", wire)
        event = {"type": "app_home_opened", "tab": "home"}
        with caplog.at_level(logging.CRITICAL, "channels.slack.app"):
            assert (await maria.event(event, "Ev9")).statuses == (0,)
        assert (await maria.event(event, "Ev9")).is_good
    assert len(house.desk.acted_on) == 1
