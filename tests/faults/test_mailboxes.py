"""kill -9 while a mailbox is read: every mail is one message, and nothing is answered twice."""

import asyncio

import pytest

from channels.email.simulator import MailSimulator
from tests.bot.engine.fetching.conftest import FIRM, fields
from tests.faults.house import House, command, until

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

KILLS = 6
MAILS = 10


async def test_kills_while_mail_comes_lose_nothing_and_double_nothing(house: House) -> None:
    mail = MailSimulator()
    mail.add_account(FIRM)
    async with mail.serve():
        pairs = [f"email_settings.{key}={value}" for key, value in fields(mail, FIRM).items()]
        await asyncio.to_thread(command, house, "tenant", "set", "acme", *pairs)
        await asyncio.to_thread(command, house, "live", "email")
        people = [mail.person(f"c{n}@customer.example") for n in range(KILLS * MAILS)]
        process = house.start()
        await house.ready()
        async with asyncio.timeout(60):
            await mail.is_watched.wait()
        for kill in range(KILLS):
            for person in people[kill * MAILS : (kill + 1) * MAILS]:
                person.write(FIRM, "Hours", f"When are you open? {person.address}")
            await asyncio.sleep(0.3 * kill)
            house.kill(process)
            process = house.start()
            await house.ready()
        await until(lambda: stored(house, len(people)), 90, "every mail is a message")
        await until(lambda: everybody(mail, len(people)), 60, "everybody has an answer")
    marked = house.rows("select count(*) from messages where is_maybe_repeated")[0][0]
    twice = sum(len(person.received) > 1 for person in people)
    assert twice <= marked


async def stored(house: House, count: int) -> bool:
    query = "select count(*), count(distinct text) from messages where direction = 'in'"
    found = (await asyncio.to_thread(house.rows, query))[0]
    assert found[0] == found[1], "a mail was taken in twice"
    return bool(found[0] == count)


async def everybody(mail: MailSimulator, count: int) -> bool:
    return len({to for sent in mail.outbox for to in sent.recipients}) == count
