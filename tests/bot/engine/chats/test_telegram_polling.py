"""Telegram asked for messages: the same conversation, and nothing lost when anything repeats."""

import asyncio
from contextlib import suppress

from bot.engine.fetching.roster import Polled
from bot.engine.fetching.watching import Patience, Watcher
from channels.telegram.simulator import Fault
from domain.tenants.cursors import Cursors
from domain.types import utc_now
from tests.bot.engine.chats.conftest import ROBIN, Firm


async def polled(firm: Firm) -> Firm:
    await firm.set(delivery="polling")
    return firm


async def cursor(firm: Firm) -> str:
    async with firm.runtime.database.transaction(firm.tenant_id) as session:
        found = await Cursors(session, firm.tenant_id).of(firm.account_id)
        return found.cursor if found else ""


async def test_what_waits_is_fetched_answered_and_confirmed(firm: Firm) -> None:
    await polled(firm)
    firm.telegram.put(firm.telegram.make.text(ROBIN, "When are you open?"))
    found = await firm.poll()
    await firm.work()
    assert (found.bodies, found.trouble) == (1, None)
    assert "9:00" in firm.telegram.texts()[0]
    assert firm.telegram.waiting == []


async def test_a_page_that_was_not_confirmed_is_taken_once(firm: Firm) -> None:
    await polled(firm)
    firm.telegram.put(firm.telegram.make.text(ROBIN, "When are you open?"))
    firm.telegram.order(Fault.NONE)
    firm.telegram.order(Fault.SERVER_ERROR)  # the request that would have confirmed it
    assert (await firm.poll()).trouble is not None
    assert len(firm.telegram.waiting) == 1
    await firm.poll()
    await firm.work()
    assert firm.telegram.waiting == []
    assert len(await firm.messages(direction="in")) == 1


async def test_ids_may_begin_anew_after_a_quiet_week(firm: Firm) -> None:
    await polled(firm)
    make = firm.telegram.make
    firm.telegram.put(make.text(ROBIN, "When are you open?"))
    await firm.poll()
    make.begin_anew(17)
    firm.telegram.put(make.text(ROBIN, "How do I reset the password of my recorder?"))
    await firm.poll()
    await firm.work()
    assert len(await firm.messages(direction="in")) == 2


async def test_more_than_a_page_comes_in_order(firm: Firm) -> None:
    await polled(firm)
    firm.telegram.put(*(firm.telegram.make.text(ROBIN, f"line {n}") for n in range(130)))
    assert (await firm.poll()).bodies == 130
    await firm.take()
    heard = [m.text for m in await firm.messages(direction="in")]
    assert heard == [f"line {n}" for n in range(130)]


async def test_the_same_update_by_webhook_and_by_polling_is_one_message(firm: Firm) -> None:
    update = firm.telegram.make.text(ROBIN, "When are you open?")
    await firm.deliver(update)
    await polled(firm)
    firm.telegram.put(update)
    await firm.poll()
    await firm.work()
    assert len(await firm.messages(direction="in")) == len(firm.telegram.sent) == 1


async def test_a_webhook_that_is_set_is_told_in_plain_words(firm: Firm) -> None:
    await polled(firm)
    firm.telegram.webhook = {"url": "https://elsewhere.example", "pending_update_count": 0}
    found = await firm.poll()
    assert found.trouble
    assert "frontdesk channel connect telegram" in found.trouble.sentence


async def test_an_account_with_a_webhook_is_not_asked(firm: Firm, rival: Firm) -> None:
    roster = firm.runtime.fetching.roster
    assert await roster.of_tenant(firm.tenant_id) == []
    await polled(firm)
    assert [one.account_id for one in await roster.of_tenant(firm.tenant_id)] == [firm.account_id]
    assert await roster.of_tenant(rival.tenant_id) == []


async def test_a_long_poll_has_news_fetched_at_once(firm: Firm) -> None:
    await polled(firm)
    await firm.poll()
    watcher = Watcher(firm.runtime.database, firm.runtime.accounts, Patience(look=0.01))
    one = Polled(firm.tenant_id, firm.account_id, utc_now())
    watching = asyncio.create_task(watcher.watch(one))
    before = await cursor(firm)
    firm.telegram.put(firm.telegram.make.text(ROBIN, "When are you open?"))
    try:
        async with asyncio.timeout(20):
            while "poll" not in await jobs(firm):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await firm.poll()
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    assert await cursor(firm) != before
    assert firm.telegram.waiting == []


async def jobs(firm: Firm) -> list[str]:
    from sqlalchemy import text

    async with firm.runtime.database.directory() as session:
        rows = await session.execute(text("select task_name from procrastinate_jobs"))
        return [name for (name,) in rows]
