"""A mailbox is read into the ledger without loss and without repeats, whatever happens."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from bot.engine.fetching.poller import Poll
from bot.runtime import Runtime
from channels.email.simulator import Fault, MailSimulator
from tests.bot.engine.fetching.conftest import FIRM, MailFirm, founded

LONG_AGO = datetime.now(UTC) - timedelta(days=60)


class Killed(BaseException):
    """As kill -9 would: nothing that handles errors handles it."""


async def test_new_mail_is_on_disk_with_its_cursor_and_a_job(
    firm: MailFirm, rival: MailFirm
) -> None:
    firm.hear(3)
    before = await firm.cursor()
    assert await firm.poll() == Poll(bodies=3)
    after = await firm.cursor()
    assert after.version > before.version
    assert len(await firm.events(state="waiting")) == 3
    assert await firm.jobs("take") >= 1
    assert all("\\Seen" in mail.flags for mail in firm.box.inbox.mails)
    assert await rival.events() == []


async def test_nothing_is_fetched_twice(firm: MailFirm) -> None:
    firm.hear(2)
    await firm.poll()
    assert await firm.poll() == Poll()
    assert len(await firm.events()) == 2


async def test_a_question_by_mail_is_answered_once(firm: MailFirm, rival: MailFirm) -> None:
    firm.hear()
    await firm.poll()
    await firm.work()
    await firm.poll()
    await firm.work()
    assert len(firm.anna.received) == 1
    assert await rival.messages() == []


async def test_connecting_a_mailbox_with_ten_thousand_old_mails_sends_nothing(
    runtime: Runtime, mail: MailSimulator, rival: MailFirm
) -> None:
    firm = await founded(runtime, mail, "old", "old@firm.example")
    template = firm.anna.write(firm.address, "Old", "When are you open?", at=LONG_AGO).as_bytes()
    for number in range(9_999):
        firm.box.inbox.add(template.replace(b"<", b"<%d" % number, 1), LONG_AGO)
    await firm.poll()
    await firm.work()
    assert await firm.events() == []
    firm.hear()
    await firm.poll()
    assert len(await firm.events()) == 1
    assert mail.outbox == []


async def test_history_that_is_asked_for_is_stored_and_never_answered(
    runtime: Runtime, mail: MailSimulator, rival: MailFirm
) -> None:
    firm = await founded(runtime, mail, "old", "old@firm.example")
    firm.hear(120, at=LONG_AGO)
    assert (await firm.poll(since=LONG_AGO.date())).bodies == 120
    await firm.work()
    stored = await firm.messages()
    assert len(stored) == 120
    assert {message.outcome_reason for message in stored} == {"history"}
    assert mail.outbox == []


async def test_two_pollers_at_once_make_no_duplicate_and_lose_nothing(
    firm: MailFirm, rival: MailFirm
) -> None:
    firm.hear(120)
    await asyncio.gather(*(firm.poll() for _ in range(4)))
    await firm.poll()
    assert len(await firm.events()) == 120


async def test_two_pollers_that_both_believe_to_hold_the_lease_do_no_harm(
    firm: MailFirm,
) -> None:
    firm.hear(120)

    async def without_lease() -> Poll:
        await firm.execute("update channel_cursors set leased_until = null")
        return await firm.poll()

    polls = await asyncio.gather(without_lease(), without_lease(), without_lease())
    await firm.poll()
    await firm.work()
    assert any(poll.is_busy for poll in polls)
    assert len(await firm.events()) == 120
    assert len(await firm.messages(direction="in")) == 120


async def test_whoever_finds_an_account_being_read_has_it_read_again(firm: MailFirm) -> None:
    await firm.execute("update channel_cursors set leased_until = now() + interval '1 minute'")
    assert (await firm.poll()).is_busy
    assert (await firm.cursor()).next_poll_at is not None


@pytest.mark.parametrize("point", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 7))
async def test_a_poller_killed_at_a_commit_loses_nothing_and_repeats_nothing(
    firm: MailFirm, rival: MailFirm, number: int, point: str
) -> None:
    firm.hear(110)
    engine = firm.runtime.database.engine.sync_engine
    commits = 0

    # What is begun next is what comes after a commit.
    hook, last = ("commit", number) if point == "before" else ("begin", number + 1)

    def die(_: object) -> None:
        nonlocal commits
        commits += 1
        if commits == last:
            raise Killed

    event.listen(engine, hook, die)
    with contextlib.suppress(Killed):
        await firm.poll()
    event.remove(engine, hook, die)
    await firm.execute("update channel_cursors set leased_until = now() - interval '1 second'")
    await firm.poll()
    await firm.work()
    assert len(await firm.events()) == 110
    assert len(await firm.messages(direction="in")) == 110
    assert len(firm.anna.received) <= 110


async def test_a_mailbox_numbered_anew_in_the_middle_loses_and_repeats_nothing(
    firm: MailFirm, rival: MailFirm
) -> None:
    firm.hear(60)
    firm.mail.order(Fault.DROP_DURING_FETCH)
    await firm.poll()
    firm.box.inbox.renumber()
    firm.hear(10)
    await firm.poll()
    await firm.poll()
    await firm.work()
    assert len(await firm.messages(direction="in")) == 70


async def test_a_mail_delivered_six_times_is_one_message_and_one_answer(firm: MailFirm) -> None:
    raw = firm.anna.write(FIRM, "Hours", "When are you open?").as_bytes()
    for _ in range(5):
        firm.mail.arrive(firm.anna.address, FIRM, raw)
        await firm.poll()
        await firm.work()
    assert len(await firm.messages(direction="in")) == 1
    assert len(firm.anna.received) == 1


async def test_an_account_that_is_switched_off_is_not_read(firm: MailFirm) -> None:
    await firm.execute("update channel_accounts set is_enabled = false")
    firm.runtime.accounts.forget()
    firm.hear()
    assert await firm.poll() == Poll()
    assert await firm.runtime.fetching.roster.put_due() == 0
