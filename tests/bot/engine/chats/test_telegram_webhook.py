"""Telegram by webhook: from the delivery to the answer."""

import pytest

from channels.telegram.simulator import Customer, Group, Line
from tests.bot.engine.chats.conftest import ROBIN, SECRET, Firm, body

GROUP = Group(-100_200_300)


async def test_a_question_is_answered_from_the_articles(firm: Firm) -> None:
    [answer] = await firm.say("When are you open?")
    assert "9:00 to 17:00" in answer
    [sent] = firm.telegram.sent
    assert sent.chat_id == ROBIN.id


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], f"{SECRET}x"])
async def test_without_the_secret_token_nothing_is_stored(firm: Firm, secret: str) -> None:
    update = body(firm.telegram.make.text(ROBIN, "Hello"))
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    response = await firm.web.post(firm.address, content=update, headers=headers)
    assert response.status_code == 401
    assert await firm.events() == []


async def test_anothers_secret_opens_no_bot_of_mine(firm: Firm, rival: Firm) -> None:
    await rival.set(webhook_secret="another-word")
    update = body(firm.telegram.make.text(ROBIN, "Hello"))
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    response = await firm.web.post(rival.address, content=update, headers=headers)
    assert response.status_code == 401
    assert await rival.events() == []


async def test_a_bot_that_nobody_has_is_refused_like_a_wrong_secret(firm: Firm) -> None:
    update = body(firm.telegram.make.text(ROBIN, "Hello"))
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    address = "/api/v1/telegram/webhook?bot=1"
    response = await firm.web.post(address, content=update, headers=headers)
    assert response.status_code == 401


async def test_what_is_for_one_bot_reaches_no_other_tenant(firm: Firm, rival: Firm) -> None:
    await firm.say("When are you open?")
    await rival.work()
    assert await rival.messages() == []


async def test_the_same_update_fifty_times_in_parallel_is_one_message(firm: Firm) -> None:
    update = firm.telegram.make.text(ROBIN, "When are you open?")
    statuses = await firm.deliver(update, line=Line(copies=50, is_parallel=True))
    await firm.work()
    assert set(statuses) == {200}
    assert len(await firm.messages(direction="in")) == 1
    assert len(firm.telegram.sent) == 1


