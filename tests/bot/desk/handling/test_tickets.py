"""Tickets from the desk: listed, changed, closed in bulk after the list was seen."""

import pytest

from bot.desk.command import Place
from bot.desk.handling.bulk import says_only_thanks
from channels.cards import Card
from domain.customers.naming import called
from domain.tenants.service import Tenants
from domain.tickets.service import NewTicket, Tickets
from tests.bot.desk.handling.conftest import Counter, pressed, text_of


async def opened(counter: Counter, *subjects: str, **more: str) -> None:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        for subject in subjects:
            new = NewTicket(subject, description=more.get("words", subject))
            ticket = await Tickets(session, counter.tenant_id).open(new)
            ticket.priority = more.get("priority", "medium")


async def test_the_inbox_shows_mine_and_nobodys(counter: Counter) -> None:
    await opened(counter, "Camera dead", "Door stuck")
    await counter.say("assign 1 me")
    assert "Camera dead" in text_of(await counter.say("inbox mine"))
    assert "Door stuck" not in text_of(await counter.say("inbox mine"))
    assert "Door stuck" in text_of(await counter.say("inbox unassigned"))
    assert "Nothing is open" in text_of(await counter.say("inbox mine", "admin"))


async def test_old_tickets_are_at_risk(counter: Counter) -> None:
    await opened(counter, "Old one", "New one")
    await counter.company.execute(
        "update tickets set created_at = now() - interval '19 hours' where subject = 'Old one'"
    )
    await counter.company.runtime.reactions.react(counter.tenant_id)
    shown = text_of(await counter.say("inbox at-risk"))
    assert "Old one" in shown
    assert "New one" not in shown


async def test_a_ticket_is_assigned_moved_and_tagged_with_its_history(counter: Counter) -> None:
    await opened(counter, "Camera dead")
    await counter.say("assign 1 Admin")
    await counter.say("priority 1 urgent")
    await counter.say("tag 1 warranty +gate")
    card = await counter.say("status 1 in progress")
    shown = text_of(card)
    assert "Assignee: Admin acme" in shown
    assert "Priority: urgent" in shown
    assert "Staff acme: assignee: — → Admin acme" in shown
    (ticket,) = await counter.company.tickets()
    assert ticket.tags == ["warranty", "gate"]
    await counter.say("tag 1 -gate")
    assert (await counter.company.tickets())[0].tags == ["warranty"]
    actor = counter.staff["staff"].actor
    assert (await counter.audited()).count((actor, "ticket.changed")) == 5


async def test_wrong_use_is_answered_privately_with_usage_and_example(counter: Counter) -> None:
    for text in ("priority", "status 1", "assign", "tag", "note", "find", "inbox theirs", "close"):
        card = await counter.say(text)
        assert card.is_private, text
        assert "Usage: /desk" in text_of(card) or "There is no ticket" in text_of(card), text
    assert "Example: /desk priority 12 urgent" in text_of(await counter.say("priority"))


async def test_a_move_that_the_state_table_forbids_is_refused(counter: Counter) -> None:
    await opened(counter, "Camera dead")
    await counter.say("status 1 closed")
    card = await counter.say("status 1 in_progress")
    assert "can become open" in text_of(card)


async def test_an_unclear_colleague_is_asked_about(counter: Counter) -> None:
    await opened(counter, "Camera dead")
    assert "say which" in text_of(await counter.say("assign 1 acme"))
    assert "no staff member" in text_of(await counter.say("assign 1 Zebedee"))


async def test_counting_in_plain_words(counter: Counter) -> None:
    await opened(counter, "One", "Two", priority="urgent")
    await opened(counter, "Three")
    answer = await counter.desk.mentioned(
        "how many urgent tickets are open?", counter.staff["readonly"]
    )
    assert isinstance(answer, Card)
    assert answer.title == "2 tickets: urgent (not finished)"


async def test_the_inbox_takes_filters_and_a_customers_name(
    counter: Counter, rivals: Counter
) -> None:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        customer = await called(session, counter.tenant_id, "Customer of acme")
        new = NewTicket("Theirs", company_id=customer.id)
        await Tickets(session, counter.tenant_id).open(new)
    await opened(counter, "Hot", priority="urgent")
    await counter.say("tag 2 warranty")
    for words in ("urgent", "tag=warranty"):
        shown = await counter.say(f"inbox {words}")
        assert shown.title == f"Open tickets, {words}: 1"
        assert "Hot" in text_of(shown)
    asked = "show me all tickets of Customer of acme"
    answer = await counter.desk.mentioned(asked, counter.staff["staff"])
    assert isinstance(answer, Card)
    assert answer.title == "Open tickets, customer=Customer of acme: 1"
    assert "Theirs" in text_of(answer)
    elsewhere = await rivals.desk.mentioned(asked, rivals.staff["staff"])
    assert isinstance(elsewhere, Card)
    assert elsewhere.is_error


