"""Manners: STOP stops, how it went is asked once, nobody waits for people who have gone home."""

from datetime import timedelta

from channels.whatsapp.simulator import pressed_button
from domain.types import utc_now
from tests.bot.desk.handling.conftest import Counter, opened, text_of
from tests.bot.engine.conftest import CUSTOMER, Company, company, graph, rival, runtime
from tests.bot.engine.mailing.conftest import FIRM, Firm, firm, mail, mail_runtime

__all__ = ["company", "firm", "graph", "mail", "mail_runtime", "rival", "runtime"]


async def sent(company: Company) -> list[str]:
    """What is on its way leaves; everything that was sent since."""
    before = len(company.graph.sent)
    for message in await company.messages(state="pending"):
        await company.runtime.deliverer.deliver(company.tenant_id, message.id)
    return company.graph.texts()[before:]


async def desk_of(company: Company) -> Counter:
    return await opened(company.runtime, company, "acme")


async def test_stop_stops_on_whatsapp(company: Company, rival: Company) -> None:
    await company.say("Hello, when are you open?")
    assert await company.say("STOP") == []
    [confirmation] = await sent(company)
    assert "START" in confirmation
    assert "no more automatic" in confirmation
    assert await company.say("How do I reset the password of my recorder?") == []
    assert await company.say("Stop!") == []
    assert await sent(company) == []
    assert await rival.say("When are you open?") != []  # another company, another wish

    counter = await desk_of(company)
    [conversation] = await company.conversations()
    form = await counter.ask_form(f"reply {conversation.id} Hold the button, please.")
    assert "CAREFUL" in form.intro
    assert "STOP" in form.intro
    await counter.fill(form)
    await company.execute("update messages set next_attempt_at = null where state = 'pending'")
    assert await sent(company) == ["Hold the button, please."]

    assert await company.say("start") == []
    assert "STOP" in (await sent(company))[0]
    await counter.say(f"hand-back {conversation.id}")
    assert await company.say("When are you open?") != []


async def test_stop_stops_by_mail(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", "How do I reset the password of my recorder?")
    await firm.work()
    [answer] = anna.received
    anna.reply(answer, "Unsubscribe")
    await firm.work()
    for message in await firm.messages(state="pending"):
        await firm.runtime.deliverer.deliver(firm.tenant_id, message.id)
    assert "START" in anna.received[-1].text
    count = len(anna.received)
    anna.write(FIRM, "Another thing", "When are you open?")
    await firm.work()
    assert len(anna.received) == count


async def test_how_it_went_is_asked_once_and_a_bad_answer_reopens_through_staff(
    company: Company, rival: Company
) -> None:
    [answer] = await company.say("the camera at the gate is dead since this morning")
    [ticket] = await company.tickets()
    assert ticket.number in answer
    counter = await desk_of(company)
    await counter.say(f"status {ticket.number} resolved")
    await company.runtime.manners.pass_tenants_time(company.tenant_id, utc_now())
    assert await sent(company) == []  # not so soon
    later = utc_now() + timedelta(minutes=31)
    for tenant in (company, company, rival):
        await company.runtime.manners.pass_tenants_time(tenant.tenant_id, later)
    [question] = await sent(company)
    assert ticket.number in question
    rows = company.graph.sent[-1].body["interactive"]["action"]["sections"][0]["rows"]
    assert [row["title"].count("★") for row in rows] == [1, 2, 3, 4, 5]

    title, choice = rows[1]["title"], rows[1]["id"]
    await company.receive(pressed_button(company.number, CUSTOMER, choice, title))
    await company.work()
    assert "sorry" in (await sent(company))[0]
    await company.say("Nobody called before the visit.")
    [ticket] = await company.tickets()
    assert (ticket.satisfaction, ticket.status) == (2, "resolved")
    assert "Nobody called" in ticket.satisfaction_comment
    assert "2.0 of 5" in text_of(await counter.say("stats"))

    notices = await company.execute("select command from staff_notices where text like '%2 of 5%'")
    await counter.say(notices.scalar_one())
    [ticket] = await company.tickets()
    assert ticket.status == "open"


async def test_who_needs_a_person_by_night_is_told_when_there_is_one(company: Company) -> None:
    counter = await desk_of(company)
    assert "until" in (await counter.say("away until 3d")).title
    [answer] = await company.say("I want to talk to a person please")
    assert "Nobody is in at" in answer
    assert "we are back" in answer
    assert await company.say("anybody there?") == []
    assert await sent(company) == []
    [conversation] = await company.conversations()
    await counter.say(f"hand-back {conversation.id}")
    [answer] = await company.say("when are you open?")  # the bot goes on, day and night
    assert "9:00" in answer
    assert "Nobody is in" not in answer
    await counter.say("away off")
    [answer] = await company.say("can a person call me?")
    assert "Nobody is in" not in answer
