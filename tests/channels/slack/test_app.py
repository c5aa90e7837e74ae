"""Acknowledged at once, handed on once, never mixed: by HTTP, against the stand-in."""

import asyncio
import logging
import time

import pytest
from pydantic import SecretStr

from channels.cards import Button, Card, Form, Input, Used
from channels.slack.app import SlackApp
from channels.slack.events import (
    HomeOpened,
    Mention,
    NotForUs,
    Place,
    Pressed,
    SlashCommand,
    Submitted,
    ThreadMessage,
    Uninstalled,
)
from channels.slack.simulator import HttpWire, Kind, Member, SimulatedWorkspace, encoded
from tests.channels.slack.conftest import House, endpoint


async def test_a_command_is_handed_on_with_who_and_where(house: House) -> None:
    ack = await house.member().command("inbox <mine> & <@UTOM>", "CDESK")
    assert ack.statuses == (200,)
    (event,) = house.desk.events
    assert isinstance(event, SlashCommand)
    assert (event.command, event.text) == ("/desk", "inbox <mine> & <@UTOM>")
    assert (event.origin.team, event.origin.person) == ("TACME", "UMARIA")
    assert event.origin.place == Place("TACME", "CDESK")
    assert event.trigger
    assert event.response_url.startswith(house.slack.base_url)


async def test_nothing_is_acknowledged_that_is_not_kept(house: House) -> None:
    house.desk.is_slow = True
    impatient = house.channel.app(
        SecretStr(house.slack.signing_secret), house.desk.wiring, patience=0.02
    )
    async with endpoint(impatient) as url:
        wire = HttpWire(url, house.slack.signing_secret, house.client)
        ack = await Member(house.slack, house.acme, "UMARIA", wire).open_home()
        assert set(ack.statuses) == {503}
        house.desk.gate.set()
        await impatient.close()
    assert len(house.desk.acted_on) == 1


async def test_a_button_a_form_and_a_home_come_back_with_what_they_carry(house: House) -> None:
    maria, acme = house.member(), house.workspace()
    card = Card("TKT-1", tenant="Acme", buttons=(Button("reply", "Reply", "TKT-1"),))
    posted = await acme.post(card, Place("TACME", "CDESK"))
    await maria.press(house.acme.last(), "Reply")
    pressed = house.desk.events[-1]
    assert isinstance(pressed, Pressed)
    assert pressed.used == Used("reply", "TKT-1", "UMARIA", f"TACME/CDESK/{posted.message}")
    form = Form("reply", "Reply", "Send", (Input("text", "Text"),), "TKT-1", tenant="Acme")
    await acme.open(form, pressed.trigger, Place.of(pressed.used.place))
    await maria.submit(house.acme.open_view(), {"Text": "We come <today>"})
    sent = house.desk.events[-1]
    assert isinstance(sent, Submitted)
    assert sent.used.inputs == {"text": "We come <today>"}
    assert (sent.used.value, sent.used.place) == ("TKT-1", pressed.used.place)
    assert sent.origin.thread == posted.message
    await acme.publish((card,), "UMARIA")
    await maria.press_at_home("Reply")
    assert isinstance(house.desk.events[-1], Pressed)
    await maria.open_home()
    assert isinstance(house.desk.events[-1], HomeOpened)


async def test_a_plain_line_in_a_thread_is_a_note_and_a_mention_is_told_once(house: House) -> None:
    root = await house.workspace().post(Card("TKT-1"), Place("TACME", "CDESK"))
    maria = house.member()
    await maria.say("Don't tell them <yet>", "CDESK", root.message)
    await maria.say("just chatting", "CDESK")
    await maria.mention("how many are open?", "CDESK", root.message)
    note, mention = house.desk.acted_on
    assert isinstance(note, ThreadMessage)
    assert (note.text, note.origin.thread) == ("Don't tell them <yet>", root.message)
    assert isinstance(mention, Mention)
    assert mention.text == "how many are open?"


async def test_what_the_bot_itself_writes_is_never_acted_on(house: House) -> None:
    event = {"type": "message", "text": "Hi", "channel": "CDESK", "ts": "2.0", "thread_ts": "1.0"}
    await house.member().event({**event, "bot_id": house.acme.bot_id})
    await house.member(house.acme.bot_user).event(event)
    assert house.desk.acted_on == []


async def test_an_event_that_comes_again_is_handed_on_once(house: House) -> None:
    maria = house.member()
    event = {"type": "app_home_opened", "tab": "home"}
    acks = await asyncio.gather(*(maria.event(event, "Ev1") for _ in range(50)))
    assert {ack.statuses for ack in acks} == {(200,)}
    assert len(house.desk.events) == 1


async def test_a_late_answer_is_repeated_by_slack_and_acted_on_once(house: House) -> None:
    house.desk.is_slow = True
    impatient = HttpWire(house.wire.url, house.slack.signing_secret, house.client, ack_seconds=0.05)
    maria = house.member()
    hurried = type(maria)(house.slack, house.acme, "UMARIA", impatient)
    ack = await hurried.open_home()
    assert ack.statuses[0] == 0
    assert len(ack.statuses) > 1
    house.desk.gate.set()
    await house.app.close()
    assert len(house.desk.acted_on) == 1


