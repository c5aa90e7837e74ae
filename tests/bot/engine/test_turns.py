"""One turn: read, think, write all or nothing."""

import asyncio
from datetime import timedelta
from uuid import UUID

from bot.desk.tenants import change, go_live
from bot.model.turns import HandOff, HandOffReason, Reply, Step, TurnContext, TurnResult
from channels.whatsapp.simulator import echo, incoming, pressed_button
from domain.conversations.turns import Turns
from tests.bot.engine.conftest import CUSTOMER, OTHER, Company


class Scripted:
    """An agent that says what the test tells it, after the test let it."""

    name = "scripted"

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.contexts: list[TurnContext] = []
        self.started = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def think(self, context: TurnContext) -> TurnResult:
        self.contexts.append(context)
        self.started.set()
        await self.may_go_on.wait()
        words = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return TurnResult((Reply(words),), agent=self.name, step=Step.MODEL, language="en")


def hired(company: Company, agent: object) -> None:
    company.runtime.turns._agent = agent  # type: ignore[assignment]


async def test_a_question_is_answered_with_its_source(company: Company) -> None:
    [answer] = await company.say("How do I reset the password of my recorder?")
    assert "hold the reset button for ten seconds" in answer
    [reply] = await company.messages(direction="out")
    assert reply.details["citations"][0]["title"] == "Resetting the password of a recorder"
    assert reply.state == "sent"
    assert [m.outcome for m in await company.messages(direction="in")] == ["answered"]


async def test_the_first_answer_says_that_it_is_automatic_and_the_second_does_not(
    company: Company,
) -> None:
    [first] = await company.say("When are you open?")
    [second] = await company.say("How do I reset the password of my recorder?")
    assert "automated assistant of acme Ltd" in first
    assert "automated assistant" not in second


async def test_a_problem_becomes_a_ticket_with_a_number(company: Company) -> None:
    [answer] = await company.say("the camera at the gate is dead since this morning")
    [ticket] = await company.tickets()
    assert ticket.number in answer
    assert ticket.priority in ("high", "urgent")
    assert ticket.number.startswith("TKT-")


async def test_a_burst_is_one_turn(company: Company) -> None:
    for words in ("hello", "one question", "when are you open?"):
        await company.hear(words)
    await company.work()
    assert len(await company.messages(direction="out")) == 1


async def test_two_jobs_at_once_answer_once(company: Company) -> None:
    await company.hear("when are you open?")
    [conversation] = await company.take()
    run = company.runtime.turns.run
    await asyncio.gather(*(run(company.tenant_id, conversation, timedelta(0)) for _ in range(8)))
    assert len(company.graph.sent) == 1


async def test_a_message_that_comes_while_thinking_is_answered_with_the_first(
    company: Company,
) -> None:
    agent = Scripted("too early", "to both")
    hired(company, agent)
    agent.may_go_on.clear()
    await company.hear("24 outlets please")
    working = asyncio.create_task(company.work())
    await agent.started.wait()
    await company.hear("no, 30")
    await company.take()
    agent.may_go_on.set()
    await working
    assert [t.split("\n")[0] for t in company.graph.texts()] == ["to both"]
    assert [m.text for m in agent.contexts[-1].messages] == ["24 outlets please", "no, 30"]


async def test_who_writes_without_end_is_answered_after_the_third_try(company: Company) -> None:
    class Interrupted(Scripted):
        async def think(self, context: TurnContext) -> TurnResult:
            if len(self.contexts) < 5:
                await company.hear(f"and another thing {len(self.contexts)}")
                await company.take()
            return await super().think(context)

    agent = Interrupted("here you are")
    hired(company, agent)
    await company.say("first")
    assert len(agent.contexts) == 3
    assert len(company.graph.sent) == 1
    assert "turn" in await company.jobs()


async def test_a_person_who_took_over_is_never_talked_over(company: Company) -> None:
    agent = Scripted("the bot's answer")
    hired(company, agent)
    agent.may_go_on.clear()
    await company.hear("when are you open?")
    working = asyncio.create_task(company.work())
    await agent.started.wait()
    await company.receive(echo(company.number, CUSTOMER, "Hi, Sam here, nine to five."))
    await company.take()
    agent.may_go_on.set()
    await working
    assert company.graph.sent == []
    assert await company.say("thanks, and on Saturday?") == []
    [conversation] = await company.conversations()
    assert conversation.owner == "staff"
    outcomes = {m.outcome for m in await company.messages(direction="in")}
    assert outcomes == {"attached"}


async def test_what_the_phone_app_wrote_joins_the_customers_thread(company: Company) -> None:
    await company.say("when are you open?")
    await company.receive(echo(company.number, CUSTOMER, "Sam here"))
    await company.take()
    assert len(await company.conversations()) == 1
    assert [m.text for m in await company.messages(author="staff")] == ["Sam here"]


async def test_a_wish_for_a_person_hands_over_and_the_bot_stays_silent(company: Company) -> None:
    await company.say("I want to talk to a human")
    [conversation] = await company.conversations()
    assert conversation.owner == "staff"
    assert await company.say("hello?") == []
    assert len(await company.tickets()) == 1


async def test_draft_only_sends_nothing_before_a_person_approves(company: Company) -> None:
    runtime = company.runtime
    await go_live(runtime.database, runtime.accounts, company.tenant_id, "whatsapp", "draft_only")
    assert await company.say("when are you open?") == []
    [draft] = await company.messages(direction="out")
    assert draft.state == "draft"

    from bot.desk.drafts import approve

    await approve(runtime.database, runtime.deliverer, company.tenant_id, draft.id)
    assert "Monday to Friday" in company.graph.texts()[0]


