"""What people at the simulated Slack do: it arrives as from the real one, where it belongs."""

import pytest

from channels.cards import Button, Card, Form, Input, InputKind, Option, Section
from channels.slack.events import Mention, Place, Pressed, Submitted, ThreadMessage
from tests.channels.slack.conftest import House


async def test_of_two_buttons_that_say_the_same_the_one_pressed_is_told(house: House) -> None:
    rows = tuple(Section(n, buttons=(Button("open", "Open", n),)) for n in ("one", "two"))
    await house.workspace().post(Card("Inbox", sections=rows), Place("TACME", "CDESK"))
    line = house.acme.last()
    await house.member().press_button(line, line.buttons[1])
    pressed = house.desk.events[-1]
    assert isinstance(pressed, Pressed)
    assert pressed.used.value == "two"


async def test_an_answer_in_place_of_a_message_replaces_it(house: House) -> None:
    maria, acme = house.member(), house.workspace()
    place = Place("TACME", "CDESK")
    await acme.whisper(Card("Sure?", buttons=(Button("ok", "OK"),)), place, "UMARIA")
    await maria.press(house.acme.last(), "OK")
    pressed = house.desk.events[-1]
    assert isinstance(pressed, Pressed)
    await acme.respond(Card("Done", is_private=True), pressed.response_url, replace=True)
    (line,) = house.acme.seen_by("UMARIA")
    assert "Done" in line.words
    assert line.buttons == []
    assert line.edits == 1


async def test_a_window_stands_on_the_screen_of_the_one_who_asked_for_it(house: House) -> None:
    await house.member("UTOM").command("reply", "CDESK")
    trigger = house.desk.events[-1].trigger  # type: ignore[union-attr]
    await house.workspace().open(Form("a", "Reply", "Send", ()), trigger)
    assert house.acme.view_of("UMARIA") is None
    view = house.acme.view_of("UTOM")
    assert view
    await house.member("UTOM").submit(view)
    assert house.acme.view_of("UTOM") is None


FORM = Form(
    "a",
    "Ask",
    "Send",
    (
        Input("one", "Same label"),
        Input("two", "Same label"),
        Input("who", "Who", InputKind.CHOICE, "u1", (Option("u1", "Maria"), Option("u2", "Tom"))),
    ),
)


async def test_inputs_with_the_same_label_are_told_apart_by_their_block(house: House) -> None:
    maria = house.member()
    await maria.command("ask", "CDESK")
    await house.workspace().open(FORM, house.desk.events[-1].trigger)  # type: ignore[union-attr]
    view = house.acme.open_view()
    with pytest.raises(ValueError, match="none of the options"):
        await maria.submit(view, {"0:one": "1", "1:two": "2", "2:who": "u3"})
    await maria.submit(view, {"0:one": "1", "1:two": "2", "2:who": "u2"})
    submitted = house.desk.events[-1]
    assert isinstance(submitted, Submitted)
    assert submitted.used.inputs == {"one": "1", "two": "2", "who": "u2"}


async def test_a_file_stands_under_the_words_it_came_with(house: House) -> None:
    root = await house.workspace().post(Card("TKT-1"), Place("TACME", "CDESK"))
    await house.member().say("see <this>", "CDESK", root.message, (("a.txt", b"x", "text/plain"),))
    line = house.acme.last()
    assert line.text == "see &lt;this&gt;"
    (file,) = line.files
    assert house.acme.files[file].name == "a.txt"
    note = house.desk.events[-1]
    assert isinstance(note, ThreadMessage)
    assert note.text == "see <this>"
    assert [shared.id for shared in note.files] == [file]


async def test_words_to_the_bot_directly_are_answered_in_the_same_place(house: House) -> None:
    await house.member().say("how many are open?", "UMARIA")
    mention = house.desk.events[-1]
    assert isinstance(mention, Mention)
    assert mention.is_direct
    await house.workspace().post(Card("Three"), mention.origin.place)
    assert [line.channel for line in house.acme.lines] == ["UMARIA", "UMARIA"]


async def test_a_mention_may_bring_a_file(house: House) -> None:
    await house.member().mention("file this", "CDESK", "", (("a.txt", b"x", "text/plain"),))
    mention = house.desk.acted_on[-1]
    assert isinstance(mention, Mention)
    assert mention.text == "file this"
    assert [file.name for file in mention.files] == ["a.txt"]
