"""STOP, START and answers to surveys as they come in, whoever answers the conversation."""

from datetime import timedelta

import pytest

from bot.desk import tenants
from bot.desk.conversations import hand_back, reply, take_over
from channels.whatsapp.simulator import pressed_button
from domain.conversations.outbox import Outbox
from domain.customers.optouts import OptedOut
from domain.tickets.service import Tickets
from domain.types import utc_now
from tests.bot.engine.conftest import CUSTOMER, OTHER, Company, company, graph, rival, runtime

__all__ = ["company", "graph", "rival", "runtime"]


async def delivered(company: Company) -> list[str]:
    before = len(company.graph.sent)
    for message in await company.messages(state="pending"):
        await company.runtime.deliverer.deliver(company.tenant_id, message.id)
    return company.graph.texts()[before:]


async def resolved(company: Company, words: str = "the camera at the gate is dead") -> str:
    await company.say(words)
    ticket = (await company.tickets())[-1]
    async with company.runtime.database.transaction(company.tenant_id) as session:
        await Tickets(session, company.tenant_id).change(
            ticket.number, {"status": "resolved"}, actor="staff", why=""
        )
    return ticket.number


async def ask(company: Company, minutes: float = 31) -> list[str]:
    later = utc_now() + timedelta(minutes=minutes)
    await company.runtime.manners.pass_tenants_time(company.tenant_id, later)
    return await delivered(company)


async def opted_out(company: Company) -> list[tuple[str, str, str]]:
    rows = await company.execute(
        "select channel, address, source from opt_outs where ended_at is null"
    )
    return [tuple(row) for row in rows]


async def test_stop_is_kept_with_channel_address_and_source(
    company: Company, rival: Company
) -> None:
    await company.say("STOP")
    assert await opted_out(company) == [("whatsapp", CUSTOMER, "customer")]
    assert await opted_out(rival) == []
    [message] = await company.messages(direction="in")
    assert (message.outcome, message.outcome_reason) == ("attached", "opted_out")
    rows = await company.execute("select text from staff_notices")
    assert CUSTOMER in rows.scalar_one()


async def test_stop_is_heard_while_the_bot_is_off_and_while_a_person_answers(
    company: Company,
) -> None:
    database = company.runtime.database
    await tenants.change(
        database, company.runtime.accounts, company.tenant_id, {"features.bot": False}
    )
    await company.say("STOP")
    await tenants.change(
        database, company.runtime.accounts, company.tenant_id, {"features.bot": True}
    )
    await company.say("Hello?", OTHER)
    for conversation in await company.conversations():
        await take_over(database, company.tenant_id, conversation.id, None)
    await company.say("unsubscribe", OTHER)
    assert len(await opted_out(company)) == 2


async def test_stop_that_answers_our_question_is_an_answer(company: Company) -> None:
    await company.say("STOP the thing")
    await company.execute("update conversations set open_question = 'Stop or go on?'")
    await company.say("stop")
    assert await opted_out(company) == []
    [conversation] = await company.conversations()
    await reply(
        company.runtime.database, company.tenant_id, conversation.id, None, "Shall we stop?"
    )
    await delivered(company)
    await company.execute("update conversations set open_question = ''")
    await company.say("Stop")
    assert await opted_out(company) == []


async def test_staff_are_refused_until_they_say_that_they_know(company: Company) -> None:
    await company.say("STOP")
    [conversation] = await company.conversations()
    database, tenant_id = company.runtime.database, company.tenant_id
    with pytest.raises(OptedOut):
        await reply(database, tenant_id, conversation.id, None, "Buy now!")
    assert (await company.conversations())[0].owner == "bot"


async def test_a_draft_from_before_is_not_sent_after_a_stop(company: Company) -> None:
    database, tenant_id = company.runtime.database, company.tenant_id
    await tenants.go_live(database, company.runtime.accounts, tenant_id, "whatsapp", "draft_only")
    await company.say("When are you open?")
    await company.say("STOP")
    drafts = await company.messages(state="draft")
    assert [draft.details.get("notice") for draft in drafts] == [None, "opt_out"]
    with pytest.raises(OptedOut):
        async with database.transaction(tenant_id) as session:
            await Outbox(session, tenant_id).approve(drafts[0].id, None, None)
    async with database.transaction(tenant_id) as session:
        await Outbox(session, tenant_id).approve(drafts[1].id, None, None)
    assert len(await delivered(company)) == 1


async def test_a_pending_automatic_message_is_dropped_without_a_fuss(company: Company) -> None:
    await resolved(company)
    later = utc_now() + timedelta(minutes=31)
    await company.runtime.manners.pass_tenants_time(company.tenant_id, later)
    await company.say("STOP")
    sent = await delivered(company)
    assert len(sent) == 1
    assert "START" in sent[0]
    [question] = [m for m in await company.messages() if m.details.get("notice") == "survey"]
    assert question.state == "cancelled"
    assert len(await company.tickets()) == 1


