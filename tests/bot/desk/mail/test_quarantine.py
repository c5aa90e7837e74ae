"""What cannot be taken in is kept as it came, shown, tried again, and in nobody's way."""

from pathlib import Path
from uuid import UUID

import pytest

from bot.desk.ledger import export, lost, quarantine, replay
from bot.desk.mail.mailboxes import Mailroom, import_mails
from bot.engine.accounts import Account
from channels.email.reading import inbound
from domain.conversations.ledger import MAX_ATTEMPTS
from domain.errors import NotFound
from tests.bot.engine.fetching.conftest import FIRM, MailFirm

JUNK = b"no mail at all"


async def with_junk(firm: MailFirm) -> None:
    firm.hear()
    firm.box.inbox.add(JUNK)
    firm.hear()
    await firm.poll()
    await firm.work()


async def test_it_is_kept_as_it_came_and_the_others_go_on(firm: MailFirm, rival: MailFirm) -> None:
    await with_junk(firm)
    database = firm.runtime.database
    assert len(firm.anna.received) == 2
    [row] = await quarantine(database, firm.tenant_id)
    assert (row["account"], row["text"], row["size"]) == (FIRM, "no mail at all", len(JUNK))
    assert "no mail" in row["reason"]
    assert await export(database, firm.tenant_id, await the_one(firm)) == JUNK
    assert await quarantine(database, rival.tenant_id) == []
    with pytest.raises(NotFound):
        await export(database, rival.tenant_id, await the_one(firm))
    await firm.execute("update raw_events set created_at = created_at - interval '1 hour'")
    assert [row["text"] for row in await lost(database, firm.tenant_id)] == ["no mail at all"]


async def the_one(firm: MailFirm) -> UUID:
    [event] = await firm.events(state="failed")
    return UUID(str(event.id))


async def test_what_crashes_the_reader_is_given_up_and_can_be_replayed(
    firm: MailFirm, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = inbound.parse

    def choke(body: bytes) -> object:
        if b"Question 1" in body:
            raise RecursionError("too deep")
        return parse(body)

    database, tenant_id = firm.runtime.database, firm.tenant_id
    monkeypatch.setattr(inbound, "parse", choke)
    firm.hear(3)
    await firm.poll()
    for _ in range(MAX_ATTEMPTS + 1):
        await firm.runtime.intake.take(tenant_id, firm.account_id, carefully=True)
    assert len(await firm.messages()) == 2
    [row] = await quarantine(database, tenant_id)
    assert (row["state"], row["reason"]) == ("given up", "RecursionError: too deep")
    monkeypatch.setattr(inbound, "parse", parse)
    await replay(database, tenant_id, await the_one(firm))
    await firm.work()
    assert len(await firm.messages(direction="in")) == 3
    assert await quarantine(database, tenant_id) == []


async def test_a_file_that_is_no_mail_goes_there_too(
    room: Mailroom, firm: MailFirm, account: Account, folder: Path
) -> None:
    (folder / "junk.eml").write_bytes(JUNK)
    done = await import_mails(room, account, [folder])
    assert (done.mails, done.stored, done.unreadable) == (1, 0, 1)