async def test_a_pressed_button_is_told_so_at_once_and_is_a_choice(firm: Firm) -> None:
    await firm.say("When are you open?")
    under = firm.telegram.sent[0].message | {
        "reply_markup": {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes:1"}]]}
    }
    await firm.deliver(firm.telegram.make.press(ROBIN, under, "yes:1", "4711"))
    await firm.take()
    assert firm.telegram.answered == ["4711"]
    press = (await firm.messages(direction="in"))[-1]
    assert (press.choice, press.text, press.outcome) == ("yes:1", "Yes", "waiting")


async def test_a_repeated_press_is_one_message(firm: Firm) -> None:
    await firm.say("When are you open?")
    press = firm.telegram.make.press(ROBIN, firm.telegram.sent[0].message, "yes", "4711")
    await firm.deliver(press, line=Line(copies=3))
    await firm.take()
    assert [m.choice for m in await firm.messages(direction="in")] == [None, "yes"]


async def test_an_album_is_one_turn_with_all_its_pictures(firm: Firm) -> None:
    photos = [firm.telegram.add_photo(f"picture {n}".encode()) for n in range(3)]
    album = firm.telegram.make.album(ROBIN, photos, "When are you open?")
    await firm.deliver(*album, line=Line(seed=7))
    await firm.work()
    heard = await firm.messages(direction="in")
    assert len({m.turn_id for m in heard}) == 1
    assert len({m.details["album"] for m in heard}) == len(firm.telegram.sent) == 1
    assert firm.runtime.channels["telegram"].capabilities.quiet_time.total_seconds() >= 1


async def test_an_edit_before_the_answer_is_what_is_answered(firm: Firm) -> None:
    asked = firm.telegram.make.text(ROBIN, "When are you closed?")
    edit = firm.telegram.make.edited(asked, "How do I reset the password of my recorder?")
    await firm.deliver(edit, asked)
    await firm.work()
    [answer] = firm.telegram.texts()
    assert "hold the reset button" in answer
    outcomes = {m.text: m.outcome_reason for m in await firm.messages(direction="in")}
    assert outcomes["When are you closed?"] == "edited"


async def test_who_blocks_the_bot_gets_nothing_more_until_they_let_it_in(firm: Firm) -> None:
    await firm.say("When are you open?")
    make = firm.telegram.make
    at = make.text(ROBIN, "")["message"]["date"]
    blocked, again = make.membership(ROBIN, "kicked", at), make.membership(ROBIN, "member", at + 5)
    await firm.deliver(blocked)
    await firm.work()
    [identity] = await firm.identities()
    assert "blocked" in identity.muted_reason
    await firm.deliver(again)
    await firm.work()
    [identity] = await firm.identities()
    assert identity.muted_at is None


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_latest_news_counts_whichever_comes_first(
    firm: Firm, order: tuple[int, int]
) -> None:
    make = firm.telegram.make
    at = make.text(ROBIN, "")["message"]["date"]
    news = make.membership(ROBIN, "kicked", at), make.membership(ROBIN, "member", at + 5)
    for index in order:
        await firm.deliver(news[index])
        await firm.work()
    [identity] = await firm.identities()
    assert identity.muted_at is None
    assert firm.telegram.sent == []


async def test_a_group_is_answered_only_when_the_bot_is_meant(firm: Firm) -> None:
    make = firm.telegram.make
    await firm.deliver(make.text(ROBIN, "When do they open?", group=GROUP))
    await firm.work()
    assert firm.telegram.sent == []
    [event] = await firm.events()
    assert "to others, not to the bot" in event.reason
    await firm.deliver(make.mention(ROBIN, GROUP, "when are you open?"))
    await firm.work()
    [sent] = firm.telegram.sent
    assert sent.chat_id == GROUP.id
    assert "9:00" in sent.words


async def test_a_group_that_was_upgraded_stays_one_conversation(firm: Firm) -> None:
    make, small = firm.telegram.make, Group(-4711, type="group")
    await firm.deliver(make.mention(ROBIN, small, "when are you open?"))
    await firm.work()
    await firm.deliver(make.message(ROBIN, group=small, migrate_to_chat_id=GROUP.id))
    await firm.deliver(make.message(ROBIN, group=GROUP, migrate_from_chat_id=small.id))
    await firm.deliver(make.mention(ROBIN, GROUP, "when are you open?"))
    await firm.work()
    [conversation] = await firm.conversations()
    assert conversation.hint == f"group:{GROUP.id}"
    assert [one.chat_id for one in firm.telegram.sent] == [small.id, GROUP.id]


async def test_another_bots_name_in_a_group_is_not_ours(firm: Firm) -> None:
    entity = {"type": "mention", "offset": 0, "length": 9}
    update = firm.telegram.make.text(
        ROBIN, "@OtherBot when are you open?", group=GROUP, entities=[entity]
    )
    await firm.deliver(update)
    await firm.work()
    assert await firm.messages() == []


async def test_the_own_phone_number_proves_it_and_anothers_does_not(firm: Firm) -> None:
    make = firm.telegram.make
    own = {"phone_number": "+447700900123", "first_name": "Robin", "user_id": ROBIN.id}
    other = {"phone_number": "447700900456", "first_name": "Kim", "user_id": 700_200}
    await firm.deliver(make.message(ROBIN, contact=other), make.message(ROBIN, contact=own))
    await firm.take()
    found = {(one.kind, one.value, one.proven_at is not None) for one in await firm.identities()}
    assert found == {("telegram", str(ROBIN.id), True), ("phone", "447700900123", True)}


async def test_a_deep_links_payload_is_kept_and_the_start_is_greeted(firm: Firm) -> None:
    answers = await firm.say("/start quote-7")
    [message] = await firm.messages(direction="in")
    assert message.details["start_payload"] == "quote-7"
    assert len(answers) == 1
    assert await firm.tickets() == []


async def test_a_photo_of_a_customer_is_fetched_in_its_largest_size(firm: Firm) -> None:
    content = b"a picture of a red lamp" * 10
    update = firm.telegram.make.message(
        ROBIN, photo=firm.telegram.add_photo(content), caption="When are you open?"
    )
    await firm.deliver(update)
    await firm.take()
    from domain.conversations.attachments import Attachments
    from domain.conversations.models import Attachment

    [row] = await firm.rows(Attachment)
    await firm.runtime.media.fetch(firm.tenant_id, row.id)
    async with firm.runtime.database.transaction(firm.tenant_id) as session:
        assert await Attachments(session, firm.tenant_id).whole(row.id) == content


async def test_a_channel_switched_off_takes_nothing(firm: Firm) -> None:
    from bot.desk import tenants

    change = {"features.telegram": "false"}
    await tenants.change(firm.runtime.database, firm.runtime.accounts, firm.tenant_id, change)
    assert await firm.deliver(firm.telegram.make.text(Customer(5), "Hello")) == [401]
