"""Warnings and breaches stand in the ticket's thread once, and staff are told of them together."""

from datetime import timedelta

from sqlalchemy import select

from bot.staffroom.telling import Telling
from domain.staff.notices import Notices
from domain.tickets.models import Ticket
from domain.types import utc_now
from tests.bot.staffroom.threads.conftest import PERSON_WANTED, House


async def pass_time(house: House, days: int) -> None:
    later = utc_now() + timedelta(days=days)
    for _ in range(2):
        await house.company.runtime.service_levels.watch_tenant(house.tenant_id, later)
    await house.react()


async def test_a_breach_stands_in_the_thread_once(house: House) -> None:
    await house.say(PERSON_WANTED)
    await house.react()
    await pass_time(house, 30)
    said = [line.words for line in await house.lines()]
    breaches = [words for words in said if "resolution breached (due" in words]
    assert len(breaches) == 1
    assert len([words for words in said if "resolution warned (due" in words]) == 1
    assert any("priority" in words and "The time promised has passed" in words for words in said)


async def test_several_tickets_are_told_of_in_one_card(house: House) -> None:
    await house.say(PERSON_WANTED)
    await house.company.say(PERSON_WANTED, "447700900777")
    await house.react()
    await pass_time(house, 30)
    async with house.company.runtime.database.transaction(house.tenant_id) as session:
        count = len(list(await session.scalars(select(Ticket))))
        waiting = await Notices(session, house.tenant_id).untold()
    late = [one for one in waiting if one.kind == "sla"]
    assert count == 2
    assert len(late) > count
    await Telling(house.company.runtime.database, house.workspaces).tell(house.tenant_id)
    cards = [line.words for line in house.workspace.lines if "promised times" in line.words]
    assert len(cards) == 1
    assert f"{len(late)} promised times run out" in cards[0]
