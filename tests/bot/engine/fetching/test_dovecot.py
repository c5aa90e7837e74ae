"""From a real Dovecot into the ledger and out to an SMTP sink, whatever happens in between."""

import asyncio
import os
from datetime import UTC, datetime
from imaplib import IMAP4, Time2Internaldate

import pytest

from bot.desk import tenants as desk
from bot.runtime import Runtime
from channels.email.simulator import MailSimulator
from domain.types import utc_now
from tests.bot.engine.fetching.conftest import ANNA, MailFirm
from tests.channels.email.test_dovecot import DOVECOT, Dovecot, dovecot

__all__ = ["dovecot"]

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not DOVECOT.exists(), reason="Dovecot is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Dovecot is started as root only"),
]
LONG_AGO = datetime(2026, 3, 4, 12, tzinfo=UTC)


async def moved_in(
    runtime: Runtime,
    mail: MailSimulator,
    dovecot: Dovecot,
    name: str,
) -> MailFirm:
    """Reads at Dovecot, sends to the simulator."""
    address = f"{name}@firm.example"
    account = mail.add_account(address, "secret")
    fields = {
        "email": address,
        "password": account.password,
        "imap_server": "127.0.0.1",
        "imap_port": str(dovecot.port),
        "imap_security": "none",
        "smtp_server": "localhost",
        "smtp_port": str(mail.where.smtp_port),
        "smtp_security": "none",
    }
    tenant_id = await desk.add(runtime.database, name, f"{name} Ltd")
    row = await runtime.accounts.configure(tenant_id, runtime.channels["email"], fields, None)
    await desk.go_live(runtime.database, runtime.accounts, tenant_id, "email", "automatic")
    return MailFirm(runtime, mail, tenant_id, row.id, address)


class Postman:
    """Puts mails into a mailbox as another client does."""

    def __init__(self, dovecot: Dovecot, address: str) -> None:
        self._port = dovecot.port
        self._address = address

    def bring(self, *names: str, at: datetime | None = None) -> None:
        with self._client() as other:
            for name in names:
                moment = Time2Internaldate(at or utc_now())
                assert other.append("INBOX", "", moment, self._mail(name, at))[0] == "OK"

    def seen(self) -> list[bool]:
        with self._client() as other:
            other.select("INBOX", readonly=True)
            rows = other.fetch("1:*", "(FLAGS)")[1]
            return [b"\\Seen" in row for row in rows if isinstance(row, bytes)]

    def _client(self) -> IMAP4:
        other = IMAP4("127.0.0.1", self._port)
        other.login(self._address, "secret")
        return other

    def _mail(self, name: str, at: datetime | None) -> bytes:
        date = f"{at or utc_now():%a, %d %b %Y %H:%M:%S +0000}"
        return (
            f"From: Anna <{ANNA}>\r\nTo: {self._address}\r\nSubject: {name}\r\nDate: {date}\r\n"
            f"Message-ID: <{name}@customer.example>\r\n\r\nWhen are you open?\r\n"
        ).encode()


async def test_old_mail_is_left_and_a_question_is_answered_once(
    runtime: Runtime,
    mail: MailSimulator,
    dovecot: Dovecot,
) -> None:
    firm = await moved_in(runtime, mail, dovecot, "answers")
    postman = Postman(dovecot, firm.address)
    await asyncio.to_thread(postman.bring, *(f"old{n}" for n in range(20)), at=LONG_AGO)
    await firm.poll()
    assert await firm.events() == []
    await asyncio.to_thread(postman.bring, "new")
    await asyncio.gather(firm.poll(), firm.poll())
    await firm.poll()
    await firm.work()
    assert [m.subject for m in await firm.messages(direction="in")] == ["new"]
    assert len(firm.anna.received) == 1
    assert await asyncio.to_thread(postman.seen) == [False] * 20 + [True]


async def test_a_mailbox_made_anew_in_the_middle_loses_and_repeats_nothing(
    runtime: Runtime,
    mail: MailSimulator,
    dovecot: Dovecot,
) -> None:
    firm = await moved_in(runtime, mail, dovecot, "renumbered")
    postman = Postman(dovecot, firm.address)
    await asyncio.to_thread(postman.bring, "before", at=LONG_AGO)
    await firm.poll()
    await asyncio.to_thread(postman.bring, "one", "two")
    await firm.poll()
    # As after a restored backup: another UIDVALIDITY, all mails under other numbers.
    maildir = dovecot.home / "mail" / firm.address
    for known in ("dovecot-uidlist", "dovecot.index.log", "dovecot.index.cache"):
        (maildir / known).unlink(missing_ok=True)
    (maildir / "dovecot-uidlist").write_text("3 V1999999999 N1 G0123456789abcdef\n")
    await asyncio.to_thread(postman.bring, "three")
    await firm.poll()
    await firm.work()
    subjects = sorted(m.subject for m in await firm.messages(direction="in"))
    assert subjects == ["one", "three", "two"]
