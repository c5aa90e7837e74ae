"""What staff see of a conversation in Slack: once, in order, kept up to date, whatever happens."""

import pytest

from bot.desk import tenants
from bot.engine.reacting.threads import touched
from bot.staffroom import showing
from channels.cards import Used
from channels.slack.events import Place
from channels.slack.simulator import Fault, Line
from channels.whatsapp.simulator import Fault as GraphFault
from domain.staff.threads import StaffThreads
from domain.tickets.service import NewTicket, Tickets
from tests.bot.staffroom.threads.conftest import (
    ANSWER,
    PERSON_WANTED,
    QUESTION,
    ROOM,
    House,
    Watched,
    rooms,
    together,
)


def button_titles(line: Line) -> list[str]:
    return [button["text"]["text"] for button in line.buttons]


async def test_a_hand_off_makes_a_thread_with_words_answer_and_ticket(house: House) -> None:
    await house.say(QUESTION)
    await house.say(PERSON_WANTED)
    await house.react()
    root = await house.root()
    assert "WhatsApp" in root.words
    assert "acme Ltd" in root.words
    assert "nobody yet: a person is to take it" in root.words
    assert "TKT-" in root.words
    assert button_titles(root) == ["Reply", "Take", "Hand back", "Ticket"]
    assert root.buttons[0]["style"] == "primary"
    said = [line.words for line in await house.lines()]
    places = [
        next(n for n, words in enumerate(said) if wanted in words)
        for wanted in (QUESTION, ANSWER, PERSON_WANTED, "nobody has taken it yet")
    ]
    assert places == sorted(places)
    assert any("opened on whatsapp" in words for words in said)


async def test_the_answer_shows_its_sources_confidence_and_that_it_was_sent(house: House) -> None:
    await house.say(QUESTION)
    answer = (await house.line(ANSWER)).words
    assert "Assistant · sent" in answer
    assert "Sources: Opening hours (v1)" in answer
    assert "confidence" in answer


async def test_only_the_customers_last_words_have_window_and_buttons(house: House) -> None:
    await house.say(QUESTION)
    first = await house.line(QUESTION)
    assert button_titles(first) == ["Reply", "Take"]
    assert "window closes" in first.words
    await house.say("And where are you?")
    assert button_titles(first) == []
    assert "window closes" not in first.words
    assert first.edits == 1
    assert button_titles(await house.line("And where are you?")) == ["Reply", "Take"]


async def test_nothing_new_changes_nothing(house: House) -> None:
    await house.say(QUESTION)
    before = list(house.slack.calls)
    async with house.company.runtime.database.transaction(house.tenant_id) as session:
        [conversation] = await house.company.conversations()
        await touched(session, house.tenant_id, conversation.id)
    await house.show()
    assert house.slack.calls == before


async def test_a_tenant_without_a_room_has_no_thread(house: House, rival: House) -> None:
    await rooms(house, {})
    await house.say(QUESTION)
    await house.say(PERSON_WANTED)
    assert await house.rows() == []
    assert await house.jobs() == 0
    await rival.say(QUESTION)
    assert len(rival.roots()) == 1
    assert house.roots() == []


async def test_two_companies_see_only_their_own(house: House, rival: House) -> None:
    await together(house.say(QUESTION), rival.say(PERSON_WANTED))
    assert QUESTION in "".join(line.words for line in house.workspace.lines)
    assert PERSON_WANTED not in "".join(line.words for line in house.workspace.lines)
    assert "rival Ltd" in (await rival.root()).words
    root = await house.root()
    located = await rival.located(Place(house.workspace.team, ROOM, root.ts))
    assert located is not None
    assert located.tenant_id == house.tenant_id


async def test_the_thread_leads_back_to_the_conversation(house: House) -> None:
    await house.say(QUESTION)
    [conversation] = await house.company.conversations()
    root = await house.root()
    place = Place(house.workspace.team, ROOM, root.ts)
    located = await house.located(place)
    assert located is not None
    assert located.conversation_id == conversation.id
    assert await house.threads.thread_of(house.tenant_id, conversation.id) == (ROOM, root.ts)
    assert await house.located(Place(house.workspace.team, ROOM, "1.000001")) is None
    line = await house.line(QUESTION)
    assert await house.threads.is_line(house.tenant_id, place, line.ts)
    assert await house.threads.is_line(house.tenant_id, place, root.ts)
    assert not await house.threads.is_line(house.tenant_id, place, "1.000001")


