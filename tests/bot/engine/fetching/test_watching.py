"""A mailbox that speaks up is polled at once; one that cannot is left to the timetable."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from bot.engine.fetching.watching import Patience, Watcher
from bot.listeners import attend
from tests.bot.engine.fetching.conftest import MailFirm


async def until_polled(firm: MailFirm, times: int = 1) -> None:
    async with asyncio.timeout(20):
        while await firm.jobs("poll") < times:
            await asyncio.to_thread(int)  # lets the others go on


@asynccontextmanager
async def attended(firm: MailFirm) -> AsyncIterator[None]:
    task = asyncio.create_task(attend(firm.runtime, look_every=0.1))
    try:
        async with asyncio.timeout(20):
            await firm.mail.is_watched.wait()
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_news_puts_a_poll_at_once_and_only_one(firm: MailFirm, rival: MailFirm) -> None:
    async with attended(firm):
        firm.hear()
        await until_polled(firm)
        await firm.poll()
        firm.hear()
        await until_polled(firm, 2)
    assert (await firm.jobs("poll"), await rival.jobs("poll")) == (2, 0)


async def test_each_account_is_under_a_lease_that_is_given_back(firm: MailFirm) -> None:
    async with attended(firm):
        pass
    async with firm.runtime.database.directory() as session:
        live = await session.scalar(
            text("select count(*) from leases where expires_at > now() and name like 'listener.a%'")
        )
    assert live == 0


async def test_a_server_that_cannot_speak_up_is_left_to_the_polls(firm: MailFirm) -> None:
    firm.mail.has_idle = False
    [polled] = await firm.runtime.fetching.roster.of_tenant(firm.tenant_id)
    watcher = Watcher(firm.runtime.database, firm.runtime.accounts, Patience(deaf=99.0))
    assert await watcher._wait_once(polled) == 99.0
    assert await firm.jobs("poll") == 0
