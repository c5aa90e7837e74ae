"""A customer's whole journey on a real Dovecot and a real SMTP sink, with everything that can
happen in between: pollers that race or die, mails that come six times, a mailbox made anew."""

import asyncio
import contextlib
import os
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from imaplib import IMAP4, Time2Internaldate

import pytest
from sqlalchemy import event

from bot.desk import conversations as desk
from bot.runtime import Runtime
from channels.email.composing import MailPolicy
from channels.email.simulator import MailSimulator
from domain.knowledge.service import Articles, ArticleText
from domain.tickets.models import Ticket
from domain.types import utc_now
from tests.bot.engine.fetching.conftest import MailFirm, mail
from tests.bot.engine.fetching.test_dovecot import moved_in
from tests.channels.email.test_dovecot import DOVECOT, Dovecot, dovecot

__all__ = ["dovecot", "mail"]

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not DOVECOT.exists(), reason="Dovecot is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Dovecot is started as root only"),
]
JO = "jo@client.example"
TIMES = 6


class Killed(BaseException):
    """As kill -9 would: nothing that handles errors handles it."""


class Jo:
    """A customer whose every mail reaches the mailbox six times."""

    def __init__(self, firm: MailFirm, dovecot: Dovecot) -> None:
        self._firm = firm
        self._port = dovecot.port
        self._count = 0

    @property
    def received(self) -> list[EmailMessage]:
        return [sent.message for sent in self._firm.mail.outbox if JO in sent.recipients]

    async def write(self, subject: str, words: str, about: EmailMessage | None = None) -> None:
        self._count += 1
        letter = EmailMessage(policy=MailPolicy())
        letter["From"], letter["To"], letter["Subject"] = f"Jo <{JO}>", self._firm.address, subject
        letter["Date"] = format_datetime(datetime.now(UTC))
        letter["Message-ID"] = f"<jo{self._count}@client.example>"
        if about is not None:
            letter["In-Reply-To"] = letter["References"] = str(about["Message-ID"])
        letter.set_content(words)
        await asyncio.to_thread(self._deliver, letter.as_bytes())

    def _deliver(self, raw: bytes) -> None:
        with IMAP4("127.0.0.1", self._port) as box:
            box.login(self._firm.address, "secret")
            for number in range(TIMES):
                trace = b"Received: by relay%d.example\r\n" % number
                moment = Time2Internaldate(utc_now())
                raw_again = trace + raw
                assert box.append("INBOX", "", moment, raw_again)[0] == "OK"


async def worked(firm: MailFirm) -> None:
    """Two pollers race, and one is killed at each of its commits in turn; then all is done."""
    engine = firm.runtime.database.engine.sync_engine
    for last in range(1, 5):
        commits = 0

        def die(_: object, last: int = last) -> None:
            nonlocal commits
            commits += 1
            if commits == last:
                raise Killed

        event.listen(engine, "commit", die)
        with contextlib.suppress(Killed):
            await firm.poll()
        event.remove(engine, "commit", die)
        await firm.execute("update channel_cursors set leased_until = now() - interval '1 s'")
    await asyncio.gather(firm.poll(), firm.poll())
    await firm.execute("update channel_cursors set leased_until = now() - interval '1 s'")
    await firm.poll()
    await firm.work()


def renumbered(dovecot: Dovecot, address: str) -> None:
    """As after a restored backup: another UIDVALIDITY, all mails under other numbers."""
    maildir = dovecot.home / "mail" / address
    for known in ("dovecot-uidlist", "dovecot.index.log", "dovecot.index.cache"):
        (maildir / known).unlink(missing_ok=True)
    (maildir / "dovecot-uidlist").write_text("3 V1999999998 N1 G0123456789abcdee\n")


async def test_question_answer_problem_ticket_staff_and_thanks_whatever_happens(
    runtime: Runtime, mail: MailSimulator, dovecot: Dovecot
) -> None:
    firm = await moved_in(runtime, mail, dovecot, "story")
    async with runtime.database.transaction(firm.tenant_id) as session:
        words = "To reset the password of your recorder, hold the reset button for ten seconds."
        new = ArticleText(title="Resetting the password of a recorder", text=words)
        await Articles(session, firm.tenant_id).write(new, author="test", status="published")
    await firm.poll()
    jo = Jo(firm, dovecot)

    await jo.write("Recorder", "How do I reset the password of my recorder?")
    await worked(firm)
    [answer] = jo.received
    assert "hold the reset button" in answer.as_string()

    await asyncio.to_thread(renumbered, dovecot, firm.address)
    await jo.write("Re: Recorder", "I did that, but it is still broken: no picture.", answer)
    await worked(firm)
    [ticket] = await firm.rows(Ticket)
    assert len(jo.received) == 2
    assert ticket.number in jo.received[-1].as_string()

    [conversation] = await firm.conversations()
    reply = await desk.reply(
        runtime.database, firm.tenant_id, conversation.id, None, "Sam here. I come at nine."
    )
    await runtime.deliverer.deliver(firm.tenant_id, reply)
    await jo.write("Re: Recorder", "Thank you very much!", jo.received[-1])
    await worked(firm)

    [conversation] = await firm.conversations()
    said = sorted(await firm.messages(), key=lambda one: one.sequence)
    assert [one.author for one in said if one.outcome != "ignored"] == [
        *("customer", "bot", "customer", "bot", "staff", "customer"),
    ]
    assert len(jo.received) == 3
    assert "I come at nine" in jo.received[-1].as_string()
