"""Running the desk: live and stopped, paused, articles, prompts, figures, the first page."""

import pytest

from bot.desk.asking.verbs import VERBS
from channels.cards import Card
from domain.tenants.service import Tenants
from tests.bot.desk.handling.conftest import Counter, pressed, text_of

HOURS = "We are open Monday to Friday from 9:00 to 17:00."


async def test_live_and_stop_decide_whether_the_bot_answers_by_itself(counter: Counter) -> None:
    await counter.company.teach("Opening hours", HOURS)
    stopped = await counter.say("stop all", "admin")
    assert "draft-only" in text_of(stopped)
    assert await counter.company.say("when are you open?") == []
    await counter.say("live whatsapp on", "admin")
    assert len(await counter.company.say("when are you open on Monday?")) == 1


async def test_a_topic_alone_can_need_approval(counter: Counter) -> None:
    await counter.company.teach("Opening hours", HOURS)
    card = await counter.say("live whatsapp question off", "admin")
    assert "but drafts about question" in text_of(card)
    assert await counter.company.say("when are you open?") == []
    await counter.say("live whatsapp question on", "admin")
    assert len(await counter.company.say("when are you open on Monday?")) == 1


async def test_the_bot_is_paused_in_a_conversation_on_a_channel_and_everywhere(
    counter: Counter,
) -> None:
    await counter.company.teach("Opening hours", HOURS)
    await counter.company.say("when are you open?")
    (conversation,) = await counter.company.conversations()
    for where, role in ((str(conversation.id), "staff"), ("whatsapp", "admin"), ("all", "admin")):
        card = await counter.say(f"pause {where}", role)
        assert "paused" in card.title
        assert await counter.company.say("when are you open on Monday?") == [], where
        await counter.press(pressed(card, "Resume"), role)
        assert len(await counter.company.say("when do you open on Friday?")) == 1, where
    for where in ("all", "whatsapp"):
        assert "cannot change what" in text_of(await counter.say(f"pause {where}"))


async def test_an_article_is_drafted_published_and_found(counter: Counter) -> None:
    form = await counter.ask_form("kb draft")
    card = await counter.fill(form, title="Opening hours", text=HOURS)
    assert "No article" in text_of(await counter.say("kb search opening hours"))
    published = await counter.press(pressed(card, "Publish"))
    assert isinstance(published, Card)
    assert published.title == "Published: Opening hours"
    assert "Monday to Friday" in text_of(await counter.say("kb search opening hours"))
    assert ("staff:" + str(counter.staff["staff"].id), "article.published") in (
        await counter.audited()
    )


async def test_prompts_are_for_admins_with_a_way_back(counter: Counter) -> None:
    from bot.desk.prompts import PromptDesk
    from domain.prompts.service import NewBody

    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        desk = PromptDesk(session, counter.tenant_id)
        body = (await desk.version("support")).body + "\nBe brief.\n"
        await desk.save(NewBody("support", body, "shorter"), author="test")
    assert "+ Be brief." in text_of(await counter.say("prompt show support 1", "admin"))
    assert "Be brief." in text_of(await counter.say("prompt try support 1", "admin"))
    card = await counter.say("prompt publish support 1", "admin")
    assert card.title == "Version 1 of support is in force"
    await counter.press(pressed(card, "Back to version 0"), "admin")
    assert "version 0 in force" in text_of(await counter.say("prompt list", "admin"))
    for text in ("prompt list", "prompt show support", "prompt publish support 1"):
        assert "cannot see or change prompts" in text_of(await counter.say(text))


async def test_todays_figures(counter: Counter) -> None:
    await counter.company.teach("Opening hours", HOURS)
    await counter.company.say("when are you open?")
    await counter.company.say("I want to speak to a person")
    shown = text_of(await counter.say("stats"))
    assert "Messages received: 2 in 1 conversation" in shown
    assert "Answered by the bot: 2" in shown
    assert "With a person now: 1" in shown
    assert "Tickets opened: 1" in shown


