"""What updates say, beyond the samples; and that nothing makes reading fail."""

import json
import re
from typing import Any

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from channels.channel import Delivery
from channels.messages import EventKind, Ignored, InboundEvent, InboundMessage
from channels.telegram.adapter import CHANNEL, Telegram
from channels.telegram.settings import TelegramSettings
from channels.telegram.simulator import BotApiSimulator, Customer, Group

ROBIN = Customer(700_100, "Robin", "robin")
GROUP = Group(-100_200)
SIMULATOR = BotApiSimulator()
OURS = TelegramSettings.model_validate(
    {"bot_token": SIMULATOR.token, "bot_username": SIMULATOR.username}
)
NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def read(update: Any) -> list[InboundEvent]:
    return list(Telegram().parse_for(json.dumps(update).encode(), OURS))


def message(update: Any) -> InboundMessage:
    [event] = read(update)
    assert isinstance(event, InboundMessage), event
    return event


def ignored(update: Any) -> str:
    [event] = read(update)
    assert isinstance(event, Ignored), event
    return event.reason


def test_the_account_is_the_bot_that_the_settings_name() -> None:
    assert message(SIMULATOR.make.text(ROBIN, "Hello")).account == OURS.bot_id


def test_our_own_mention_is_taken_out_of_a_groups_words() -> None:
    update = SIMULATOR.make.mention(ROBIN, GROUP, "when do you come?")
    heard = message(update)
    assert heard.text == "when do you come?"
    assert heard.full_text.startswith("@")
    assert heard.conversation_hint == "group:-100200"


def test_an_answer_to_us_in_a_group_is_meant_for_us_and_one_to_others_is_not() -> None:
    ours = {"message_id": 9, "from": SIMULATOR.bot, "chat": GROUP.chat, "date": 1}
    theirs = ours | {"from": Customer(5).user}
    assert message(SIMULATOR.make.text(ROBIN, "And the key?", group=GROUP, reply_to_message=ours))
    assert "to others" in ignored(
        SIMULATOR.make.text(ROBIN, "And the key?", group=GROUP, reply_to_message=theirs)
    )


def test_a_mention_is_found_behind_emoji_too() -> None:
    name = f"@{SIMULATOR.username}"
    entity = {"type": "mention", "offset": 3, "length": len(name)}
    update = SIMULATOR.make.text(ROBIN, f"🔧 {name} help", group=GROUP, entities=[entity])
    assert message(update).text == "🔧 help"


def test_a_press_has_the_title_that_stood_on_its_button() -> None:
    keyboard = {"inline_keyboard": [[{"text": "Yes, please", "callback_data": "yes"}]]}
    under = {"message_id": 9, "chat": ROBIN.chat, "date": 100, "reply_markup": keyboard}
    heard = message(SIMULATOR.make.press(ROBIN, under, "yes", "77"))
    assert (heard.text, heard.choice, heard.details["press"]) == ("Yes, please", "yes", "77")
    assert heard.details["sent_at"] == "on_arrival"


def test_a_message_without_a_known_time_says_so() -> None:
    update = SIMULATOR.make.text(ROBIN, "Hello")
    update["message"]["date"] = "yesterday"
    assert message(update).details["sent_at"] == "unknown"


@pytest.mark.parametrize("words", ["a\x00b", "\ud800x", "line\r\nline"])
def test_words_that_no_database_stores_are_cleaned(words: str) -> None:
    heard = message(SIMULATOR.make.text(ROBIN, words))
    heard.text.encode()
    assert not {"\x00", "\r"} & set(heard.text)


def test_a_caption_stays_where_the_kind_is_not_understood() -> None:
    update = SIMULATOR.make.message(ROBIN, paid_media={"star_count": 3}, caption="Look")
    heard = message(update)
    assert (heard.kind, heard.text) == (EventKind.UNSUPPORTED, "Look\n[unsupported: paid media]")


@given(NESTED)
def test_whatever_comes_is_an_event_or_a_reason(value: Any) -> None:
    body = json.dumps(value).encode()
    if isinstance(value, dict):
        assert CHANNEL.parse(body)
    else:
        with pytest.raises(ValueError, match="the body is"):
            CHANNEL.parse(body)


_KEYS = st.sampled_from(
    re.findall(
        r"\w+",
        "message edited_message callback_query message_reaction my_chat_member channel_post",
    )
)
_FIELDS = st.sampled_from(
    re.findall(
        r"\w+",
        "message_id chat from date text photo voice document entities caption reply_to_message id"
        " data message contact location venue poll sticker new_chat_member user new_reaction",
    )
)


@given(_KEYS, st.dictionaries(_FIELDS, NESTED), NESTED)
def test_a_broken_update_breaks_nothing(kind: str, broken: dict[str, Any], chat: Any) -> None:
    whole = {"message_id": 5, "chat": ROBIN.chat, "from": ROBIN.user, "date": 100}
    for content in (broken, whole | broken, whole | broken | {"chat": chat}):
        for event in read({"update_id": 1, kind: content}):
            assert isinstance(event, Ignored) or event.conversation_hint


def test_the_simulators_updates_are_what_the_library_understands() -> None:
    make = SIMULATOR.make
    photo = SIMULATOR.add_photo(b"picture")
    asked = make.text(ROBIN, "Hello")
    under = asked["message"] | {"from": SIMULATOR.bot}
    updates = [
        asked,
        make.mention(ROBIN, GROUP, "hello"),
        make.edited(asked, "Hello!"),
        *make.album(ROBIN, [photo, photo], "Both"),
        make.press(ROBIN, under, "yes"),
        make.reaction(ROBIN, 4, "👍"),
        make.membership(ROBIN, "kicked"),
        make.membership(ROBIN, "member"),
    ]
    for update in updates:
        understood = telegram.Update.de_json(update, None)
        assert understood.effective_chat is not None
        assert not understood.api_kwargs
        event = message(update)
        assert event.external_id.startswith(f"{understood.effective_chat.id}:")


@pytest.mark.parametrize("query", [{}, {"bot": ""}, {"bot": "a/b"}, {"bot": "x" * 65}])
def test_an_address_without_a_bot_names_nobody(query: dict[str, str]) -> None:
    assert CHANNEL.peek(Delivery(b'{"update_id":1}', query=query)) == ()


def test_a_bot_without_a_secret_takes_no_webhooks() -> None:
    for told in ("", "anything"):
        headers = {"x-telegram-bot-api-secret-token": told}
        assert CHANNEL.verify(Delivery(b"{}", headers), OURS) is False
