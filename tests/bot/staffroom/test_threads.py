"""Threads through the whole product: signed events, jobs, buttons, windows, two companies."""

from channels.slack.simulator import Line
from domain.tenants.service import Tenants
from tests.bot.staffroom.conftest import (
    ADMIN,
    CLERK,
    READER,
    ROOM,
    STRANGER,
    Office,
    failed_jobs,
    let_time_pass,
    together,
    work,
)

WANTED = "I want to speak to a person please"


async def shown(office: Office) -> None:
    """The company shows its conversations in the room."""
    await office.command("here", ADMIN)


def roots(office: Office, company: str) -> list[Line]:
    """What that company's threads begin with."""
    return [
        line
        for line in office.workspace.lines
        if f"{company} Ltd" in line.words
        and "Plain lines in this thread" in line.words
        and not line.thread
    ]


async def said(office: Office, words: str) -> Line:
    """The customer writes, and everything that follows is done."""
    await office.company.hear(words)
    await office.work()
    return roots(office, "acme")[-1]


async def test_from_whatsapp_to_a_thread_a_note_a_reply_with_a_file_and_back(
    office: Office,
) -> None:
    await shown(office)
    root = await said(office, WANTED)
    lines = office.workspace.thread(ROOM, root.ts)
    assert any(WANTED in line.words for line in lines)
    before = len(office.company.graph.sent)
    plan = ("plan.pdf", b"%PDF plan", "application/pdf")
    await office.person().say("Send them the plan", ROOM, root.ts, files=(plan,))
    await office.work()
    assert len(office.company.graph.sent) == before
    [note] = await office.company.messages(direction="note")
    assert note.text == "Send them the plan"
    await office.press(root, "Reply")
    view = office.workspace.open_view()
    [asked] = [b for b in view["blocks"] if b["type"] == "input" and "Files" in b["label"]["text"]]
    [option] = asked["element"]["options"]
    await office.submit({"Your reply": "Here is the plan.", "Files to send": option["value"]})
    assert len(office.company.graph.sent) == before
    await office.company.execute("update messages set next_attempt_at = null")
    await let_time_pass(office.runtime)
    await office.work()
    [sent] = office.company.graph.sent[before:]
    assert sent.body["document"]["caption"] == "Here is the plan."
    mine = [x for x in office.workspace.thread(ROOM, root.ts) if "Here is the plan." in x.words]
    assert [("Maria · sent" in line.words) for line in mine] == [True]
    await office.press(root, "Hand back")
    assert "Take" in [button["text"]["text"] for button in root.buttons]
    assert await failed_jobs(office.runtime) == []


async def test_an_edited_line_changes_its_note(office: Office) -> None:
    await shown(office)
    root = await said(office, WANTED)
    await office.person().say("The code is 4711", ROOM, root.ts)
    line = office.workspace.lines[-1]
    await office.person().event(
        {
            "type": "message",
            "subtype": "message_changed",
            "channel": ROOM,
            "channel_type": "channel",
            "message": {
                "user": CLERK,
                "text": "The code is at the gate",
                "ts": line.ts,
                "thread_ts": root.ts,
            },
            "previous_message": {"user": CLERK, "text": "The code is 4711", "ts": line.ts},
        }
    )
    await office.work()
    [note] = await office.company.messages(direction="note")
    assert note.text == "The code is at the gate"
    assert note.details["earlier"] == ["The code is 4711"]


async def test_a_strangers_line_is_no_note_and_goes_nowhere(office: Office) -> None:
    await shown(office)
    root = await said(office, WANTED)
    before = len(office.company.graph.sent)
    await office.person(STRANGER).say("Tell them hello", ROOM, root.ts)
    await office.work()
    assert await office.company.messages(direction="note") == []
    assert len(office.company.graph.sent) == before


async def test_who_may_only_look_is_told_that_the_line_was_not_kept(office: Office) -> None:
    await shown(office)
    root = await said(office, WANTED)
    await office.person(READER).say("I think it is the cable", ROOM, root.ts)
    await office.work()
    assert await office.company.messages(direction="note") == []
    told = office.last_seen_by(READER).words
    assert "not kept as a note" in told
    assert "readonly" in told


async def test_a_file_too_large_is_told_and_the_words_are_kept(office: Office) -> None:
    await shown(office)
    root = await said(office, WANTED)
    huge = ("huge.bin", bytes(25 * 1024 * 1024 + 1), "application/octet-stream")
    await office.person().say("The recording", ROOM, root.ts, files=(huge,))
    await office.work()
    assert [note.text for note in await office.company.messages(direction="note")] == [
        "The recording"
    ]
    assert "“huge.bin”: The file is larger than 25 MB" in office.last_seen_by().words


async def test_two_companies_in_one_room_keep_their_threads_and_notes_apart(
    office: Office, sister: Office
) -> None:
    for one in (office, sister):
        database, tenant_id = one.runtime.database, one.tenant_id
        async with database.transaction(tenant_id) as session:
            rooms = {"": f"{office.workspace.team}/{ROOM}"}
            await Tenants(session, tenant_id).change({"desk.rooms": rooms})
    office.runtime.accounts.forget()
    await together(
        office.company.hear("the camera of acme is dead"),
        sister.company.hear("the recorder of sister is dead"),
    )
    await work(office.runtime)
    [ours], [theirs] = roots(office, "acme"), roots(sister, "sister")
    for root, own, other in ((ours, "camera", "recorder"), (theirs, "recorder", "camera")):
        words = "".join(line.words for line in office.workspace.thread(ROOM, root.ts))
        assert own in words
        assert other not in words
    writing = [
        office.person().say(f"note {number} of {name}", ROOM, root.ts)
        for number in range(20)
        for name, root in (("acme", ours), ("sister", theirs))
    ]
    await together(*writing)
    await work(office.runtime)
    for one, name in ((office, "acme"), (sister, "sister")):
        notes = {note.text for note in await one.company.messages(direction="note")}
        assert notes == {f"note {number} of {name}" for number in range(20)}
    assert len(office.workspace.thread(ROOM, ours.ts)) == len(
        [line for line in office.workspace.lines if ours.ts in (line.ts, line.thread)]
    )


async def test_threads_of_two_workspaces_are_shown_at_once(office: Office, rival: Office) -> None:
    await together(shown(office), shown(rival))
    await together(
        office.company.hear("the camera of acme is dead"),
        rival.company.hear("the recorder of rival is dead"),
    )
    await work(office.runtime)
    assert len(roots(office, "acme")) == len(roots(rival, "rival")) == 1
    assert "recorder" not in "".join(line.words for line in office.workspace.lines)
