"""Trouble with a mailbox: tried again ever more seldom, told once, and told when it is over."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.fetching.pauses import trouble
from channels.email.simulator import Fault
from channels.messages import Permanent, Temporary
from domain.types import utc_now
from tests.bot.engine.fetching.conftest import MailFirm

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 1), (1, 2), (2, 5), (3, 15), (4, 60), (5, 60), (99, 60)]
)
def test_a_temporary_error_is_tried_again_ever_more_seldom(failures: int, minutes: int) -> None:
    found = trouble(Temporary("The line is busy."), failures, NOW)
    assert found.again_at - NOW == timedelta(minutes=minutes)


def test_a_provider_that_says_when_to_come_again_is_believed_within_reason() -> None:
    wish = trouble(Temporary("Later.", retry_after=600), 0, NOW)
    assert wish.again_at - NOW == timedelta(minutes=10)
    endless = trouble(Temporary("Later.", retry_after=10**9), 0, NOW)
    assert endless.again_at - NOW == timedelta(hours=6)


def test_what_a_person_must_mend_is_told_at_once_and_tried_every_half_hour() -> None:
    found = trouble(Permanent("The password is wrong."), 0, NOW)
    assert found.is_worth_telling
    assert found.again_at - NOW == timedelta(minutes=30)


def test_one_lost_connection_is_nothing_to_tell_and_three_in_a_row_are() -> None:
    told = [trouble(Temporary("Lost."), before, NOW).is_worth_telling for before in range(3)]
    assert told == [False, False, True]


async def test_a_refused_login_is_told_once_and_its_end_too(
    firm: MailFirm, rival: MailFirm
) -> None:
    firm.mail.order(Fault.REFUSE_LOGIN, 3)
    for _ in range(3):
        await firm.poll()
        await firm.work()
    [told] = await firm.notices()
    assert "help@firm.example" in told
    assert "email_settings.password" in told
    row = await firm.cursor()
    assert (row.failures, row.is_permanent) == (3, True)
    assert row.next_poll_at
    assert row.next_poll_at > utc_now() + timedelta(minutes=25)
    firm.hear()
    await firm.poll()
    await firm.work()
    assert [notice.split(":")[0] for notice in await firm.notices()][1:] == [
        "Email help@firm.example is read again; nothing was lost."
    ]
    row = await firm.cursor()
    assert (row.failures, row.error, row.failing_since) == (0, "", None)
    assert len(firm.anna.received) == 1
    assert await rival.notices() == []


async def test_a_dropped_connection_is_not_told_and_costs_nothing(firm: MailFirm) -> None:
    firm.hear(3)
    firm.mail.order(Fault.DROP_ON_SELECT)
    poll = await firm.poll()
    assert poll.trouble
    assert not poll.trouble.is_permanent
    await firm.poll()
    await firm.work()
    assert await firm.notices() == []
    assert len(await firm.messages(direction="in")) == 3


async def test_due_accounts_get_one_job_each(firm: MailFirm, rival: MailFirm) -> None:
    roster = firm.runtime.fetching.roster
    assert await roster.put_due() == 0
    await firm.execute("update channel_cursors set next_poll_at = now() - interval '1 second'")
    assert await roster.put_due() == 1
    assert await roster.put_due() == 0
    assert (await firm.jobs("poll"), await rival.jobs("poll")) == (1, 0)


async def test_a_new_account_is_due_at_once(firm: MailFirm) -> None:
    await firm.execute("delete from channel_cursors")
    assert await firm.runtime.fetching.roster.put_due() == 1


async def test_an_account_whose_reader_died_is_due_again(firm: MailFirm) -> None:
    await firm.execute(
        "update channel_cursors set next_poll_at = null, leased_until = now() - interval '1 second'"
    )
    assert await firm.runtime.fetching.roster.put_due() == 1


async def test_the_next_poll_is_when_the_mailbox_is_set_to(firm: MailFirm) -> None:
    channel = firm.runtime.channels["email"]
    changes = {"poll_minutes": "45"}
    await firm.runtime.accounts.configure(firm.tenant_id, channel, changes, firm.account_id)
    await firm.poll()
    row = await firm.cursor()
    assert row.next_poll_at
    assert row.next_poll_at > utc_now() + timedelta(minutes=44)