async def test_the_room_is_found_by_topic_then_channel_then_default(house: House) -> None:
    await rooms(house, {"": "CSALES", "whatsapp": ROOM, "human": "CSALES"})
    await house.company.say(QUESTION)
    await house.later()
    await house.show()
    assert len(house.roots()) == 1
    await house.company.say(PERSON_WANTED, sender="447700900002")
    await house.react()
    assert len(house.roots()) == 1
    assert len(house.roots("CSALES")) == 1


async def test_a_thread_waits_for_its_topic_but_not_for_ever(house: House) -> None:
    await rooms(house, {"whatsapp": ROOM, "human": "CSALES"})
    await house.company.hear(PERSON_WANTED)
    await house.company.take()
    await house.show()
    assert house.workspace.lines == []
    await house.later()
    await house.show()
    assert PERSON_WANTED in (await house.lines())[0].words


async def test_a_change_meanwhile_wakes_a_thread_that_waits_for_its_topic(house: House) -> None:
    await rooms(house, {"whatsapp": ROOM, "human": "CSALES"})
    await house.company.hear(PERSON_WANTED)
    pending = await house.company.take()
    await house.show()
    assert (await house.row()).next_attempt_at is not None
    [conversation_id] = pending
    await house.company.work_on_conversations()
    await house.react()
    assert conversation_id
    assert len(house.roots("CSALES")) == 1
    assert house.roots() == []


async def test_take_and_hand_back_are_told_and_shown(house: House) -> None:
    await house.say(QUESTION)
    await house.do("take")
    root = await house.root()
    assert "Maria" in root.words
    assert "Hand back" in button_titles(root)
    assert (await house.line("Maria answers now")).thread == root.ts
    await house.do("hand-back")
    assert "Take" in button_titles(root)
    assert "The bot answers again" in (await house.lines())[-1].words


async def test_a_pause_is_told(house: House) -> None:
    await house.say(QUESTION)
    await house.do("pause")
    assert "The bot is paused" in (await house.lines())[-1].words
    assert "the bot (paused)" in (await house.root()).words


async def test_a_draft_is_decided_in_its_place(house: House) -> None:
    await house.do("live whatsapp off")
    await house.company.say(QUESTION)
    await house.react()
    draft = await house.line("Draft")
    assert button_titles(draft) == ["Send", "Edit", "Reject"]
    count = len(house.workspace.lines)
    await house.press(draft, "Send")
    assert "approved by Maria · sent" in draft.words
    assert button_titles(draft) == []
    assert len(house.workspace.lines) == count


async def test_a_rejected_draft_says_so(house: House) -> None:
    await house.do("live whatsapp off")
    await house.company.say(QUESTION)
    await house.react()
    draft = await house.line("Draft")
    await house.fill(await house.press(draft, "Reject"), reason="We moved.")
    assert "rejected by Maria" in draft.words
    assert "We moved." in draft.words


async def test_a_reply_goes_from_pending_to_sent_or_taken_back_in_place(house: House) -> None:
    await house.say(QUESTION)
    card = await house.fill(await house.do("reply"), text="Come at nine.")
    line = await house.line("Come at nine.")
    assert "Maria · on its way" in line.words
    [undo] = card.buttons
    await house.use(Used(undo.action, undo.value, "UMARIA"))
    assert "taken back" in line.words
    await house.fill(await house.do("reply"), text="Come at ten.")
    await house.deliver()
    assert "Maria · sent" in (await house.line("Come at ten.")).words


async def test_a_reply_that_failed_says_why(house: House) -> None:
    await house.say(QUESTION)
    await house.fill(await house.do("reply"), text="Come at nine.")
    house.company.graph.order(GraphFault.NOT_ON_WHATSAPP)
    await house.deliver()
    line = await house.line("Come at nine.")
    assert "could not be delivered" in line.words
    assert "WhatsApp" in line.words


async def test_changes_of_a_ticket_are_lines_and_stand_in_the_root(house: House) -> None:
    await house.say(PERSON_WANTED)
    await house.do("priority urgent")
    assert "priority: medium → urgent" in (await house.line("→ urgent")).words
    assert "urgent" in (await house.root()).words
    await house.do("note The lift is broken.")
    assert len([x for x in await house.lines() if "The lift is broken." in x.words]) == 1


async def test_an_old_conversation_begins_with_its_last_twenty_lines(house: House) -> None:
    await rooms(house, {})
    for number in range(30):
        await house.company.say(f"Question {number}: when are you open?")
    await rooms(house, {"": ROOM})
    await house.say("Are you there?")
    lines = await house.lines()
    assert len(lines) == 20
    assert "Question 0:" not in "".join(line.words for line in lines)
    await house.say("Hello?")
    assert "Question 0:" not in "".join(line.words for line in await house.lines())


