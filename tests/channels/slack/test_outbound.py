"""Cards, windows, homes and files reach the stand-in, and a failure says what to do."""

import json
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from channels.cards import Button, Card, Form, Input, InputKind, Section
from channels.messages import OutboundAttachment, Permanent, Temporary
from channels.slack.events import Place, SharedFile, SlashCommand, ThreadMessage
from channels.slack.files import is_slack_address
from channels.slack.installation import AppCredentials, manifest
from channels.slack.outbound import Opened
from channels.slack.simulator import Fault
from tests.channels.slack.conftest import House

DESK = Place("TACME", "CDESK")
CARD = Card("TKT-1", tenant="Acme Ltd", sections=(Section("It is broken", is_quoted=True),))
FORM = Form("reply", "Reply", "Send", (Input("text", "Text", InputKind.TEXT),), "TKT-1")


async def test_a_card_begins_a_thread_and_is_updated_in_place(house: House) -> None:
    acme = house.workspace()
    posted = await acme.post(CARD, DESK)
    await acme.post(Card("Taken by Maria"), posted.thread)
    await acme.update(Card("TKT-1 · solved", tenant="Acme Ltd"), posted)
    root, answer = house.acme.thread("CDESK", posted.message)
    assert "TKT-1 · solved" in root.words
    assert root.edits == 1
    assert "Acme Ltd" in root.words
    assert answer.thread == root.ts
    await acme.delete(posted)
    assert house.acme.line("CDESK", posted.message) is None


async def test_a_long_card_takes_several_messages_of_one_thread(house: House) -> None:
    long = Card("Long", sections=(Section("word " * 5000),))
    posted = await house.workspace().post(long, DESK)
    assert len(posted.further) >= 2
    assert all(house.acme.line("CDESK", ts) for ts in (posted.message, *posted.further))


async def test_a_whisper_is_seen_by_one_person_only(house: House) -> None:
    posted = await house.workspace().post(CARD, DESK)
    await house.workspace().whisper(Card("Usage"), posted.thread, "UMARIA")
    assert [line.words for line in house.acme.seen_by("UMARIA")] == ["Usage"]
    assert len(house.acme.thread("CDESK", posted.message)) == 1


async def test_a_command_is_answered_by_its_own_address_five_times(house: House) -> None:
    await house.member().command("help", "CDESK")
    (event,) = house.desk.events
    assert isinstance(event, SlashCommand)
    acme = house.workspace()
    await acme.respond(Card("Help", is_private=True), event.response_url)
    assert house.acme.seen_by("UMARIA")
    for _ in range(4):
        await acme.respond(Card("Inbox"), event.response_url)
    with pytest.raises(Permanent, match="too late"):
        await acme.respond(Card("Inbox"), event.response_url)
    with pytest.raises(Permanent, match="not Slack's"):
        await acme.respond(Card("Inbox"), "https://hooks.slack.com.evil.example/x")


async def test_a_window_opens_once_and_is_redrawn_by_its_hash(house: House) -> None:
    acme, trigger = house.workspace(), house.slack.trigger("TACME")
    opened = await acme.open(FORM, trigger, DESK)
    redrawn = await acme.redraw(FORM, opened, DESK)
    assert redrawn.view == opened.view
    with pytest.raises(Permanent, match="changed meanwhile"):
        await acme.redraw(FORM, opened, DESK)
    with pytest.raises(Permanent, match="Press the button again"):
        await acme.open(FORM, trigger)
    with pytest.raises(Permanent, match="waited too long"):
        await acme.open(FORM, house.slack.trigger("TBOLT"))
    await acme.push(FORM, house.slack.trigger("TACME"))
    late = house.slack.trigger("TACME")
    house.slack.triggers[late] = ("TACME", 0.0)
    with pytest.raises(Permanent, match="waited too long"):
        await acme.open(FORM, late)


async def test_a_home_is_published_and_published_again(house: House) -> None:
    first = await house.workspace().publish((CARD,), "UMARIA")
    second = await house.workspace().publish((CARD, Card("Today")), "UMARIA")
    assert first.view == second.view
    assert "Today" in str(house.acme.homes["UMARIA"])


