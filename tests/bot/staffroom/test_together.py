"""Two workspaces at once, two companies in one workspace: nothing is ever mixed up."""

import asyncio

import pytest

from bot.staffroom.workspaces import NotConnected
from channels.slack.simulator import Ack
from tests.bot.staffroom.conftest import (
    ADMIN,
    CLERK,
    ROOM,
    Office,
    failed_jobs,
    together,
    work,
)


@pytest.mark.full
async def test_two_hundred_acts_in_two_workspaces_and_three_companies_never_mix(
    office: Office, rival: Office, sister: Office
) -> None:
    offices = {"acme": office, "rival": rival}
    for name, one in (*offices.items(), ("sister", sister)):
        await one.company.say(f"the camera of {name} is dead")
    at_once = asyncio.Semaphore(50)

    async def noted(name: str, number: int) -> Ack:
        async with at_once:
            words = f"note 1 by {name} {number}"
            return await offices[name].person(ADMIN).command(words, ROOM)

    acks = await together(*(noted(name, n) for n in range(100) for name in offices))
    assert all(ack.is_good for ack in acks)
    await work(office.runtime)
    for name, one in offices.items():
        notes = await one.company.execute("select text from ticket_comments order by text")
        texts = [text for (text,) in notes]
        assert sorted(texts) == sorted(f"by {name} {n}" for n in range(100))
    seen = "\n".join(line.words for line in rival.workspace.lines)
    assert "acme" not in seen
    assert "sister" not in seen
    notes = await sister.company.execute("select count(*) from ticket_comments")
    assert notes.scalar() == 0
    assert await failed_jobs(office.runtime) == []


async def test_who_works_for_two_companies_is_asked_for_which(
    office: Office, sister: Office
) -> None:
    await office.company.say("the camera of acme is dead")
    await sister.company.say("the recorder of sister is dead")
    shown = await office.command("inbox", CLERK)
    assert "For which company?" in shown
    assert "camera of acme" not in shown
    await office.press(office.last_seen_by(), "sister Ltd")
    shown = office.last_seen_by().words
    assert "sister Ltd" in shown
    assert "recorder of sister" in shown
    assert "acme" not in shown


async def test_who_works_for_one_of_two_companies_is_not_asked(
    office: Office, sister: Office
) -> None:
    await office.company.say("the camera of acme is dead")
    assert "camera of acme" in await office.command("inbox", ADMIN)


async def test_a_room_says_for_which_company_it_is(office: Office, sister: Office) -> None:
    await office.company.say("the camera of acme is dead")
    await office.command("here", ADMIN)
    assert "camera of acme" in await office.command("inbox", CLERK, ROOM)
    assert "For which company?" in await office.command("inbox", CLERK, "COTHER")


async def test_a_button_of_one_company_does_nothing_in_anothers_workspace(
    office: Office, rival: Office
) -> None:
    await office.company.say("the camera of acme is dead")
    await office.command("inbox", ADMIN)
    stolen = office.last_seen_by(ADMIN)
    stolen.channel = ROOM
    await rival.press(stolen, "Open", ADMIN)
    assert "I do not know you" in rival.last_seen_by(ADMIN).words
    assert "camera" not in rival.last_seen_by(ADMIN).words


async def test_home_shows_every_company_of_the_person_by_name(
    office: Office, sister: Office
) -> None:
    await office.person(CLERK).open_home()
    await office.work()
    home = str(office.workspace.homes[CLERK])
    assert "acme Ltd" in home
    assert "sister Ltd" in home
    await office.person(ADMIN).open_home()
    await office.work()
    assert "sister Ltd" not in str(office.workspace.homes[ADMIN])


async def test_a_company_cannot_send_to_a_workspace_that_is_not_its_own(
    office: Office, rival: Office
) -> None:
    with pytest.raises(NotConnected):
        await office.runtime.staffroom.workspaces.open(office.tenant_id, "slack", "TRIVAL")