async def test_a_rejected_draft_never_leaves(company: Company) -> None:
    from bot.desk.drafts import reject

    runtime = company.runtime
    await go_live(runtime.database, runtime.accounts, company.tenant_id, "whatsapp", "draft_only")
    await company.say("when are you open?")
    [draft] = await company.messages(direction="out")
    await reject(runtime.database, company.tenant_id, draft.id, "Wrong tone.")
    await runtime.deliverer.deliver(company.tenant_id, draft.id)
    assert company.graph.sent == []


async def test_an_old_message_is_stored_and_not_answered(company: Company) -> None:
    assert await company.say("when are you open?", timestamp="1790000000") == []
    [message] = await company.messages(direction="in")
    assert message.outcome == "attached"
    assert message.outcome_reason == "older_than_24_hours"


async def test_the_bot_switched_off_answers_nothing_but_keeps_everything(company: Company) -> None:
    runtime = company.runtime
    off = {"features.bot": "false"}
    await change(runtime.database, runtime.accounts, company.tenant_id, off)
    assert await company.say("when are you open?") == []
    assert len(await company.messages(direction="in")) == 1


async def test_an_agent_that_fails_ends_in_an_honest_answer_and_a_ticket(company: Company) -> None:
    class Broken:
        name = "broken"

        async def think(self, context: TurnContext) -> TurnResult:
            raise RuntimeError("out of order")

    hired(company, Broken())
    [answer] = await company.say("when are you open?")
    assert "colleague" in answer
    assert len(await company.tickets()) == 1


async def test_a_turn_remembers_what_it_used(company: Company) -> None:
    await company.say("How do I reset the password of my recorder?")
    row = (
        await company.execute(
            "select step, intent, articles, knowledge_revision, actions from turns"
        )
    ).one()
    assert row.step == "extractive"
    assert row.intent == "question"
    assert row.articles[0]["version"] == 1
    assert row.knowledge_revision == 2
    assert row.actions[0]["action"] == "Reply"


async def test_an_article_published_just_now_is_found(company: Company) -> None:
    await company.say("when are you open?")
    await company.teach("Parking", "There are six parking spaces behind the depot in Mill Lane.")
    [answer] = await company.say("where can I park at your depot?")
    assert "Mill Lane" in answer


async def test_two_customers_have_two_conversations(company: Company) -> None:
    await company.say("when are you open?")
    await company.say("when are you open?", sender=OTHER)
    assert len(await company.conversations()) == 2


async def test_image_and_audio_at_once_make_one_conversation(company: Company) -> None:
    image = company.graph.add_media(b"\x89PNG", "image/png")
    audio = company.graph.add_media(b"OggS", "audio/ogg")
    from channels.whatsapp.simulator import incoming_media

    await asyncio.gather(
        company.receive(incoming_media(company.number, CUSTOMER, "image", image)),
        company.receive(incoming_media(company.number, CUSTOMER, "audio", audio)),
    )
    await asyncio.gather(company.take(), company.take())
    assert len(await company.conversations()) == 1
    assert (await company.execute("select count(*) from people")).scalar() == 1


async def test_a_file_is_fetched_and_stored_in_pieces(company: Company) -> None:
    from channels.whatsapp.simulator import incoming_media

    content = b"x" * (2 * 1024 * 1024 + 5)
    media = company.graph.add_media(content, "image/png")
    await company.receive(incoming_media(company.number, CUSTOMER, "image", media))
    await company.take()
    attachment_id: UUID = (await company.execute("select id from attachments")).scalar()
    await company.runtime.media.fetch(company.tenant_id, attachment_id)
    row = (await company.execute("select state, size from attachments")).one()
    assert tuple(row) == ("stored", len(content))
    assert (await company.execute("select count(*) from attachment_chunks")).scalar() == 3


async def test_a_reaction_wakes_nobody(company: Company) -> None:
    await company.say("when are you open?")
    reaction = {"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}}
    await company.receive(incoming(company.number, CUSTOMER, reaction))
    assert await company.take() == frozenset()


async def test_a_button_is_an_answer(company: Company) -> None:
    agent = Scripted("ok")
    hired(company, agent)
    await company.receive(pressed_button(company.number, CUSTOMER, "article:1", "Opening hours"))
    await company.work()
    assert agent.contexts[0].messages[0].choice == "article:1"


async def test_another_tenants_conversations_stay_unseen(company: Company, rival: Company) -> None:
    await company.say("when are you open?")
    assert await rival.messages() == []
    [conversation] = await company.conversations()
    async with rival.runtime.database.transaction(rival.tenant_id) as session:
        assert await Turns(session, rival.tenant_id).lease(conversation.id, timedelta(0)) is None


async def test_missing_knowledge_leaves_the_bot_able_to_answer_the_next_question(
    company: Company,
) -> None:
    class Unknowing(Scripted):
        async def think(self, context: TurnContext) -> TurnResult:
            hand_off = HandOff(HandOffReason.MISSING_KNOWLEDGE, "unknown", "I will ask.")
            return TurnResult((hand_off,), agent="x", step=Step.MODEL)

    hired(company, Unknowing(""))
    await company.say("do you sell tulips?")
    [conversation] = await company.conversations()
    assert conversation.owner == "bot"