async def test_two_jobs_at_once_post_nothing_twice(house: House) -> None:
    await house.company.say(QUESTION)
    thread = await house.row()
    await together(*(house.threads.sync(house.tenant_id, thread.id) for _ in range(5)))
    assert len(house.workspace.lines) == 3
    assert not (await house.row()).is_due


async def test_what_comes_while_a_job_shows_is_shown_by_the_same_job(house: House) -> None:
    await house.company.say(QUESTION)
    thread = await house.row()
    shown = house.threads.sync(house.tenant_id, thread.id)
    await together(shown, house.company.say("And where are you?"))
    await house.show()
    assert len([x for x in await house.lines() if "And where are you?" in x.words]) == 1


class Killed(BaseException):
    """The process ends here."""


async def test_killed_between_post_and_record_at_most_one_line_is_doubled(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.company.say(QUESTION)
    kept = showing.Showing._keep
    calls = 0

    async def dies(self: showing.Showing, *args: object, **more: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Killed
        await kept(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(showing.Showing, "_keep", dies)
    with pytest.raises(Killed):
        await house.show()
    await house.show()
    assert len(house.workspace.lines) == 3, "another job has the lease still"
    await house.later()
    assert await house.sweep() == 1
    await house.show()
    words = [line.words for line in await house.lines()]
    assert sum(QUESTION in said for said in words) == 1
    assert sum(ANSWER in said for said in words) == 2
    assert await house.sweep() == 0


async def test_a_late_holder_overwrites_nothing(house: House) -> None:
    await house.company.say(QUESTION)
    thread = await house.row()
    async with house.company.runtime.database.transaction(house.tenant_id) as session:
        late = await StaffThreads(session, house.tenant_id).take(thread.id)
    assert late is not None
    await house.later()
    await house.show()
    root = await house.root()
    assert not await house.threads._show(house.tenant_id, late)
    assert (await house.row()).root == root.ts
    assert not (await house.row()).is_due


async def test_what_cannot_be_read_is_tried_again_more_and_more_rarely(house: House) -> None:
    runtime, strange = house.company.runtime, {"time_zone": "Nowhere/Else"}
    await tenants.change(runtime.database, runtime.accounts, house.tenant_id, strange)
    await house.say(QUESTION)
    row = await house.row()
    assert (row.attempts, row.is_due) == (1, True)
    assert row.next_attempt_at is not None
    assert await house.sweep() == 0
    usual = {"time_zone": "Europe/London"}
    await tenants.change(runtime.database, runtime.accounts, house.tenant_id, usual)
    await house.later()
    await house.show()
    assert await house.line(QUESTION)


async def test_slack_says_how_long_to_wait_and_nothing_is_lost(house: House) -> None:
    house.slack.order(Fault.RATE_LIMITED)
    await house.say(QUESTION)
    assert house.workspace.lines == []
    row = await house.row()
    assert row.next_attempt_at is not None
    assert (row.next_attempt_at - row.updated_at).total_seconds() > 6
    await house.company.say("Hello?")
    await house.show()
    assert house.workspace.lines == [], "not before its time, whoever writes meanwhile"
    await house.later()
    assert await house.sweep() == 1
    await house.show()
    assert len([x for x in await house.lines() if QUESTION in x.words]) == 1
    row = await house.row()
    assert (row.attempts, row.error, row.is_due) == (0, "", False)
    assert await house.events("thread.failed") == []


@pytest.mark.parametrize(
    "fault", [Fault.BAD_GATEWAY, Fault.SERVER_ERROR, Fault.DROP_AFTER_ACCEPTING, Fault.GARBAGE]
)
async def test_after_any_disturbance_the_thread_is_complete(house: House, fault: Fault) -> None:
    await house.say(QUESTION)
    await house.company.say("And where are you?")
    house.slack.order(fault)
    await house.show()
    await house.later()
    await house.show()
    lines = [line for line in await house.lines() if "And where are you?" in line.words]
    assert 1 <= len(lines) <= 2
    assert (await house.row()).error == ""


async def test_a_revoked_token_is_told_once_and_not_tried_without_end(house: House) -> None:
    await house.say(QUESTION)
    house.workspace.is_installed = False
    await house.say("Hello?")
    row = await house.row()
    assert "withdrawn" in row.error
    assert not row.is_due
    assert await house.sweep() == 0
    await house.say("Is anybody there?")
    [told] = await house.events("thread.failed")
    assert "withdrawn" in told.payload["error"]
    before = len(house.slack.calls)
    await house.react()
    assert len(house.slack.calls) == before, "what happens to a thread is nothing it shows"
    house.workspace.is_installed = True
    await house.say("Hello again?")
    words = "".join(line.words for line in await house.lines())
    assert "Is anybody there?" in words
    assert "Hello again?" in words
    assert (await house.row()).error == ""


async def test_a_workspace_that_was_left_is_told(house: House) -> None:
    await house.workspaces.leave(house.tenant_id, "slack", house.workspace.team)
    await house.say(QUESTION)
    assert "not connected" in (await house.row()).error
    assert len(await house.events("thread.failed")) == 1


async def test_a_room_that_cannot_be_used_is_left_when_the_rule_names_another(
    house: House,
) -> None:
    await house.say(QUESTION)
    house.workspace.joined.discard(ROOM)
    await house.say("Hello?")
    assert "not in the Slack channel" in (await house.row()).error
    await rooms(house, {"": "CSALES"})
    await house.say("Is anybody there?")
    [root] = house.roots("CSALES")
    assert len(house.workspace.thread("CSALES", root.ts)) >= 4


async def test_a_thread_stays_where_it_is_when_the_rule_changes(house: House) -> None:
    await house.say(QUESTION)
    await rooms(house, {"": "CSALES"})
    await house.say("Hello?")
    assert house.roots("CSALES") == []
    assert (await house.line("Hello?")).thread == (await house.root()).ts


async def test_a_deleted_root_begins_the_thread_anew(house: House) -> None:
    await house.say(QUESTION)
    old = await house.root()
    house.workspace.lines.remove(old)
    await house.do("take")
    root = await house.root()
    assert root.ts != old.ts
    words = [line.words for line in await house.lines()]
    assert sum(QUESTION in said for said in words) == 1
    assert await house.located(Place(house.workspace.team, ROOM, root.ts)) is not None
    assert await house.located(Place(house.workspace.team, ROOM, old.ts)) is not None


async def test_a_workspace_that_forgot_everything_gets_its_threads_again(house: House) -> None:
    await house.say(QUESTION)
    house.workspace.lines.clear()
    await house.say("Hello?")
    words = [line.words for line in await house.lines()]
    assert [sum(said in each for each in words) for said in (QUESTION, "Hello?")] == [1, 1]


async def test_a_deleted_line_is_let_go(house: House) -> None:
    await house.say(QUESTION)
    house.workspace.lines.remove(await house.line(QUESTION))
    await house.say("Hello?")
    assert len(house.roots()) == 1
    assert not [line for line in await house.lines() if QUESTION in line.words]
    assert (await house.row()).error == ""


async def test_a_long_message_is_changed_in_all_its_parts(house: House) -> None:
    await house.say("word " * 800)
    await house.company.execute(
        "update messages set text = repeat('a long mail ', 2000) where direction = 'in'"
    )
    await house.do("take")
    parts = [line for line in await house.lines() if "a long mail" in line.words]
    assert len(parts) == 1
    await house.company.execute("delete from staff_lines")
    await house.do("hand-back")
    parts = [line for line in await house.lines() if line.edits == 0 and "mail" in line.words]
    assert len(parts) > 1
    await house.say("Hello?")
    assert all(button_titles(part) == [] for part in parts)


async def test_a_ticket_without_a_conversation_is_a_thread_too(house: House) -> None:
    async with house.company.runtime.database.transaction(house.tenant_id) as session:
        tickets = Tickets(session, house.tenant_id)
        ticket = await tickets.open(NewTicket(subject="Order new batteries"), actor="staff")
    await house.react()
    root = await house.root()
    assert "Order new batteries" in root.words
    await house.do(f"priority {ticket.number} high")
    assert "priority: medium → high" in (await house.line("→ high")).words
    place = Place(house.workspace.team, ROOM, root.ts)
    located = await house.located(place)
    assert located is not None
    assert (located.ticket_id, located.ticket) == (ticket.id, ticket.number)
    assert located.conversation_id is None


async def test_jobs_are_queued_once_while_a_thread_is_due(house: House) -> None:
    await house.company.hear(QUESTION)
    await house.company.take()
    await house.company.hear("Hello?")
    await house.company.take()
    assert await house.jobs() == 1


async def test_trouble_that_lasts_is_told_and_goes_on_being_tried(house: House) -> None:
    await house.say(QUESTION)
    await house.company.say("Hello?")
    for _ in range(9):
        house.slack.order(Fault.BAD_GATEWAY)
        await house.show()
        await house.later()
    assert len(await house.events("thread.failed")) == 1
    await house.show()
    assert await house.line("Hello?")


async def test_nothing_is_open_in_the_database_while_slack_is_asked(house: House) -> None:
    house.workspace.lines = watched = Watched(house.company.runtime.database)
    await house.say(QUESTION)
    await house.do("take")
    assert len(watched) == 4
    assert set(watched.open) == {0}