async def test_files_go_both_ways(house: House) -> None:
    acme = house.workspace()
    posted = await acme.post(CARD, DESK)
    files = (
        OutboundAttachment("quote.pdf", "application/pdf", b"%PDF"),
        OutboundAttachment("../plan.png", "image/png", b"png"),
    )
    ids = await acme.upload(files, posted.thread, "For <Acme>")
    line = house.acme.thread("CDESK", posted.message)[-1]
    assert (line.files, line.text) == (ids, "For &lt;Acme&gt;")
    assert [house.acme.files[i].content for i in ids] == [b"%PDF", b"png"]
    assert house.acme.files[ids[1]].name == "plan.png"
    assert await acme.upload((), posted.thread) == ()
    photo = ("door.jpg", b"jpeg", "image/jpeg")
    await house.member().say("look", "CDESK", posted.message, (photo,))
    note = house.desk.events[-1]
    assert isinstance(note, ThreadMessage)
    media = await acme.download(note.files[0], 100)
    assert (media.content, media.content_type, media.filename) == (b"jpeg", "image/jpeg", photo[0])
    by_id = await acme.download(SharedFile(note.files[0].id), 100)
    assert by_id.content == b"jpeg"
    with pytest.raises(Permanent, match="larger than"):
        await acme.download(note.files[0], 3)
    unsized = SharedFile(note.files[0].id, url=note.files[0].url)
    with pytest.raises(Permanent, match="larger than"):
        await acme.download(unsized, 3)


async def test_a_file_that_the_token_may_not_read_is_no_log_in_page(house: House) -> None:
    shared = ("door.jpg", b"jpeg", "image/jpeg")
    await house.member("UMARIA", house.bolt).say("look", "CDESK", "1.0", (shared,))
    note = house.desk.events[-1]
    assert isinstance(note, ThreadMessage)
    with pytest.raises(Permanent, match="files:read"):
        await house.workspace(house.acme).download(note.files[0], 100)


@pytest.mark.parametrize(
    ("url", "is_slacks"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.pdf", True),
        ("https://FILES.slack.com/a", True),
        ("http://files.slack.com/a", False),
        ("https://files.slack.com:8443/a", False),
        ("https://files.slack.com.evil.example/a", False),
        ("https://evil.example/files.slack.com", False),
        ("https://a@files.slack.com/a", False),
        ("https://files.slack.com@evil.example/a", False),
        ("http://127.0.0.1:1/a", False),
        ("file:///etc/passwd", False),
        ("//files.slack.com/a", False),
        ("", False),
        ("http://[", False),
        ("http://127.0.0.1:9/a", True),
    ],
)
def test_the_token_goes_to_slack_only(url: str, is_slacks: bool) -> None:
    own = "http://127.0.0.1:9/api"
    assert is_slack_address(url, own, {"files.slack.com"}) is is_slacks


@pytest.mark.parametrize(
    ("fault", "code", "wait"),
    [
        (Fault.RATE_LIMITED, "ratelimited", 7.0),
        (Fault.SERVER_ERROR, "internal_error", None),
        (Fault.BAD_GATEWAY, "502", None),
        (Fault.GARBAGE, "200", None),
        (Fault.DROP_AFTER_ACCEPTING, "network", None),
    ],
)
async def test_what_may_pass_is_tried_again(
    house: House, fault: Fault, code: str, wait: float | None
) -> None:
    house.slack.order(fault)
    with pytest.raises(Temporary) as told:
        await house.workspace().post(CARD, DESK)
    assert (told.value.code, told.value.retry_after) == (code, wait)
    assert told.value.may_have_been_sent is (fault not in {Fault.RATE_LIMITED, Fault.SERVER_ERROR})
    await house.workspace().post(CARD, DESK)


async def test_a_slow_slack_may_have_taken_it(house: House) -> None:
    house.slack.order(Fault.SLOW)
    house.client.timeout = httpx.Timeout(0.1)
    with pytest.raises(Temporary) as told:
        await house.workspace().post(CARD, DESK)
    assert told.value.may_have_been_sent


