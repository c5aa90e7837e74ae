from dataclasses import replace

import pytest

from bot.model.turns import (
    AskBack,
    DraftQuote,
    FileAway,
    HandOff,
    HandOffReason,
    OpenTicket,
    Reply,
    ReviseQuote,
    StaySilent,
    TenantView,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "Hello! I am the assistant of Brightwire"),
        ("thank you!", "You're welcome!"),
        ("bye for now", "Goodbye"),
        ("are you a robot?", "automated assistant of Brightwire, not a person"),
        ("how are you today?", "Thank you for asking"),
        ("tell me a joke about lawyers", "beyond me"),
        ("Merci beaucoup", "Je vous en prie"),
        ("guten Tag", "Ich bin der Assistent von Brightwire"),
    ],
)
async def test_courtesy_gets_a_short_honest_reply(agent, turn, text: str, words: str) -> None:
    [reply] = (await agent.think(turn(text))).actions
    assert isinstance(reply, Reply)
    assert words in reply.text


async def test_a_lone_thanks_after_the_goodbye_gets_silence(agent, turn, after) -> None:
    context = turn("thanks", history=after("bot", "You're welcome!"))
    assert isinstance((await agent.think(context)).actions[0], StaySilent)
    context = turn("ok thanks", history=after("staff", "All done. Bye, Sam"))
    assert isinstance((await agent.think(context)).actions[0], StaySilent)


async def test_a_thumbs_up_after_an_answer_gets_silence(agent, turn, after) -> None:
    context = turn("👍", history=after("bot", "We open at nine."))
    assert isinstance((await agent.think(context)).actions[0], StaySilent)


async def test_a_reaction_gets_silence(agent, turn) -> None:
    assert isinstance((await agent.think(turn("❤️", kind="reaction"))).actions[0], StaySilent)


@pytest.mark.parametrize(
    "text", ["can I talk to a person please", "person", "Mensch", "quiero hablar con alguien"]
)
async def test_a_wish_for_a_person_is_handed_off(agent, turn, text: str) -> None:
    [handed] = (await agent.think(turn(text))).actions
    assert isinstance(handed, HandOff)
    assert handed.reason is HandOffReason.CUSTOMER_REQUEST
    assert handed.acknowledgement


async def test_who_declines_a_transfer_is_not_transferred(agent, turn) -> None:
    [reply] = (await agent.think(turn("no need to transfer me to an agent"))).actions
    assert isinstance(reply, Reply)


async def test_a_request_for_prices_is_noted_with_all_its_words(agent, turn) -> None:
    burst = turn("we need a quote for 20 cat6 outlets installed", "oh wait, make it 30 not 20")
    [draft] = (await agent.think(burst)).actions
    assert isinstance(draft, DraftQuote)
    assert draft.request.endswith("make it 30 not 20")
    assert draft.questions == ()
    assert "colleague checks" in draft.acknowledgement


@pytest.mark.parametrize(
    "text", ["no, 30 not 20 please", "metal trunking please", "add 4 cameras to the quote"]
)
async def test_an_answer_to_an_open_draft_revises_it(agent, turn, quote, text: str) -> None:
    [change] = (await agent.think(turn(text, quotes=(quote,)))).actions
    assert isinstance(change, ReviseQuote)
    assert (change.number, change.request) == (quote.number, text)


async def test_a_fault_does_not_revise_a_draft(agent, turn, quote) -> None:
    context = turn("the camera at the gate is dead", quotes=(quote,))
    assert isinstance((await agent.think(context)).actions[0], OpenTicket)


async def test_a_sent_quote_is_not_revised_but_drafted_anew(agent, turn, quote) -> None:
    sent = replace(quote, status="sent")
    context = turn("please quote for 8 dome cameras and a recorder", quotes=(sent,))
    assert isinstance((await agent.think(context)).actions[0], DraftQuote)


async def test_where_quotes_are_switched_off_a_person_answers(agent, turn) -> None:
    plain = TenantView(turn("x").tenant.id, "b", "Brightwire", features=frozenset({"bot"}))
    context = turn("please quote for 8 dome cameras and a recorder", tenant=plain)
    [handed] = (await agent.think(context)).actions
    assert isinstance(handed, HandOff)
    assert handed.reason is HandOffReason.UNSUPPORTED_REQUEST


async def test_a_sales_pitch_is_filed_away_unanswered(agent, turn) -> None:
    pitch = "We offer SEO and lead generation services. Boost your sales! Click to unsubscribe"
    [filed] = (await agent.think(turn(pitch))).actions
    assert isinstance(filed, FileAway)
    assert filed.reason.startswith("Looks like")


async def test_never_mind_closes_without_a_ticket(agent, turn) -> None:
    [reply] = (await agent.think(turn("the lift is stuck", "never mind, thanks"))).actions
    assert isinstance(reply, Reply)
    assert "leave it at that" in reply.text


async def test_a_voice_note_is_asked_for_words_then_given_to_a_person(agent, turn) -> None:
    [asked] = (await agent.think(turn("", kind="audio"))).actions
    assert isinstance(asked, AskBack)
    context = turn("", kind="audio", open_question=asked.about, questions_asked=1)
    [handed] = (await agent.think(context)).actions
    assert isinstance(handed, HandOff)
    assert handed.reason is HandOffReason.UNSUPPORTED_REQUEST


async def test_an_unsupported_kind_is_asked_for_words(agent, turn) -> None:
    [asked] = (await agent.think(turn("[unsupported: poll]", kind="unsupported"))).actions
    assert isinstance(asked, AskBack)


async def test_words_after_a_voice_note_are_read_by_themselves(agent, turn) -> None:
    context = turn("what are your opening hours?", open_question="what the attachment is about")
    [reply] = (await agent.think(context)).actions
    assert "Monday to Friday" in reply.text
