"""A plain line in a thread is an internal note: kept once, changed with it, never sent."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.desk.asking.rights import NOBODY, NotAllowed
from bot.staffroom.listening import WithoutFiles
from channels.slack.events import Place
from channels.slack.simulator import Fault
from domain.audit.models import AuditEntry
from domain.conversations.attachments import Attachments
from domain.conversations.models import Attachment, Message
from domain.tickets.models import TicketComment
from domain.tickets.service import NewTicket, Tickets
from tests.bot.staffroom.threads.conftest import (
    PERSON_WANTED,
    QUESTION,
    ROOM,
    House,
    rooms,
    together,
)


async def notes(house: House) -> list[Message]:
    return await house.company.messages(direction="note")


async def comments(house: House) -> list[TicketComment]:
    async with house.company.runtime.database.transaction(house.tenant_id) as session:
        query = select(TicketComment).order_by(TicketComment.created_at)
        return list(await session.scalars(query))


async def files(house: House) -> list[Attachment]:
    async with house.company.runtime.database.transaction(house.tenant_id) as session:
        return list(await session.scalars(select(Attachment).order_by(Attachment.created_at)))


@pytest.fixture
async def handed_off(house: House) -> House:
    """The customer asked for a person: there is a ticket."""
    await house.say(PERSON_WANTED)
    await house.react()
    return house


async def test_a_plain_line_becomes_a_note_on_conversation_and_ticket(handed_off: House) -> None:
    before = len(handed_off.workspace.lines)
    await handed_off.write("They paid last week, be nice.")
    [note] = await notes(handed_off)
    assert (note.text, note.staff_id) == ("They paid last week, be nice.", handed_off.maria.id)
    said = [comment for comment in await comments(handed_off) if comment.message_id == note.id]
    assert [(comment.text, comment.visibility) for comment in said] == [(note.text, "internal")]
    assert len(handed_off.workspace.lines) == before + 1, "her own line says it already"


async def test_a_plain_line_never_leaves(handed_off: House, rival: House) -> None:
    before = len(handed_off.company.graph.sent)
    for words in ("Reply: hello", "/desk reply hello", "@customer we come at nine", "send"):
        await handed_off.write(words)
    await handed_off.deliver()
    for note in await notes(handed_off):
        await handed_off.company.runtime.deliverer.deliver(handed_off.tenant_id, note.id)
    await handed_off.company.runtime.rescue.sweep_tenant(handed_off.tenant_id)
    assert len(handed_off.company.graph.sent) == before
    assert len(await notes(handed_off)) == 4
    assert await notes(rival) == []


async def test_a_line_that_slack_tells_of_five_times_is_one_note(handed_off: House) -> None:
    await together(*(handed_off.write("Once.", at="1.000001") for _ in range(5)))
    await handed_off.write("Once.", at="1.000001")
    assert len(await notes(handed_off)) == 1
    assert len([c for c in await comments(handed_off) if c.text == "Once."]) == 1


async def test_an_edit_changes_the_note_and_keeps_the_old_words(handed_off: House) -> None:
    ts = await handed_off.write("The code is 4711")
    await handed_off.write("The code is at the gate", edits=ts)
    await handed_off.write("The code is at the gate", edits=ts)
    [note] = await notes(handed_off)
    assert note.text == "The code is at the gate"
    assert note.details["earlier"] == ["The code is 4711"]
    assert note.edited_at is not None
    assert [c.text for c in await comments(handed_off) if c.message_id == note.id] == [note.text]
    async with handed_off.company.runtime.database.transaction(handed_off.tenant_id) as session:
        query = select(AuditEntry).filter_by(action="note.edited")
        [entry] = list(await session.scalars(query))
    assert entry.details == {"old": "The code is 4711"}
    assert entry.actor == f"staff:{handed_off.maria.id}"


async def test_a_line_and_its_edit_at_once_end_with_the_edit(handed_off: House) -> None:
    for number in range(10):
        ts = f"1.00000{number}"
        await together(handed_off.write("First", at=ts), handed_off.write("Second", edits=ts))
    assert {note.text for note in await notes(handed_off)} == {"Second"}


async def test_an_edit_that_comes_before_its_line_is_kept(handed_off: House) -> None:
    await handed_off.write("Second", edits="1.000001")
    await handed_off.write("First", at="1.000001")
    await handed_off.write("First", at="1.000001")
    [note] = await notes(handed_off)
    assert note.text == "Second"
    assert note.details["earlier"] == ["First"]


async def test_a_note_stays_in_the_thread_when_it_begins_anew(handed_off: House) -> None:
    await handed_off.write("They paid last week.")
    handed_off.workspace.lines.clear()
    await handed_off.do("take")
    assert "Note · Maria" in (await handed_off.line("They paid last week.")).words


async def test_who_may_not_act_leaves_no_note(house: House) -> None:
    await house.say(QUESTION)
    maria, house.maria = house.maria, replace(house.maria, id=None, rights=NOBODY)
    with pytest.raises(NotAllowed):
        await house.write("Hello")
    house.maria = maria
    assert await notes(house) == []


async def test_files_of_a_line_become_files_of_the_note(handed_off: House) -> None:
    plan = handed_off.share("plan.pdf", b"%PDF-1.7 plan", "application/pdf")
    await handed_off.write("The plan", files=(plan,))
    await handed_off.write("The plan", at="1.000001", files=(plan,))
    note, _ = await notes(handed_off)
    first, _ = await files(handed_off)
    assert (first.message_id, first.filename, first.state) == (note.id, "plan.pdf", "stored")
    async with handed_off.company.runtime.database.transaction(handed_off.tenant_id) as session:
        whole = await Attachments(session, handed_off.tenant_id).whole(first.id)
    assert whole == b"%PDF-1.7 plan"
    shared = [line for line in handed_off.workspace.lines if line.files]
    assert shared == [], "what staff put there is not put there again"


async def test_a_file_told_of_again_is_fetched_once(handed_off: House) -> None:
    plan = handed_off.share("plan.pdf", b"%PDF-1.7 plan", "application/pdf")
    for _ in range(3):
        await handed_off.write("The plan", at="1.000001", files=(plan,))
    assert len(await files(handed_off)) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("pl\u200ban\u202e.pdf", "plan.pdf"),
        (".htaccess", "htaccess"),
        ("a\x00b.pdf", "ab.pdf"),
        ("", "file.pdf"),
        ("CON", "_CON"),
    ],
)
async def test_a_hostile_name_is_made_harmless(handed_off: House, name: str, kept: str) -> None:
    await handed_off.write("", files=(handed_off.share(name, b"x", "application/pdf"),))
    [file] = await files(handed_off)
    assert file.filename == kept


async def test_a_file_too_large_is_refused_visibly(handed_off: House) -> None:
    huge = handed_off.share("huge.bin", b"x", "application/octet-stream")
    with pytest.raises(WithoutFiles, match=r"kept as a note.*25 MB"):
        await handed_off.write("Huge", files=(replace(huge, size=26 * 1024 * 1024),))
    [file] = await files(handed_off)
    assert file.state == "refused"
    assert "25 MB" in file.reason


async def test_a_file_elsewhere_is_not_fetched(handed_off: House) -> None:
    plan = handed_off.share("plan.pdf", b"x", "application/pdf")
    with pytest.raises(WithoutFiles, match="not kept by Slack"):
        await handed_off.write("Plan", files=(replace(plan, url="http://169.254.169.254/x"),))
    [file] = await files(handed_off)
    assert file.state == "refused"


async def test_a_short_disturbance_of_slack_is_waited_out(handed_off: House) -> None:
    unnamed = replace(handed_off.share("plan.pdf", b"%PDF", "application/pdf"), url="")
    handed_off.slack.order(Fault.BAD_GATEWAY)
    await handed_off.write("The plan", files=(unnamed,))
    assert [file.state for file in await files(handed_off)] == ["stored"]


async def test_a_file_that_slack_does_not_hand_out_is_told_and_fetched_with_the_next_try(
    handed_off: House,
) -> None:
    unnamed = replace(handed_off.share("plan.pdf", b"%PDF", "application/pdf"), url="")
    handed_off.slack.order(Fault.BAD_GATEWAY, 5)
    with pytest.raises(WithoutFiles, match=r"plan\.pdf"):
        await handed_off.write("The plan", at="1.000001", files=(unnamed,))
    assert len(await notes(handed_off)) == 1
    assert await files(handed_off) == []
    await handed_off.write("The plan", at="1.000001", files=(unnamed,))
    assert [file.state for file in await files(handed_off)] == ["stored"]


async def test_in_a_tickets_thread_a_line_is_a_comment(house: House) -> None:
    async with house.company.runtime.database.transaction(house.tenant_id) as session:
        tickets = Tickets(session, house.tenant_id)
        await tickets.open(NewTicket(subject="Order new batteries"), actor="staff")
    await house.react()
    before = len(house.workspace.lines)
    ts = await house.write("Ordered.")
    await house.write("Ordered.", at=ts)
    assert [comment.text for comment in await comments(house)] == ["Ordered."]
    await house.write("Ordered twice.", edits=ts)
    assert [comment.text for comment in await comments(house)] == ["Ordered twice."]
    assert len(house.workspace.lines) == before + 1


async def test_without_any_room_left_a_thread_still_hears(handed_off: House) -> None:
    await rooms(handed_off, {})
    await handed_off.write("Still here?")
    assert len(await notes(handed_off)) == 1
    root = await handed_off.root()
    assert await handed_off.located(Place(handed_off.workspace.team, ROOM, root.ts))
