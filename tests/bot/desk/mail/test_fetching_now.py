"""`email fetch`: what is new, and history that is asked for later."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.desk.mail.mailboxes import Mailroom, chosen, fetch
from bot.engine.accounts import Account
from channels.email.simulator import Fault
from domain.errors import Refused
from tests.bot.engine.fetching.conftest import FIRM, MailFirm

LONG_AGO = datetime.now(UTC) - timedelta(days=60)


async def test_what_came_is_taken_in_and_told(
    room: Mailroom, firm: MailFirm, rival: MailFirm, account: Account
) -> None:
    firm.hear()
    found = await fetch(room, account)
    [row] = found.rows
    assert (row["sender"], row["subject"], row["kind"]) == (
        "anna@customer.example",
        "Question 0",
        "message",
    )
    assert len(await firm.messages()) == 1
    assert await firm.jobs("turn") == 1
    assert (await fetch(room, account)).rows == []
    assert await rival.messages() == []


async def test_history_that_is_asked_for_later_never_hides_what_is_new(
    room: Mailroom, firm: MailFirm, account: Account
) -> None:
    firm.hear(60, at=LONG_AGO)
    await firm.poll()  # by its date: history, moved here by somebody
    await firm.execute("delete from messages")
    await firm.execute("delete from raw_events")
    firm.hear(2)
    found = await fetch(room, account, LONG_AGO.date())
    assert found.trouble == ""
    stored = await firm.messages(direction="in")
    assert len(stored) == 62
    assert sorted({m.outcome for m in stored}) == ["attached", "waiting"]
    assert sum(m.outcome == "waiting" for m in stored) == 2
    await firm.work_on_turns()
    assert len(firm.anna.received) == 2


async def test_trouble_is_told_in_a_sentence(
    room: Mailroom, firm: MailFirm, account: Account
) -> None:
    firm.mail.order(Fault.REFUSE_LOGIN)
    assert "email_settings.password" in (await fetch(room, account)).trouble


async def test_a_mailbox_is_found_by_address_or_id_and_only_one_s_own(
    room: Mailroom, firm: MailFirm, rival: MailFirm
) -> None:
    for wanted in (FIRM, FIRM.upper(), str(firm.account_id), ""):
        assert [one.hint for one in await chosen(room, firm.tenant_id, "email", wanted)] == [FIRM]
    with pytest.raises(Refused, match="There is no mailbox called"):
        await chosen(room, rival.tenant_id, "email", FIRM)