async def test_an_event_that_could_not_be_kept_is_asked_for_again(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.desk.failures = 2
    with caplog.at_level(logging.CRITICAL, "channels.slack.app"):
        ack = await house.member().open_home()
    assert ack.statuses == (503, 503, 200)
    assert len(house.desk.acted_on) == 1


async def test_a_captured_request_acts_once_and_never_after_five_minutes(house: House) -> None:
    payload = {"command": "/desk", "text": "x", "team_id": "TACME", "user_id": "UMARIA"}
    body, content_type = encoded(Kind.COMMAND, {**payload, "trigger_id": "t1"})
    headers = {"content-type": content_type}
    assert [(await house.wire.post(body, headers))[0] for _ in range(3)] == [200] * 3
    assert len(house.desk.events) == 1
    house.wire.clock = lambda: time.time() - 301
    assert (await house.wire.post(body, headers))[0] == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-slack-signature": "v0=00"},
        {"x-slack-signature": "v0=", "x-slack-request-timestamp": str(int(time.time()))},
        {"x-slack-signature": "ü" * 9, "x-slack-request-timestamp": str(int(time.time()))},
        {"x-slack-signature": "v0=0", "x-slack-request-timestamp": "²"},
        {"x-slack-signature": "v0=0", "x-slack-request-timestamp": "9" * 400},
    ],
)
async def test_what_slack_did_not_sign_gets_the_same_no(
    house: House, headers: dict[str, str]
) -> None:
    raw = {name: value.encode() for name, value in headers.items()}
    answer = await house.client.post(house.wire.url, content=b'{"type":"x"}', headers=raw)
    assert (answer.status_code, answer.text) == (401, "not signed by Slack")
    assert house.desk.events == []


async def test_a_signature_vouches_for_its_own_bytes_and_secret_only(house: House) -> None:
    body, content_type = encoded(Kind.EVENT, house.member().envelope({"type": "app_home_opened"}))
    stolen = HttpWire(house.wire.url, "another secret", house.client)
    assert (await stolen.post(body, {"content-type": content_type}))[0] == 401
    unset = SlackApp(SecretStr(""), house.desk.wiring)
    async with endpoint(unset) as url:
        empty = HttpWire(url, "", house.client)
        assert (await empty.post(body, {"content-type": content_type}))[0] == 401
    assert house.desk.events == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[1]", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"type":"event_callback","event":7,"team_id":[]}', "application/json"),
        (b"payload=%7B", "application/x-www-form-urlencoded"),
        (b"payload=%5B%5D", "application/x-www-form-urlencoded"),
        (b"ssl_check=1&token=x", "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(500)), "application/x-www-form-urlencoded"),
    ],
)
async def test_signed_but_not_understood_is_taken_with_the_reason(
    house: House, body: bytes, content_type: str
) -> None:
    status, _ = await house.wire.post(body, {"content-type": content_type})
    assert status == 200
    (event,) = house.desk.events
    assert isinstance(event, NotForUs)
    assert event.reason


async def test_slack_is_told_that_the_address_is_ours(house: House) -> None:
    body = b'{"type":"url_verification","challenge":"3eZb","token":"x"}'
    answer = await house.wire.post(body, {"content-type": "application/json"})
    assert answer == (200, "3eZb")
    assert house.desk.events == []


async def test_a_workspace_without_the_app_gets_a_polite_no(house: House) -> None:
    await house.member().uninstall()
    assert isinstance(house.desk.events[-1], Uninstalled)
    ack = await house.member().command("inbox", "CDESK")
    assert "not connected to this workspace" in ack.body
    assert "not connected" in house.acme.seen_by("UMARIA")[-1].words
    assert not any(isinstance(event, SlashCommand) for event in house.desk.events)


async def test_two_workspaces_at_once_never_mix(house: House) -> None:
    card = Card("Desk", buttons=tuple(Button("open", f"TKT-{n}", str(n)) for n in range(5)))

    async def use(simulated: SimulatedWorkspace, number: int) -> None:
        member = house.member("UMARIA", simulated)
        if number % 2:
            await member.command(f"{simulated.team} {number}", "CDESK")
        else:
            place = Place(simulated.team, "CDESK")
            posted = await house.workspace(simulated).post(card, place)
            line = simulated.line("CDESK", posted.message)
            assert line
            await member.press(line, "TKT-3")

    house.wire.ack_seconds = 60  # it is not haste that is tested here
    both = [(house.acme, n) for n in range(100)] + [(house.bolt, n) for n in range(100)]
    await asyncio.gather(*(use(simulated, n) for simulated, n in both))
    await house.app.close()
    by_team = {"TACME": 0, "TBOLT": 0}
    for event in house.desk.acted_on:
        by_team[event.origin.team] += 1
        if isinstance(event, SlashCommand):
            assert event.text.startswith(event.origin.team)
        else:
            assert isinstance(event, Pressed)
            assert house.slack.workspaces[event.origin.team].line("CDESK", event.message)
    assert by_team == {"TACME": 100, "TBOLT": 100}
    assert house.bolt.lines
    assert not {x.ts for x in house.acme.lines} & {x.ts for x in house.bolt.lines}
    assert house.slack.calls.count(("TACME", "chat.postMessage")) == 50


async def test_what_is_under_way_is_finished_before_the_app_is_closed(house: House) -> None:
    house.desk.is_slow = True
    opening = asyncio.create_task(house.member().open_home())
    await house.desk.reached.wait()
    closing = asyncio.create_task(house.app.close())
    done, _ = await asyncio.wait({closing}, timeout=0.05)
    assert not done
    house.desk.gate.set()
    await closing
    await opening
    assert len(house.desk.acted_on) == 1


def test_the_app_loads_no_library_of_slack_before_it_is_used() -> None:
    import subprocess
    import sys

    code = "import sys, channels.slack.desk; print({'slack_bolt', 'aiohttp'} & set(sys.modules))"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_desk_is_no_channel_of_customers() -> None:
    from channels import registry

    assert "slack" not in registry.names()
    with pytest.raises(KeyError):
        registry.channel("slack")
