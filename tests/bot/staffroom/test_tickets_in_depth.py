"""Working on tickets from Slack: merged, split, put off, changed in bulk, answered by macro."""

from datetime import timedelta

from bot import queue
from bot.desk.asking.times import moment, zone
from domain.tickets.service import NewTicket, Tickets
from domain.types import utc_now
from tests.bot.staffroom.conftest import ADMIN, CLERK, ROOM, Office, let_time_pass


async def two_tickets(office: Office) -> None:
    await office.company.say("the camera at the gate is dead")
    await office.company.say("the recorder is broken", "447700900002")


async def test_a_merge_is_shown_first_then_done_and_can_be_undone(office: Office) -> None:
    await two_tickets(office)
    shown = await office.command("merge 1 into 2")
    assert "Merge TKT-" in shown
    assert "00002" in shown
    await office.press(office.last_seen_by(), "Merge")
    into = await office.command("ticket 2")
    assert "the camera at the gate" in into
    assert "00001)" in into  # its words, with where they come from
    assert "Merged into" in await office.command("ticket 1")
    assert "of its own again" in await office.command("merge undo 1")
    assert "the camera at the gate" not in await office.command("ticket 2")


async def test_plain_words_merge_and_snooze(office: Office) -> None:
    await two_tickets(office)
    await office.person().mention("merge 1 into 2", ROOM)
    await office.work()
    assert "Merge TKT-" in office.last_seen_by().words
    await office.person().mention("snooze 2 until Monday", ROOM)
    await office.work()
    assert "Snoozed until Mon" in office.workspace.last().words


async def test_a_snoozed_ticket_is_out_of_the_inbox_until_the_customer_replies(
    office: Office, rival: Office
) -> None:
    await two_tickets(office)
    await office.command("snooze 1 2d")
    assert "00001" not in await office.command("inbox")
    assert await office.runtime.reminders.remind_tenant(office.tenant_id) == 0
    await office.company.say("any news?")
    await office.work()
    await office.runtime.reminders.remind()
    assert "00001" in await office.command("inbox")
    assert await office.runtime.reminders.remind_tenant(rival.tenant_id) == 0


async def test_a_reminder_is_told_once_to_whoever_asked_for_it(office: Office) -> None:
    await two_tickets(office)
    await office.command("remind 1 2d ask for the serial number")
    await office.company.execute("update tickets set follow_up_at = now() - interval '1 minute' "
                                 "where follow_up_at is not null")  # fmt: skip
    for _ in range(2):
        await office.runtime.reminders.remind()
    await office.company.execute("update procrastinate_jobs set scheduled_at = null "
                                 "where status = 'todo'")  # fmt: skip
    await office.work()
    told = [line.words for line in office.workspace.lines if "serial number" in line.words]
    assert len([words for words in told if "to look at again" in words]) == 1


async def test_a_bulk_change_touches_only_what_was_shown(office: Office, rival: Office) -> None:
    await two_tickets(office)
    await rival.company.say("the gate camera is dead here too")
    shown = await office.command("bulk status=open: priority urgent")
    assert "2 tickets?" in shown
    await office.company.say("the scanner is broken", "447700900003")
    await office.press(office.last_seen_by(), "Change 2 tickets")
    rows = await office.company.execute(
        "select count(*) from tickets where priority = 'urgent' and number like '%-0000_'"
    )
    assert rows.scalar() == 2


async def test_a_macro_fills_in_the_reply_and_changes_the_ticket(office: Office) -> None:
    await two_tickets(office)
    await office.command("macro save hello: Hello, {number} is {status}. | tag=seen")
    assert "no variable {password}" in await office.command("macro save bad: {password}")
    await office.command("macro use hello 1")
    view = office.workspace.open_view()
    assert "00001 is open" in str(view)
    await office.submit()
    tags = await office.company.execute("select tags from tickets where number like '%-00001'")
    assert "seen" in tags.scalar()


async def test_whoever_opens_the_reply_form_is_told_who_else_is_at_it(office: Office) -> None:
    await two_tickets(office)
    await office.command("reply 1", CLERK)
    await office.command("reply 1", ADMIN)
    assert "Maria is writing a reply" in str(office.workspace.open_view())
    await office.command("reply 2", ADMIN)
    assert "Careful" not in str(office.workspace.open_view())


async def test_what_staff_promise_is_in_the_ledger_once_it_has_left(office: Office) -> None:
    await two_tickets(office)
    await office.command("reply 1")
    await office.submit({"Your reply": "I'll send it by Friday."})
    await office.work()
    assert "Nothing is promised" in await office.command("promise list")  # it can be undone
    await office.company.execute("update messages set next_attempt_at = now()")
    await let_time_pass(office.runtime)
    await office.work()
    assert "I'll send it by Friday." in await office.command("promise mine")
    assert "Promise 1 (open)" in await office.command("ticket 1")
    home = await office.runtime.staffroom.desk.home(await office.member())
    assert "I'll send it by Friday." in str(home)
    assert "kept" in await office.command("promise done 1")
    assert "Nothing is promised" in await office.command("promise list")


async def test_articles_are_suggested_beside_a_new_ticket(office: Office, rival: Office) -> None:
    await office.company.teach("Gate camera", "Reset the gate camera: hold the button at the gate.")
    await rival.company.teach("Their gate camera", "Nobody else may read of the gate camera.")
    ticket = await opened_ticket(office, "the gate camera is dead, how can I reset it?")
    await office.work()
    assert "Article (suggested" in await office.command(f"ticket {ticket}")
    rows = await office.company.execute("select count(*) from ticket_articles")
    assert rows.scalar() > 0


async def opened_ticket(office: Office, subject: str) -> str:
    async with office.runtime.database.transaction(office.tenant_id) as session:
        ticket = await Tickets(session, office.tenant_id).open(NewTicket(subject))
        await queue.put(session, "react", tenant_id=office.tenant_id)
    return ticket.number


def test_times_are_read_where_the_company_is() -> None:
    now = utc_now().replace(year=2026, month=11, day=25, hour=12, minute=0)  # a Wednesday
    london, madrid = zone("Europe/London"), zone("Europe/Madrid")
    assert moment("2d", now, london)[0] == now + timedelta(days=2)
    assert moment("until monday", now, london)[0] == now.replace(
        day=30, hour=9, second=0, microsecond=0
    )
    at, rest = moment("tomorrow 14:00 call them", now, madrid)
    assert (at, rest) == (now.replace(day=26, hour=13, second=0, microsecond=0), "call them")
    assert moment("wednesday", now, london)[0] == now.replace(
        month=12, day=2, hour=9, second=0, microsecond=0
    )
    assert moment("whenever", now, london) == (None, "whenever")