async def test_what_will_never_work_tells_staff_what_to_do(house: House) -> None:
    acme = house.workspace()
    house.acme.add_channel("CSECRET", is_joined=False)
    for place, advice in (("CSECRET", "/invite"), ("CNONE", "does not exist or is private")):
        with pytest.raises(Permanent, match=advice):
            await acme.post(CARD, Place("TACME", place))
    with pytest.raises(Permanent, match="no longer in Slack"):
        await acme.post(CARD, Place("TACME", "CDESK", "1.0"))
    with pytest.raises(Permanent, match="does not know this person"):
        await acme.person("UNOBODY")
    with pytest.raises(Permanent, match="window was closed"):
        await acme.redraw(FORM, await _closed(house))
    house.slack.order(Fault.TOKEN_REVOKED)
    with pytest.raises(Permanent, match=r"withdrawn\. Install the app") as told:
        await acme.post(CARD, DESK)
    assert told.value.code == "token_revoked"
    stranger = house.channel.workspace("TACME", SecretStr("xoxb-none"), house.client)
    with pytest.raises(Permanent, match="does not know the bot's token"):
        await stranger.greet()


async def _closed(house: House) -> Opened:
    opened = await house.workspace().open(FORM, house.slack.trigger("TACME"))
    house.acme.views.clear()
    return opened


async def test_people_and_channels_are_told(house: House) -> None:
    acme = house.workspace()
    maria, tom = await acme.person("UMARIA"), await acme.person("UTOM")
    assert (maria.name, maria.email) == ("Maria", "umaria@tacme.example")
    assert maria.time_zone == "Europe/Madrid"
    assert (maria.is_guest, tom.is_guest) == (False, True)
    assert await acme.channel_name("CDESK") == "desk"
    assert (await acme.greet())["bot_id"] == house.acme.bot_id


async def test_another_workspaces_token_reaches_only_its_own(house: House) -> None:
    await house.workspace(house.bolt).post(CARD, Place("TBOLT", "CDESK"))
    assert house.acme.lines == []
    assert "TKT-1" in house.bolt.last().words


async def test_the_stand_in_refuses_blocks_that_slack_refuses(house: House) -> None:
    api = house.workspace().api
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    with pytest.raises(Permanent, match="151 characters"):
        await api.call("chat.postMessage", channel="CDESK", text="x", blocks=blocks)
    with pytest.raises(Permanent, match="unknown method"):
        await api.call("chat.shout")


async def test_the_simulator_holds_people_to_what_a_window_asks(house: House) -> None:
    await house.workspace().open(FORM, house.slack.trigger("TACME"))
    view = house.acme.open_view()
    with pytest.raises(ValueError, match="must be filled in"):
        await house.member().submit(view)
    await house.workspace().post(Card("x", buttons=(Button("a", "A"),)), DESK)
    with pytest.raises(ValueError, match="no button"):
        await house.member().press(house.acme.last(), "B")


async def test_an_administrator_grants_the_app_and_the_token_is_fetched(house: House) -> None:
    credentials = AppCredentials(house.slack.client_id, SecretStr(house.slack.client_secret))
    back = "https://desk.example/slack/oauth/callback"
    asked = urlsplit(house.channel.authorize_url(credentials, "state-1", back))
    query = parse_qs(asked.query)
    assert asked.path == "/oauth/v2/authorize"
    assert (query["state"], query["redirect_uri"]) == (["state-1"], [back])
    assert "chat:write" in query["scope"][0].split(",")
    house.slack.grants["code-1"] = "TBOLT"
    granted = await house.channel.exchange(credentials, "code-1", back, house.client)
    assert (granted.team, granted.team_name, granted.enterprise) == ("TBOLT", "Bolt", "EBOLT")
    assert granted.bot_token.get_secret_value() == house.bolt.token
    assert house.bolt.token not in repr(granted)
    with pytest.raises(Permanent, match="start the installation again"):
        await house.channel.exchange(credentials, "code-1", back, house.client)


def test_the_manifest_names_this_installation_or_none_for_socket_mode() -> None:
    whole = manifest("https://desk.example/")
    events = "https://desk.example/slack/events"
    assert whole["settings"]["event_subscriptions"]["request_url"] == events
    assert whole["settings"]["interactivity"]["request_url"] == events
    assert whole["features"]["slash_commands"][0]["url"] == events
    assert whole["oauth_config"]["redirect_urls"] == ["https://desk.example/slack/oauth/callback"]
    by_socket = manifest("", socket_mode=True)
    assert by_socket["settings"]["socket_mode_enabled"] is True
    assert "url" not in by_socket["features"]["slash_commands"][0]
    assert "/slack" not in json.dumps(by_socket)
    assert manifest("https://desk.example/base")["settings"]["interactivity"]["request_url"] == (
        "https://desk.example/base/slack/events"
    )
