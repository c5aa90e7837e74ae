"""What leaves for Telegram, and what its refusals mean."""

import asyncio

import httpx
import pytest

from channels.messages import (
    Address,
    Choice,
    OutboundAttachment,
    Permanent,
    Temporary,
    Unreachable,
)
from channels.telegram.adapter import Telegram
from channels.telegram.settings import TelegramSettings
from channels.telegram.simulator import Fault
from tests.channels.telegram.conftest import ROBIN, Wire

PICTURE = OutboundAttachment("site.jpg", "image/jpeg", b"a picture")
PAPER = OutboundAttachment("quote.pdf", "application/pdf", b"%PDF-1.7")


async def test_a_text_arrives_and_its_id_is_what_an_answer_will_name(wire: Wire) -> None:
    receipt = await wire.send("Good morning")
    [sent] = wire.telegram.sent
    assert (sent.chat_id, sent.words) == (ROBIN.id, "Good morning")
    answer = wire.telegram.make.text(ROBIN, "Thanks", reply_to_message=sent.message)
    [heard] = wire.channel.parse(str_body(answer))
    assert getattr(heard, "in_reply_to", "") == receipt.external_ids[0]


async def test_a_long_text_is_cut_where_utf16_counts_4096(wire: Wire) -> None:
    await wire.send("🔧 mended. " * 900)
    assert len(wire.telegram.sent) > 2
    assert all(len(one.words.encode("utf-16-le")) // 2 <= 4096 for one in wire.telegram.sent)


async def test_bold_and_links_are_entities_and_hostile_text_stays_text(wire: Wire) -> None:
    hostile = "<b>x</b> _y_ `z` [a]( **bold 🔧** and [manual](https://acme.example/m?a=1)"
    await wire.send(hostile)
    [sent] = wire.telegram.sent
    assert sent.words == "<b>x</b> _y_ `z` [a]( bold 🔧 and manual"
    bold, link = sent.asked["entities"]
    assert (bold["type"], bold["length"]) == ("bold", 7)
    assert (link["type"], link["url"]) == ("text_link", "https://acme.example/m?a=1")
    assert "parse_mode" not in sent.asked


async def test_choices_are_buttons_with_their_ids(wire: Wire) -> None:
    choices = (Choice("yes", "Yes, please"), Choice("no", "No"))
    await wire.send("Shall we come?", choices=choices)
    [sent] = wire.telegram.sent
    rows = sent.asked["reply_markup"]["inline_keyboard"]
    assert [(b["text"], b["callback_data"]) for [b] in rows] == [
        ("Yes, please", "yes"),
        ("No", "no"),
    ]


async def test_a_choice_whose_id_is_too_long_becomes_a_numbered_line(wire: Wire) -> None:
    await wire.send("Which?", choices=(Choice("x" * 65, "This"),))
    assert wire.telegram.texts() == ["Which?\n\n1. This"]


async def test_a_quoted_reply_names_the_message_it_answers(wire: Wire) -> None:
    await wire.send("Yes", in_reply_to=f"{ROBIN.id}:0000000042")
    told = wire.telegram.sent[0].asked["reply_parameters"]
    assert told == {"message_id": 42, "allow_sending_without_reply": True}


async def test_pictures_go_as_an_album_mixed_files_as_documents(wire: Wire) -> None:
    receipt = await wire.send("The site", attachments=(PICTURE, PICTURE))
    await wire.send("All of it", attachments=(PICTURE, PAPER))
    album, mixed = wire.telegram.sent
    assert [m["type"] for m in album.asked["media"]] == ["photo", "photo"]
    assert [m["type"] for m in mixed.asked["media"]] == ["document", "document"]
    assert (album.words, len(receipt.external_ids)) == ("The site", 2)


async def test_a_lone_file_carries_its_name_and_caption(wire: Wire) -> None:
    await wire.send("Your quote", attachments=(PAPER,))
    [sent] = wire.telegram.sent
    assert (sent.method, sent.words) == ("senddocument", "Your quote")
    assert sent.files["document"] == ("quote.pdf", b"%PDF-1.7")


async def test_what_telegram_takes_for_no_picture_goes_as_a_document(wire: Wire) -> None:
    await wire.send(attachments=(OutboundAttachment("x.png", "image/png", b"no picture"),))
    assert [one.method for one in wire.telegram.sent] == ["senddocument"]


async def test_a_file_that_is_too_large_is_told_and_not_sent(wire: Wire) -> None:
    large = OutboundAttachment("film.bin", "application/zip", b"x" * (50 * 2**20 + 1))
    with pytest.raises(Permanent, match=r"film\.bin” is larger than the 50 MB"):
        await wire.send(attachments=(large,))
    assert wire.telegram.requests == []


async def test_a_group_is_answered_in_the_group_and_in_its_topic(wire: Wire) -> None:
    await wire.send("Here", conversation_hint="group:-100200/7")
    [sent] = wire.telegram.sent
    assert (sent.chat_id, sent.asked["message_thread_id"]) == (-100200, 7)


async def test_an_upgraded_group_is_written_to_under_its_new_id(wire: Wire) -> None:
    wire.telegram.order(Fault.UPGRADED)
    await wire.send("Here", conversation_hint="group:-4711")
    assert [one.chat_id for one in wire.telegram.sent] == [-4711 - 10**12]


async def test_a_person_without_telegram_is_named_as_such(wire: Wire) -> None:
    with pytest.raises(Permanent, match="no Telegram address"):
        await wire.send("Hello", to=Address("phone", "447700900001"))


async def test_typing_is_shown_in_the_chat_of_the_message(wire: Wire) -> None:
    await wire.channel.typing(f"{ROBIN.id}:0000000042", wire.settings, wire.client)
    assert wire.telegram.actions == [{"chat_id": ROBIN.id, "action": "typing"}]


async def test_who_has_blocked_the_bot_is_unreachable_and_words_say_so(wire: Wire) -> None:
    wire.telegram.blocked.add(ROBIN.id)
    with pytest.raises(Unreachable, match="blocked the bot"):
        await wire.send("Hello")


async def test_too_many_messages_wait_as_long_as_telegram_asks(wire: Wire) -> None:
    wire.telegram.order(Fault.TOO_MANY)
    with pytest.raises(Temporary) as caught:
        await wire.send("Hello")
    assert (caught.value.retry_after, caught.value.may_have_been_sent) == (7, False)


@pytest.mark.parametrize(
    "fault",
    [Fault.SERVER_ERROR, Fault.BAD_GATEWAY, Fault.DROP_AFTER_ACCEPTING, Fault.GARBAGE],
)
async def test_a_lost_answer_may_have_been_a_success(wire: Wire, fault: Fault) -> None:
    wire.telegram.order(fault)
    with pytest.raises(Temporary) as caught:
        await wire.send("Hello")
    assert caught.value.may_have_been_sent


async def test_a_silent_server_may_have_taken_it(wire: Wire) -> None:
    wire.telegram.order(Fault.HANG_AFTER_ACCEPTING)
    async with httpx.AsyncClient(timeout=0.2, trust_env=False, verify=False) as hasty:  # noqa: S501
        message = asyncio.create_task(
            Wire(wire.channel, wire.settings, hasty, wire.telegram).send("Hello")
        )
        with pytest.raises(Temporary) as caught:
            await message
    assert caught.value.may_have_been_sent
    assert wire.telegram.texts() == ["Hello"]


async def test_a_server_that_is_not_there_took_nothing(wire: Wire) -> None:
    nowhere = Wire(Telegram("http://127.0.0.1:9"), wire.settings, wire.client, wire.telegram)
    with pytest.raises(Temporary) as caught:
        await nowhere.send("Hello")
    assert not caught.value.may_have_been_sent
    assert wire.settings.bot_token.get_secret_value() not in str(caught.value)


async def test_a_wrong_token_says_where_the_right_one_is_found(wire: Wire) -> None:
    wrong = TelegramSettings.model_validate({"bot_token": "7000000001:something-else"})
    with pytest.raises(Permanent, match="BotFather"):
        await Wire(wire.channel, wrong, wire.client, wire.telegram).send("Hello")


async def test_a_chat_that_is_not_known_is_told(wire: Wire) -> None:
    wire.telegram.order(Fault.NOT_FOUND)
    with pytest.raises(Permanent, match="never wrote to this very bot"):
        await wire.send("Hello")


async def test_what_was_taken_before_a_failure_is_told(wire: Wire) -> None:
    wire.telegram.order(Fault.NONE)
    wire.telegram.order(Fault.SERVER_ERROR)
    with pytest.raises(Temporary) as caught:
        await wire.send("word " * 1200)
    assert len(caught.value.accepted) == 1


async def test_a_press_is_answered_with_its_own_id(wire: Wire) -> None:
    await wire.send("Shall we?", choices=(Choice("yes", "Yes"),))
    press = wire.telegram.make.press(ROBIN, wire.telegram.sent[0].message, "yes", "4711")
    [heard] = wire.channel.parse(str_body(press))
    await wire.channel.heard_press(heard, wire.settings, wire.client)  # type: ignore[arg-type]
    assert wire.telegram.answered == ["4711"]


def str_body(update: object) -> bytes:
    import json

    return json.dumps(update).encode()


async def test_a_reaction_goes_to_the_very_message(wire: Wire) -> None:
    said = wire.telegram.make.text(ROBIN, "It works again")
    [heard] = wire.channel.parse(str_body(said))
    key = getattr(heard, "external_id", "")
    receipt = await wire.send("👍", in_reply_to=key, reaction="👍", idempotency_key="once")
    [put] = wire.telegram.reactions
    assert (put["chat_id"], put["message_id"]) == (ROBIN.id, int(key.partition(":")[2]))
    assert put["reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert receipt.external_ids == (f"{key}:once",)
    assert not wire.telegram.sent
