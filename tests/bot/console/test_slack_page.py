"""The staff's side of the page: a whole browser without JavaScript, against the real desk."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import httpx
import pytest
from sqlalchemy import text

from bot.console.blockkit import parts
from bot.console.blockkit.blocks import Actions
from bot.console.blockkit.controls import Button
from bot.demo.slack import DESK_CHANNEL, GUEST_EMAIL, DemoSlack, person_id
from bot.staffroom.events import unpacked
from channels.cards import Form, Input, InputKind, Option
from channels.slack.events import Submitted
from channels.slack.forms import modal
from channels.slack.simulator import Line
from tests.bot.console.conftest import PRIYA, Visitor
from tests.bot.staffroom.conftest import work

pytestmark = pytest.mark.full

IMOGEN = person_id("imogen@brackwelltern.example")
CALLUM = person_id("callum@brackwelltern.example")
RUTH = person_id("ruth@brackwelltern.example")
GUEST = person_id(GUEST_EMAIL)


class Forms(HTMLParser):
    """The forms of a page, each with its fields as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str]]]] = []
        self.buttons: dict[str, tuple[int, str, str, str]] = {}
        self._field = ""
        self._button: tuple[int, str, str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((told.get("action", ""), []))
        elif tag == "input" and "name" in told and self.found:
            is_off = told.get("type") in ("checkbox", "file") and "checked" not in told
            self.found[-1][1].extend([] if is_off else [(told["name"], told.get("value", ""))])
        elif tag == "textarea" and self.found:
            self.found[-1][1].append((told.get("name", ""), ""))
        elif tag == "button" and self.found and told.get("type") != "button":
            action = told.get("formaction", self.found[-1][0])
            name, value = told.get("name", ""), told.get("value", "")
            self._button = (len(self.found) - 1, action, name, value)
            if label := told.get("aria-label"):
                self.buttons[label] = self._button
        self._field = tag

    def handle_data(self, data: str) -> None:
        if self._field == "textarea" and self.found and self.found[-1][1]:
            name, value = self.found[-1][1][-1]
            self.found[-1][1][-1] = (name, (value + data).lstrip("\n"))
        if self._button and data.strip():
            self.buttons[data.strip()] = self._button

    def handle_endtag(self, tag: str) -> None:
        self._field = ""
        if tag == "button":
            self._button = None


@dataclass
class Colleague:
    """A member of staff with a browser that runs no script; the worker is as fast as they."""

    visitor: Visitor
    page: str = ""

    @property
    def slack(self) -> DemoSlack:
        return self.visitor.runtime.demo_slack

    async def hear(self, words: str) -> None:
        """A customer writes."""
        assert (await self.visitor.post("messages", text=words)).status_code == 200
        await self.work()

    async def work(self) -> None:
        await work(self.visitor.runtime)

    async def look(self, me: str = IMOGEN, **query: str) -> str:
        self.page = await self.visitor.open(PRIYA, me=me, **query)
        return self.page

    async def press(self, title: str, **filled: str) -> str:
        """A button by what it says, with the form around it; the page it leads to."""
        response = await self.send(title, **filled)
        assert response.status_code == 303, response.text
        await self.work()
        shown = await self.visitor.client.get(response.headers["location"])
        assert shown.status_code == 200
        self.page = shown.text
        return self.page

    async def send(
        self, title: str, files: dict[str, tuple[str, bytes]] | None = None, **filled: str
    ) -> httpx.Response:
        forms = Forms(self.page)
        number, action, name, value = forms.buttons[title]
        fields = dict(forms.found[number][1]) | ({name: value} if name else {}) | filled
        return await self.visitor.client.post(action, data=fields, files=files)

    async def type(self, words: str) -> str:
        return await self.press("Send in Slack", words=words)

    @property
    def lines(self) -> list[Line]:
        return self.slack.workspace.lines


@pytest.fixture
async def colleague(visitor: Visitor) -> Colleague:
    visitor.view = ""
    await visitor.open()
    return Colleague(visitor)


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_an_empty_slack_says_what_to_do(colleague: Colleague) -> None:
    page = text_of(await colleague.look())
    assert "Nothing in #desk yet" in page
    assert "Write on the phone" in page
    assert "kept in memory only" in page
    assert "You are Imogen Tern Managing director (admin)" in page
    assert "Robin Halloran Guest from another company" in page


async def test_what_a_customer_writes_is_a_thread_open_beside_the_channel(
    colleague: Colleague,
) -> None:
    await colleague.hear("the camera at the gate is dead since this morning")
    page = await colleague.look()
    thread = text_of(page[page.index('id="slack-thread"') :])
    assert "the camera at the gate is dead" in thread
    assert "TKT-" in thread
    assert re.search(r"\d+ repl(y|ies)", thread)
    closed = await colleague.look(root="none")
    assert "No thread is open" in closed


async def test_a_command_is_answered_to_the_one_who_typed_it_only(colleague: Colleague) -> None:
    await colleague.look()
    page = await colleague.type("/desk help")
    assert "Only visible to you" in page
    assert colleague.lines[-1].only_to == IMOGEN
    assert "Only visible to you" not in await colleague.look(CALLUM)


async def test_a_button_opens_a_window_that_is_filled_in_and_sent(colleague: Colleague) -> None:
    """Without any script: each step is a page."""
    await colleague.hear("the camera at the gate is dead since this morning")
    await colleague.look()
    page = await colleague.press("Reply")
    assert "<dialog open" in page
    assert "to WhatsApp" in text_of(page)
    asked = re.search(r'<textarea id="w-[^"]+" name="(answer:[^"]+)"', page)
    assert asked
    page = await colleague.press("Send", **{asked[1]: "Callum comes\r\nat 14:00"})
    assert "<dialog" not in page
    inside = await colleague.look(view="inside")
    assert "Callum comes\nat 14:00" in inside


async def test_a_window_can_be_closed_and_stands_on_one_screen_only(colleague: Colleague) -> None:
    await colleague.hear("the camera at the gate is dead since this morning")
    await colleague.look()
    assert "<dialog" in await colleague.press("Reply")
    assert "<dialog" not in await colleague.look(CALLUM)
    await colleague.look()
    assert "<dialog" not in await colleague.press("Close the window")
    assert "<dialog" not in await colleague.look()


async def test_what_must_be_filled_in_is_asked_for_again(colleague: Colleague) -> None:
    await colleague.hear("the camera at the gate is dead since this morning")
    await colleague.look()
    page = await colleague.press("Reply")
    asked = re.search(r'<textarea id="w-[^"]+" name="(answer:[^"]+)"', page)
    assert asked
    refused = await colleague.send("Send", **{asked[1]: ""})
    assert refused.status_code == 400
    assert "must be filled in" in refused.json()["detail"]
    assert "<dialog" in await colleague.look()


EVERYTHING = Form(
    "made.up",
    "Everything",
    "Send",
    (
        Input("tags", "Tags", InputKind.SEVERAL, "a", (Option("a", "A"), Option("b", "B"))),
        Input("who", "Who", InputKind.CHOICE, "u1", (Option("u1", "Maria"), Option("u2", "Tom"))),
        Input("number", "How many", InputKind.NUMBER, "24"),
        Input("line", "Line", initial="as it was"),
    ),
)
ONE_FILE = {
    "type": "input",
    "block_id": "4:files",
    "label": {"type": "plain_text", "text": "Files"},
    "element": {"type": "file_input", "action_id": "answer"},
}


async def test_every_kind_of_input_comes_back_as_it_was_filled_in(colleague: Colleague) -> None:
    view = modal(EVERYTHING)
    workspace = colleague.slack.workspace
    workspace.views["V9"] = view | {
        "id": "V9", "hash": "h", "blocks": [*view["blocks"], ONE_FILE]
    }  # fmt: skip
    workspace.viewers["V9"] = IMOGEN
    await colleague.look()
    files = {"answer:4:files": ("a.txt", b"x")}
    filled = {"answer:0:tags": ["a", "b"], "answer:1:who": "u2", "answer:2:number": "30"}
    sent = await colleague.send("Send", files, **filled)  # type: ignore[arg-type]
    assert sent.status_code == 303
    assert await _submitted(colleague) == {
        "tags": "a,b", "who": "u2", "number": "30", "line": "as it was"
    }  # fmt: skip
    assert [file.name for file in workspace.files.values()] == ["a.txt"]


async def _submitted(colleague: Colleague) -> dict[str, str]:
    """What the product put on disk of the form that was sent last."""
    query = "select args->>'event' from procrastinate_jobs where task_name = 'staff'"
    async with colleague.visitor.runtime.database.directory() as session:
        packed = await session.scalar(text(query))
    event = unpacked(packed)
    assert isinstance(event, Submitted)
    return {name: value for name, value in event.used.inputs.items() if name != "files"}


async def test_the_home_is_published_when_it_is_opened_and_its_buttons_work(
    colleague: Colleague,
) -> None:
    assert "Frontdesk is drawing your home" in text_of(await colleague.look(room="home"))
    await colleague.work()
    assert "Hello Imogen Tern" in text_of(await colleague.look(room="home"))
    page = await colleague.press("My inbox")
    assert colleague.lines[-1].channel == IMOGEN
    assert "Messages 1 new" in text_of(page)
    assert "Messages 1 new" not in text_of(await colleague.look(CALLUM))
    title = colleague.lines[-1].blocks[0]["text"]["text"]
    assert title in text_of(await colleague.look(room="direct"))
    assert "Messages 1 new" not in text_of(await colleague.look())
    await colleague.look(CALLUM, room="home")
    await colleague.work()
    assert "Hello Callum" in text_of(await colleague.look(CALLUM, room="home"))


async def test_plain_lines_stay_in_the_thread_with_their_file(colleague: Colleague) -> None:
    await colleague.hear("the camera at the gate is dead since this morning")
    await colleague.look()
    files = {"file": ("plan <b>.txt", b"secret plan")}
    sent = await colleague.send("Send in the thread", files, words="Key is at the bakery <3")
    assert sent.status_code == 303
    page = await colleague.look()
    assert "Key is at the bakery &lt;3" in page
    assert "<b>" not in page
    link = re.search(r'href="(/simulator/slack/files/[^"]+)"', page)
    assert link
    file = await colleague.visitor.client.get(link[1])
    assert file.content == b"secret plan"
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in file.headers["content-security-policy"]
    phone = page[page.index('id="phone-thread"') : page.index('id="desk"')]
    assert "bakery" not in phone


async def test_words_to_the_desk_are_answered_under_them(colleague: Colleague) -> None:
    await colleague.look()
    await colleague.type("@desk how many urgent tickets are open?")
    asked, answered = colleague.lines[-2:]
    assert answered.thread == asked.ts
    assert "1 reply" in await colleague.look()


async def test_slack_takes_no_command_in_a_thread_and_no_other_command(
    colleague: Colleague,
) -> None:
    await colleague.hear("the camera at the gate is dead since this morning")
    await colleague.look()
    refused = await colleague.send("Send in the thread", words="/desk take")
    assert "no commands in threads" in refused.json()["detail"]
    refused = await colleague.send("Send in Slack", words="/giphy no")
    assert "is not a command here" in refused.json()["detail"]
    assert not any(line.author != "UTDEMOBOT" for line in colleague.lines)


async def test_a_guest_sees_the_page_and_gets_a_polite_no(colleague: Colleague) -> None:
    await colleague.look(GUEST)
    page = text_of(await colleague.type("/desk inbox"))
    assert "Only visible to you" in page
    assert "That did not work" in page


def first_key(line: Line) -> str:
    """What the page sends for the first button of a message."""
    rows = [part for part in parts(line.blocks) if isinstance(part, Actions)]
    controls = [control for row in rows for control in row.controls]
    assert isinstance(controls[0], Button)
    return controls[0].key


async def test_what_one_sees_alone_cannot_be_used_or_opened_by_another(
    colleague: Colleague,
) -> None:
    await colleague.hear("the camera at the gate is dead since this morning")
    await colleague.look()
    await colleague.type("/desk nonsense")
    private = colleague.lines[-1]
    await colleague.look(room="home")
    await colleague.work()
    await colleague.look(room="home")
    await colleague.press("Unassigned")
    direct = colleague.lines[-1]
    assert (private.only_to, direct.channel) == (IMOGEN, IMOGEN)
    for line in (private, direct):
        form = {"line": line.ts, "button": first_key(line)}
        refused = await colleague.visitor.post("slack/press", me=CALLUM, **form)
        assert refused.status_code == 400
        assert "not there any more" in refused.json()["detail"]
        assert "not here any more" in await colleague.look(CALLUM, root=line.ts)
        allowed = await colleague.visitor.post("slack/press", me=IMOGEN, **form)
        assert allowed.status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"button": "0" * 16}, {"button": "x"}, {"button": "0" * 16, "line": "1.1"},
        {"button": "0" * 16, "line": "../1"}, {},
    ],
)  # fmt: skip
async def test_buttons_that_are_not_there_are_refused(
    colleague: Colleague, fields: dict[str, str]
) -> None:
    await colleague.look()
    refused = await colleague.visitor.post("slack/press", **fields)
    assert refused.status_code == 400


