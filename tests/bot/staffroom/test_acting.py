"""What staff do in Slack reaches the desk, and the answer reaches them: over HTTP."""

from tests.bot.staffroom.conftest import (
    ADMIN,
    CLERK,
    READER,
    ROOM,
    STRANGER,
    Office,
    failed_jobs,
)


async def test_a_command_is_answered_to_the_one_who_gave_it(office: Office) -> None:
    await office.company.say("the camera at the gate is dead")
    shown = await office.command("inbox")
    assert "acme Ltd" in shown
    assert "TKT-" in shown
    assert office.workspace.seen_by(ADMIN) == []
    assert [line for line in office.workspace.lines if not line.only_to] == []


async def test_wrong_use_shows_the_usage_and_an_example(office: Office) -> None:
    shown = await office.command("priority 12 whenever")
    assert "There is no ticket" in shown
    shown = await office.command("inbxo")
    assert "Usage: /desk inbox" in shown
    assert "Example" in shown


async def test_a_guest_and_somebody_unknown_get_a_polite_no(office: Office) -> None:
    # Gus shows an admin's address, but is a guest of the workspace: nothing vouches for him.
    assert "I do not know you" in await office.command("inbox", STRANGER)
    office.workspace.add_person("UEVE", "Eve", email="eve@elsewhere.example")
    assert "I do not know you" in await office.command("inbox", "UEVE")
    assert not any(action == "staff.linked" for _, action in await office.audited())


async def test_rights_are_those_of_the_role(office: Office) -> None:
    assert "you cannot" in await office.command("stop all", CLERK)
    assert "you cannot" in await office.command("note 1 hello", READER)
    assert "draft-only" in await office.command("stop all", ADMIN)


async def test_a_button_opens_a_window_and_the_window_replies_to_the_customer(
    office: Office,
) -> None:
    await office.company.say("I want to talk to a person")
    await office.command("inbox")
    await office.press(office.last_seen_by(), "Open")
    before = len(office.company.graph.sent)
    await office.press(office.last_seen_by(), "Reply")
    view = office.workspace.open_view()
    assert "to WhatsApp …01" in str(view)
    assert "window closes in" in str(view)
    await office.submit({"Your reply": "Maria here, how can I help?"})
    assert "Leaves in 10 seconds" in office.last_seen_by().words
    assert len(office.company.graph.sent) == before
    await office.press(office.last_seen_by(), "Undo")
    assert "nothing was sent" in office.last_seen_by().words
    assert "Leaves in" not in office.last_seen_by().words
    assert ("conversation.reply_taken_back") in [action for _, action in await office.audited()]


async def test_plain_words_to_the_bot_are_answered_in_the_thread_below(office: Office) -> None:
    await office.company.say("the camera at the gate is dead")
    await office.person().mention("how many open tickets are there?", ROOM)
    await office.work()
    asked = next(line for line in office.workspace.lines if "how many" in line.text)
    [_, answer] = office.workspace.thread(ROOM, asked.ts)
    assert "1 ticket" in answer.words


async def test_the_home_shows_what_waits_and_its_buttons_work(office: Office) -> None:
    await office.company.say("the camera at the gate is dead")
    await office.command("assign 1 me")
    await office.person().open_home()
    await office.work()
    home = str(office.workspace.homes[CLERK])
    assert "Hello Maria" in home
    assert "camera at the gate" in home
    await office.person().press_at_home("My inbox")
    await office.work()
    assert "Your open tickets: 1" in office.workspace.last().words
    assert office.workspace.last().channel == CLERK


async def test_bulk_shows_the_list_first_and_does_only_what_was_shown(office: Office) -> None:
    await office.company.say("the camera at the gate is dead")
    await office.company.say("the recorder is broken too", "447700900002")
    shown = await office.command("close 1 2")
    assert "Close these tickets?" in shown
    assert {ticket.status for ticket in await office.company.tickets()} == {"open"}
    await office.press(office.last_seen_by(), "Close 2 tickets")
    assert {ticket.status for ticket in await office.company.tickets()} == {"closed"}


async def test_an_event_that_slack_repeats_acts_once(office: Office) -> None:
    await office.company.say("the camera at the gate is dead")
    event = {
        "type": "app_mention",
        "channel": ROOM,
        "text": "<@UTACMEBOT> note 1 seen",
        "ts": "1.1",
    }
    for _ in range(3):
        await office.person().event(event, event_id="Ev1")
        await office.work()
    notes = [action for _, action in await office.audited() if action == "ticket.noted"]
    assert len(notes) == 1
    assert await failed_jobs(office.runtime) == []


async def test_the_bot_invited_into_a_channel_offers_to_show_conversations_there(
    office: Office,
) -> None:
    await office.person(office.workspace.bot_user).event(
        {"type": "member_joined_channel", "channel": ROOM}
    )
    await office.work()
    [line] = office.workspace.lines
    assert "Hello, this is the desk" in line.words
    await office.press(line, "Show conversations here", CLERK)
    assert "you cannot" in office.last_seen_by().words
    await office.press(line, "Show conversations here", ADMIN)
    assert "Conversations are shown here now" in office.last_seen_by(ADMIN).words


async def test_an_uninstalled_app_forgets_its_token(office: Office) -> None:
    await office.person().uninstall()
    await office.work()
    assert await office.runtime.staffroom.workspaces.all(office.tenant_id) == []
    ack = await office.person().command("inbox", ROOM)
    assert "not connected" in ack.body


async def test_what_fails_on_our_side_is_told_with_a_number(office: Office) -> None:
    await office.command("help")
    await office.company.execute("update tenants set settings = '{\"desk\": 5}'")
    shown = await office.command("inbox")
    assert "Something failed on our side (problem" in shown