async def test_the_first_page_shows_what_waits_for_me(counter: Counter) -> None:
    await counter.company.say("I want to speak to a person")
    await counter.say("assign 1 me")
    await counter.company.hear("are you there?")
    await counter.company.take()
    await counter.company.execute(
        "update messages set sent_at = now() - interval '2 hours' where direction = 'out'"
    )
    await counter.say("quote new Customer of acme: 24 Cat6 double outlets")
    home = await counter.desk.home(counter.staff["staff"])
    assert isinstance(home, Card)
    assert home.tenant == "acme Ltd"
    shown = text_of(home)
    assert "TKT-" in shown
    assert "are you there?" in shown
    assert "QT-" in shown
    opened = await counter.press(pressed(home, "Look"))
    assert isinstance(opened, Card)
    assert opened.title.startswith("QT-")
    readonly = await counter.desk.home(counter.staff["readonly"])
    assert isinstance(readonly, Card)
    assert "QT-" not in text_of(readonly)


async def test_lost_conversations_are_listed_and_tried_again(counter: Counter) -> None:
    await counter.company.say("I want to speak to a person")
    await counter.company.hear("hello?")
    await counter.company.take()
    await counter.company.execute(
        "update conversations set last_inbound_at = now() - interval '1 hour'"
    )
    await counter.company.execute(
        "update messages set sent_at = now() - interval '2 hours' where direction = 'out'"
    )
    card = await counter.say("lost")
    assert card.title == "Without an answer: 1"
    again = await counter.press(pressed(card, "Try again"))
    assert isinstance(again, Card)
    assert "look at the conversation again" in text_of(again)


async def test_the_doctor_speaks_of_this_company_alone(counter: Counter, rivals: Counter) -> None:
    shown = text_of(await counter.say("doctor"))
    assert "acme" in shown
    assert "rival" not in shown


@pytest.mark.parametrize("verb", sorted(VERBS))
async def test_a_guest_gets_a_polite_no_from_every_command(counter: Counter, verb: str) -> None:
    answer = await counter.desk.hear(VERBS[verb].example, counter.staff["guest"])
    assert isinstance(answer, Card)
    if verb != "help":
        assert answer.is_error
    assert "Sorry, I only work for this company's staff" in text_of(answer)


async def test_readonly_changes_nothing_by_any_command_or_button(counter: Counter) -> None:
    await counter.company.say("I want to speak to a person")
    form = await counter.ask_form("reply 1")
    for text in (
        "reply 1", "note 1 x", "assign 1 me", "take 1", "hand-back 1", "status 1 closed",
        "priority 1 low", "tag 1 x", "close 1", "kb draft a: b", "kb publish x",
        "quote new Customer of acme: 24 outlets", "live whatsapp on", "stop all", "pause 1",
    ):  # fmt: skip
        card = await counter.say(text, "readonly")
        assert "Sorry, with the role “readonly”" in text_of(card), text
    sent = await counter.fill(form, "readonly", text="Hi")
    assert "Sorry, with the role" in text_of(sent)
    assert await counter.company.messages(author="staff") == []


async def test_a_member_who_left_is_a_guest(counter: Counter) -> None:
    await counter.company.execute("update staff_members set deactivated_at = now()")
    found = await counter.desk.member(counter.tenant_id, "email", "staff@acme.example")
    assert found.id is None


async def test_a_channels_id_is_a_member_once_linked(counter: Counter, rivals: Counter) -> None:
    admin = counter.staff["admin"]
    assert admin.id is not None
    await counter.desk.link(counter.tenant_id, admin.id, "slack", "T1:U1")
    assert await counter.desk.member(counter.tenant_id, "slack", "T1:U1") == admin
    assert (await counter.desk.member(rivals.tenant_id, "slack", "T1:U1")).id is None
    assert (await counter.desk.member(counter.tenant_id, "slack", "T2:U1")).id is None


async def test_a_companys_own_limit_is_in_force_at_once(counter: Counter) -> None:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        await Tenants(session, counter.tenant_id).change(
            {"desk.approval_limit": 100, "desk.staff_see_margins": True}
        )
    found = await counter.desk.member(counter.tenant_id, "email", "STAFF@acme.example")
    assert found.rights.approves_up_to == 100
    assert found.rights.sees_margins