async def test_an_opted_out_customer_who_writes_is_told_to_staff_once_a_day(
    company: Company,
) -> None:
    await company.say("STOP")
    for words in ("When are you open?", "And on Sundays?"):
        assert await company.say(words) == []
    rows = await company.execute("select text from staff_notices where kind = 'hand-offs'")
    assert len(rows.all()) == 1


@pytest.mark.parametrize("words", ["5", "five", "⭐⭐⭐⭐⭐", "5/5", "very good"])
async def test_a_typed_score_is_kept_and_reopens_nothing(company: Company, words: str) -> None:
    await resolved(company)
    assert len(await ask(company)) == 1
    assert await company.say(words) == []
    [ticket] = await company.tickets()
    assert (ticket.status, ticket.satisfaction) == ("resolved", 5)
    assert await company.runtime.reactions.react(company.tenant_id) == 0
    [conversation] = await company.conversations()
    assert conversation.last_author == "bot"
    assert len(await delivered(company)) == 1
    assert await ask(company) == []


async def test_a_score_goes_to_the_survey_only_when_it_was_the_last_that_was_said(
    company: Company,
) -> None:
    await resolved(company)
    await ask(company)
    await company.say("When are you open?")
    await company.say("5")
    [ticket] = await company.tickets()
    assert ticket.satisfaction is None


async def test_a_question_after_the_score_is_answered_and_no_remark(company: Company) -> None:
    await resolved(company)
    await ask(company)
    await company.say("4")
    await delivered(company)
    [answer] = await company.say("How do I reset the password of my recorder?")
    assert "reset button" in answer
    [ticket] = await company.tickets()
    assert (ticket.satisfaction, ticket.satisfaction_comment) == (4, "")


async def test_a_new_problem_instead_of_a_score_is_a_problem(company: Company) -> None:
    number = await resolved(company)
    await ask(company)
    [answer] = await company.say("it is broken again, the camera does not work")
    assert number in answer or len(await company.tickets()) == 2


async def test_a_button_of_another_conversations_survey_rates_nothing(company: Company) -> None:
    await resolved(company)
    await ask(company)
    rows = company.graph.sent[-1].body["interactive"]["action"]["sections"][0]["rows"]
    await company.receive(pressed_button(company.number, OTHER, rows[0]["id"], "1"))
    await company.work()
    assert [ticket.satisfaction for ticket in await company.tickets() if ticket.satisfaction] == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("update tickets set tags = '{spam}'", "not_a_customers"),
        ("update conversations set last_inbound_at = now() - interval '2 days'", "window_closed"),
        (
            "insert into opt_outs (id, tenant_id, channel, address, source, words, ended_by,"
            " created_at) select gen_random_uuid(), tenant_id, channel, hint, 'customer', '', '',"
            " now() from conversations",
            "opted_out",
        ),
    ],
)
async def test_who_is_not_asked_is_never_asked(company: Company, change: str, reason: str) -> None:
    await resolved(company)
    await company.execute(change)
    assert await ask(company) == []
    rows = await company.execute("select state, reason from satisfaction_surveys")
    assert [tuple(row) for row in rows] == [("skipped", reason)]


@pytest.mark.parametrize("status", ["open", "cancelled"])
async def test_a_ticket_that_is_not_resolved_any_more_is_not_asked_about(
    company: Company, status: str
) -> None:
    number = await resolved(company)
    async with company.runtime.database.transaction(company.tenant_id) as session:
        tickets = Tickets(session, company.tenant_id)
        await tickets.change(number, {"status": "open"}, actor="staff", why="")
        if status != "open":
            await tickets.change(number, {"status": status}, actor="staff", why="")
    assert await ask(company) == []


async def test_a_customer_is_asked_once_in_a_month(company: Company) -> None:
    await resolved(company)
    assert len(await ask(company)) == 1
    await company.say("5")
    await delivered(company)
    await resolved(company, "now the recorder at the office is broken")
    assert await ask(company, minutes=40) == []


async def test_nobody_is_asked_while_another_ticket_of_theirs_is_open(company: Company) -> None:
    await resolved(company)
    await company.execute("update conversations set ticket_id = null")
    await company.say("the recorder at the office is broken too")
    assert len(await company.tickets()) == 2
    assert await ask(company) == []


async def test_what_is_said_with_a_person_is_closed_at_hand_back(company: Company) -> None:
    database, tenant_id = company.runtime.database, company.tenant_id
    await company.say("can I talk to a person please")
    [conversation] = await company.conversations()
    assert await company.say("How do I reset the password of my recorder?") == []
    await hand_back(database, tenant_id, conversation.id, None)
    await company.work_on_conversations()
    assert await delivered(company) == []
    [answer] = await company.say("When are you open?")
    assert "9:00" in answer
    assert "reset button" not in answer
