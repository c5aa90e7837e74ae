"""Socket Mode through the product's own listener: no address of ours needs to be reachable."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot import listeners
from channels.slack.simulator import SocketWire
from tests.bot.staffroom.conftest import ADMIN, CLERK, ROOM, STRANGER, Office


@pytest.fixture
def by_socket(office: Office) -> Office:
    office.runtime.settings.slack_app_token = SecretStr(office.slack.app_token)
    return office


async def test_commands_windows_home_and_notes_come_by_socket_too(by_socket: Office) -> None:
    wire = SocketWire()
    office = replace(by_socket, wire=wire)
    await office.company.say("I want to talk to a person")
    async with wire.serve() as office.slack.socket_url:
        listening = asyncio.create_task(listeners.listen(office.runtime))
        try:
            await wire.connected.wait()
            assert "TKT-" in await office.command("inbox")
            assert "I do not know you" in await office.command("inbox", STRANGER)
            await office.command("here", ADMIN)
            await office.company.say("anybody there?")
            await office.work()
            root = next(x for x in office.workspace.lines if x.channel == ROOM and not x.only_to)
            await office.press(root, "Reply")
            await office.submit({"Your reply": "Maria here."})
            assert "Leaves in 10 seconds" in office.last_seen_by().words
            await office.person().open_home()
            await office.work()
            assert "Hello Maria" in str(office.workspace.homes[CLERK])
            await office.person().say("call him back", ROOM, root.ts)
            await office.work()
            notes = await office.company.messages(direction="note")
            assert [note.text for note in notes] == ["call him back"]
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def test_one_process_at_a_time_holds_the_connection(by_socket: Office) -> None:
    wire = SocketWire()
    async with wire.serve() as by_socket.slack.socket_url:
        listening = [asyncio.create_task(listeners.listen(by_socket.runtime)) for _ in range(2)]
        try:
            await wire.connected.wait()
            other = listeners.Held(by_socket.runtime.database, listeners.SLACK)
            assert not await other.take()
            assert len(wire.connections) == 1
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
        assert await other.take(), "the lease is given back at the end"