async def test_a_view_is_found_by_its_beginning_and_else_told_which_there_are(
    counter: Counter,
) -> None:
    await counter.say("view share Urgent ones: urgent")
    assert (await counter.say("view urg")).title == "Urgent ones: 0"
    assert "There are “Urgent ones”." in text_of(await counter.say("view nothing"))


async def test_a_number_in_plain_words_is_a_ticket_in_a_thread_too(counter: Counter) -> None:
    await opened(counter, "Camera dead", "Door stuck")
    inside = Place(ticket=(await counter.company.tickets())[0].number)
    member = counter.staff["staff"]
    answer = await counter.desk.mentioned("assign 2 to Admin acme", member, inside)
    assert isinstance(answer, Card)
    assert "Door stuck" in answer.title
    assert "Assignee: Admin acme" in text_of(answer)


async def test_a_tickets_history_names_its_teams(counter: Counter) -> None:
    await opened(counter, "Camera dead")
    assert "staff and teams" in text_of(await counter.say("team new Field"))
    for words in ("new Field", "new Office", "give 1 Field"):
        await counter.say(f"team {words}", "admin")
    await counter.say("team give 1 Office")
    await counter.company.execute("update tickets set team_id = null")
    await counter.company.execute("delete from teams where name = 'Office'")
    shown = text_of(await counter.say("ticket 1"))
    assert "team: — → Field" in shown
    assert "team: Field → a team that is no more" in shown


async def test_a_macro_without_a_conversation_says_that_nothing_went_out(
    counter: Counter,
) -> None:
    await opened(counter, "Camera dead")
    await counter.say("macro save done: It is done. | status=resolved")
    assert "nothing went to the customer" in text_of(await counter.say("macro use done 1"))
    assert [t.status for t in await counter.company.tickets()] == ["resolved"]


async def test_what_a_ticket_waits_for_is_told_by_the_companys_clock(counter: Counter) -> None:
    await opened(counter, "Camera dead")
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        zone = {"time_zone": "Asia/Tokyo"}
        await Tenants(session, counter.tenant_id).change(zone)
    shown = text_of(await counter.say("remind 1 2027-01-04 at 9 call them"))
    assert "Reminder Mon 04 Jan 09:00 JST: call them" in shown
    assert "follow up at: — → 2027-01-04 00:00 UTC" in shown
    assert "(by Tue 05 Jan 09:00 JST)" in text_of(await counter.say("next 1 order by 5 jan 2027"))


async def test_several_are_closed_only_after_the_list_was_seen(counter: Counter) -> None:
    await opened(counter, "Thanks", words="Thank you very much, all good now!")
    await opened(counter, "Cheers", words="cheers guys")
    await opened(counter, "Real", words="Thanks, but the camera is still dead")
    asked = await counter.desk.mentioned(
        "close everything that only says thanks", counter.staff["staff"]
    )
    assert isinstance(asked, Card)
    assert "Thanks" in text_of(asked)
    assert "Real" not in text_of(asked)
    assert {t.status for t in await counter.company.tickets()} == {"open"}
    await opened(counter, "Later", words="thanks")
    button = pressed(asked, "Close 2 tickets")
    stranger = await counter.press(button, "admin")
    assert isinstance(stranger, Card)
    assert stranger.is_error
    done = await counter.press(button)
    assert isinstance(done, Card)
    assert done.title == "2 tickets closed"
    status = {t.subject: t.status for t in await counter.company.tickets()}
    assert status == {"Thanks": "closed", "Cheers": "closed", "Real": "open", "Later": "open"}
    again = await counter.press(button)
    assert isinstance(again, Card)
    assert "answered or has expired" in text_of(again)


async def test_leaving_them_leaves_them(counter: Counter) -> None:
    await opened(counter, "One", "Two")
    asked = await counter.say("close 1 2")
    await counter.press(pressed(asked, "Leave them"))
    assert {t.status for t in await counter.company.tickets()} == {"open"}
    answer = await counter.press(pressed(asked, "Close 2"))
    assert isinstance(answer, Card)
    assert answer.is_error


async def test_a_question_expires(counter: Counter) -> None:
    await opened(counter, "One", "Two")
    asked = await counter.say("close 1 2")
    await counter.company.execute("update staff_questions set expires_at = now()")
    answer = await counter.press(pressed(asked, "Close 2"))
    assert isinstance(answer, Card)
    assert answer.is_error
    assert {t.status for t in await counter.company.tickets()} == {"open"}


@pytest.mark.parametrize(
    ("text", "is_thanks"),
    [
        ("Thanks!", True),
        ("ok great, thank you so much", True),
        ("muchas gracias", True),
        ("Danke", True),
        ("thanks, when will he come?", False),
        ("thanks but the door is stuck", False),
        ("", False),
        ("no", False),
    ],
)
def test_a_thank_you_is_told_from_a_matter(text: str, is_thanks: bool) -> None:
    assert says_only_thanks(text) is is_thanks