async def test_nothing_is_sent_again_as_long_as_nothing_changed(colleague: Colleague) -> None:
    page = await colleague.look(wire="1")
    seen = re.search(r'"seen": "([0-9a-f]+)"', page.replace("&#34;", '"'))
    assert seen
    query = {"as": PRIYA, "me": IMOGEN, "wire": "1", "seen": seen[1]}
    live = "/simulator/live"
    assert (await colleague.visitor.client.get(live, params=query)).status_code == 204
    await colleague.type("/desk stats")
    changed = await colleague.visitor.client.get(live, params=query)
    assert changed.status_code == 200
    assert 'id="slack-lines"' in changed.text
    assert "Block Kit as it was sent" in changed.text
    assert "&#34;type&#34;: &#34;header&#34;" in changed.text
    other = await colleague.visitor.client.get(live, params=query | {"me": CALLUM, "seen": "0"})
    assert "Only visible to you" not in other.text


async def test_links_of_the_page_keep_who_and_where(colleague: Colleague) -> None:
    page = await colleague.look(RUTH, room="CRANDOM", wire="1")
    assert f"/?as={PRIYA}&amp;wire=1&amp;me={RUTH}&amp;room=home" in page
    assert f"/?as={PRIYA}&amp;wire=1&amp;view=inside&amp;me={RUTH}" in page
    assert "Frontdesk is not in this channel" in page
    await colleague.type("/desk help")
    assert colleague.lines[-1].channel == "CRANDOM"
    assert DESK_CHANNEL not in {line.channel for line in colleague.lines}
