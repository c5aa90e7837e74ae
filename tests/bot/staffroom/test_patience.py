"""What was cut short is not done twice; what happened is told in groups, unless muted."""

import json

from sqlalchemy import text

from channels.whatsapp.simulator.graph import Fault
from tests.bot.staffroom.conftest import ADMIN, CLERK, ROOM, Office, let_time_pass


async def kept(office: Office, words: str) -> tuple[str, str, str]:
    """The command on disk, and nothing done about it yet: kind, event and key of its job."""
    await office.person().command(words, ROOM)
    async with office.runtime.database.directory() as session:
        row = await session.scalar(
            text("delete from procrastinate_jobs where task_name = 'staff' returning args")
        )
    args = row if isinstance(row, dict) else json.loads(row)
    return args["kind"], args["event"], args["key"]


async def notes(office: Office) -> int:
    counted = await office.company.execute("select count(*) from ticket_comments")
    return int(counted.scalar())


async def test_a_command_that_was_cut_short_is_not_done_twice_blindly(office: Office) -> None:
    await office.company.say("the camera at the gate is dead")
    job = await kept(office, "note 1 seen")
    await office.runtime.staffroom.act(*job)
    await office.runtime.staffroom.act(*job)  # as a stalled job of a dead worker is
    shown = office.last_seen_by()
    assert "I was interrupted" in shown.words
    assert await notes(office) == 1
    await office.press(shown, "Do it again")
    assert await notes(office) == 2


async def test_a_command_that_only_looks_is_simply_done_again(office: Office) -> None:
    job = await kept(office, "inbox")
    await office.runtime.staffroom.act(*job)
    await office.runtime.staffroom.act(*job)
    shown = [line.words for line in office.workspace.seen_by(CLERK)]
    assert len(shown) == 2
    assert all("Open tickets: 0" in words for words in shown)


async def test_notices_come_grouped_to_the_one_they_concern_unless_muted(office: Office) -> None:
    await office.command("here", ADMIN)
    for number in range(3):
        await office.company.say("I want to talk to a person", f"44770090020{number}")
    await office.work()
    await let_time_pass(office.runtime)
    await office.work()
    told = [line for line in office.workspace.lines if "need a person" in line.words]
    assert [line.channel for line in told] == [ROOM]
    assert "3 conversations need a person" in told[0].words
    await let_time_pass(office.runtime)
    await office.work()
    assert len([x for x in office.workspace.lines if "need a person" in x.words]) == 1


async def test_a_failed_reply_is_told_to_its_author_who_may_mute_that(office: Office) -> None:
    await office.company.say("the camera at the gate is dead")
    for is_muted in (False, True):
        if is_muted:
            await office.command("mute failures")
        office.workspace.views.clear()
        await office.command("reply 1")
        office.company.graph.order(Fault.WINDOW_CLOSED)
        await office.submit({"Your reply": f"Hello {is_muted}"})
        await office.company.execute("update messages set next_attempt_at = now()")
        for _ in range(2):
            await let_time_pass(office.runtime)
            await office.work()
        told = [x for x in office.workspace.lines if "could not be delivered" in x.words]
        direct = [line for line in told if line.channel == CLERK]
        assert len(direct) == 1
