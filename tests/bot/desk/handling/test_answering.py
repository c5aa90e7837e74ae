"""A person answers from the desk: shown first to whom, ten seconds to undo, drafts decided."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.desk.command import Place
from channels.cards import Card, Form
from tests.bot.desk.handling.conftest import Counter, pressed, text_of

HANDED_OFF = "I want to speak to a person please"


@pytest.fixture
async def waiting(counter: Counter) -> Counter:
    """A customer asked for a person, and so there is ticket 1."""
    await counter.company.say(HANDED_OFF)
    return counter


async def test_a_reply_says_to_whom_it_goes_before_it_is_sent(waiting: Counter) -> None:
    form = await waiting.ask_form("reply 1 We call you at nine.")
    assert form.tenant == "acme Ltd"
    assert form.intro.startswith("to WhatsApp …01, English, window closes in 23 h")
    assert HANDED_OFF in form.intro
    assert form.inputs[0].initial == "We call you at nine."
    assert await waiting.company.messages(author="staff") == []


async def test_a_reply_waits_ten_seconds_and_can_be_undone(waiting: Counter) -> None:
    card = await waiting.fill(await waiting.ask_form("reply 1"), text="We call you.")
    (message,) = await waiting.company.messages(author="staff")
    assert message.next_attempt_at is not None
    assert (
        timedelta(seconds=8) < message.next_attempt_at - message.created_at < timedelta(seconds=11)
    )
    before = len(waiting.company.graph.sent)
    await waiting.company.runtime.deliverer.deliver(waiting.tenant_id, message.id)
    undone = await waiting.press(pressed(card, "Undo"))
    assert isinstance(undone, Card)
    assert undone.title.startswith("Taken back")
    await waiting.company.execute("update messages set next_attempt_at = now() where true")
    await waiting.company.runtime.deliverer.deliver(waiting.tenant_id, message.id)
    assert len(waiting.company.graph.sent) == before
    assert (await waiting.company.messages(author="staff"))[0].state == "cancelled"


async def test_a_form_handed_in_five_times_at_once_is_one_reply(waiting: Counter) -> None:
    form = await waiting.ask_form("reply 1")
    cards = await asyncio.gather(*(waiting.fill(form, text="We call you.") for _ in range(5)))
    assert sum(card.is_error for card in cards) == 4
    assert len(await waiting.company.messages(author="staff")) == 1


async def test_after_ten_seconds_it_leaves_and_undo_is_too_late(waiting: Counter) -> None:
    card = await waiting.fill(await waiting.ask_form("reply 1"), text="We call you.")
    (message,) = await waiting.company.messages(author="staff")
    await waiting.company.execute("update messages set next_attempt_at = now() where true")
    await waiting.company.runtime.deliverer.deliver(waiting.tenant_id, message.id)
    assert waiting.company.graph.texts()[-1] == "We call you."
    late = await waiting.press(pressed(card, "Undo"))
    assert isinstance(late, Card)
    assert "Too late" in text_of(late)
    assert late.is_private


async def test_words_that_came_meanwhile_are_shown_with_the_undo(waiting: Counter) -> None:
    form = await waiting.ask_form("reply 1")
    await waiting.company.say("never mind, it works again")
    card = await waiting.fill(form, text="The engineer is on the way.")
    assert "They wrote meanwhile: never mind, it works again" in text_of(card)


async def test_outside_the_window_no_form_opens(waiting: Counter) -> None:
    form = await waiting.ask_form("reply 1")
    await waiting.company.execute(
        "update conversations set last_inbound_at = :at", at=datetime.now(UTC) - timedelta(days=2)
    )
    refused = await waiting.say("reply 1")
    assert "takes no free text now" in text_of(refused)
    assert refused.is_error
    assert "takes no free text now" in text_of(await waiting.fill(form, text="Hello?"))
    assert await waiting.company.messages(author="staff") == []


async def test_outside_the_window_the_form_says_how_the_reply_will_go(waiting: Counter) -> None:
    company = waiting.company
    await company.execute(
        "update conversations set last_inbound_at = :at", at=datetime.now(UTC) - timedelta(days=2)
    )
    assert "Message templates: 24" in text_of(await waiting.say("template list"))
    assert (await waiting.say("template submit")).is_error, "admins only"
    await company.execute("update message_templates set state = 'approved'")
    form = await waiting.ask_form("reply 1")
    assert "window is closed, a template asks them to answer, then it is sent" in form.intro
    await waiting.fill(form, text="We call you at nine.")
    [reply] = await company.messages(author="staff")
    await company.execute("update messages set next_attempt_at = now() where author = 'staff'")
    await company.runtime.deliverer.deliver(company.tenant_id, reply.id)
    shown = text_of(await waiting.say("thread 1"))
    assert "not sent yet" in shown
    assert "the template frontdesk_reply_waiting asks them to answer, then it leaves" in shown


async def test_staff_react_with_an_emoji(waiting: Counter) -> None:
    card = await waiting.say("react 1 👍")
    assert card.title == "Reacted with 👍"
    assert (await waiting.say("react 1 hello")).is_error


async def test_take_and_hand_back(waiting: Counter) -> None:
    await waiting.say("hand-back 1")
    (conversation,) = await waiting.company.conversations()
    assert conversation.owner == "bot"
    card = await waiting.say("take 1")
    (conversation,) = await waiting.company.conversations()
    assert (conversation.owner, conversation.owner_id) == ("staff", waiting.staff["staff"].id)
    assert pressed(card, "Hand back").value == f"hand-back {conversation.id}"
    back = await waiting.press(pressed(card, "Hand back"))
    assert isinstance(back, Card)
    assert (await waiting.company.conversations())[0].owner == "bot"


async def test_a_note_never_leaves(waiting: Counter) -> None:
    before = len(waiting.company.graph.sent)
    (conversation,) = await waiting.company.conversations()
    card = await waiting.say("note 12 monitors are late", place=Place(conversation.id))
    assert "12 monitors are late" in text_of(card)
    (note,) = await waiting.company.messages(direction="note")
    assert note.text == "12 monitors are late"
    await waiting.company.runtime.deliverer.deliver(waiting.tenant_id, note.id)
    assert len(waiting.company.graph.sent) == before


@pytest.fixture
async def drafted(counter: Counter) -> Counter:
    """The bot may only draft, and did."""
    await counter.company.teach("Opening hours", "We are open Monday to Friday from 9:00 to 17:00.")
    await counter.say("live whatsapp off", "admin")
    await counter.company.say("when are you open?")
    return counter


async def test_a_draft_is_sent_by_a_person(drafted: Counter) -> None:
    card = await drafted.say("drafts")
    assert drafted.company.graph.texts() == []
    sent = await drafted.press(pressed(card, "Send"))
    assert isinstance(sent, Card)
    assert "Monday to Friday" in drafted.company.graph.texts()[-1]
    (message,) = await drafted.company.messages(direction="out")
    assert message.staff_id == drafted.staff["staff"].id
    again = await drafted.press(pressed(card, "Send"))
    assert isinstance(again, Card)
    assert again.is_error


async def test_a_draft_is_edited_or_rejected_with_a_reason(drafted: Counter) -> None:
    card = await drafted.say("drafts")
    form = await drafted.press(pressed(card, "Edit"))
    assert isinstance(form, Form)
    assert "to WhatsApp …01" in form.intro
    await drafted.fill(form, text="We are open now.")
    assert drafted.company.graph.texts() == ["We are open now."]
    await drafted.company.say("and on Saturday, when are you open?")
    waiting = await drafted.say("drafts")
    asked = await drafted.press(pressed(waiting, "Reject"))
    assert isinstance(asked, Form)
    await drafted.fill(asked, reason="We were closed.")
    assert (await drafted.company.messages(state="cancelled"))[0].error == "We were closed."
    assert len(drafted.company.graph.texts()) == 1


async def test_the_thread_shows_window_sources_confidence_and_drafts(drafted: Counter) -> None:
    (conversation,) = await drafted.company.conversations()
    cards = await drafted.desk.thread(conversation.id, drafted.staff["staff"])
    assert {card.tenant for card in cards} == {"acme Ltd"}
    heard = next(card for card in cards if "when are you open?" in text_of(card))
    assert heard.title.endswith("WhatsApp")
    assert "English · window closes in 23 h" in heard.footnote
    draft = next(card for card in cards if card.title.startswith("Draft"))
    assert "Sources: Opening hours (v1)" in draft.footnote
    assert "confidence" in draft.footnote
    assert [b.title for b in draft.buttons] == ["Send", "Edit", "Reject"]
    readonly = await drafted.desk.thread(conversation.id, drafted.staff["readonly"])
    assert not any(card.buttons for card in readonly)


async def test_a_reply_can_be_put_under_what_it_answers(waiting: Counter) -> None:
    await waiting.company.say("and bring a ladder")
    form = await waiting.ask_form("reply 1")
    quotes = next(each for each in form.inputs if each.name == "quotes")
    assert [one.title for one in quotes.options] == ["and bring a ladder", HANDED_OFF]
    await waiting.fill(form, text="Tomorrow at nine.", quotes=quotes.options[1].value)
    (message,) = await waiting.company.messages(author="staff")
    first = (await waiting.company.messages(direction="in"))[0]
    assert message.in_reply_to == first.external_id


async def test_the_inbox_tells_until_when_to_answer(waiting: Counter) -> None:
    await waiting.company.execute(
        "update conversations set last_inbound_at = :at, last_author = 'customer'",
        at=datetime.now(UTC) - timedelta(hours=23, minutes=10),
    )
    await waiting.company.execute("delete from sla_clocks")
    assert "answer in 49 min" in text_of(await waiting.say("inbox"))
    await waiting.company.execute("update conversations set last_author = 'staff'")
    assert "answer in" not in text_of(await waiting.say("inbox"))
