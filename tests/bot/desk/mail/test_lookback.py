"""`lookback`: whom nobody answered, each with an answer; nothing is sent, stored or marked."""

from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.desk.mail.lookback import Eyes, LookedBack, look_back, of_account, of_files
from bot.desk.mail.mailboxes import Mailroom
from bot.engine.looking_back.exchanges import together
from channels.email.reading.inbound import parse
from channels.messages import InboundMessage
from domain.conversations.models import Conversation, RawEvent
from domain.knowledge.service import Articles, ArticleText
from domain.quotes.models import Quote
from domain.types import utc_now
from tests.bot.engine.fetching.conftest import FIRM, MailFirm

NOW = utc_now()
SINCE = NOW - timedelta(days=30)
HOURS = "We are open Monday to Friday from 9:00 to 17:00."


@pytest.fixture
async def eyes(room: Mailroom, firm: MailFirm) -> Eyes:
    async with firm.runtime.database.transaction(firm.tenant_id) as session:
        articles = Articles(session, firm.tenant_id)
        await articles.write(
            ArticleText(title="Opening hours", text=HOURS), author="test", status="published"
        )
    runtime = firm.runtime
    return Eyes(room, runtime.triage, runtime.agent, runtime.drafter)


def exchange_of_mails(firm: MailFirm) -> None:
    """Anna waits for nine days, Cy was answered and says thanks, a shop advertises."""
    firm.anna.write(FIRM, "Hours", "When are you open?", at=NOW - timedelta(days=9))
    cy = firm.mail.person("cy@customer.example", "Cy")
    asked = cy.write(FIRM, "Camera", "The gate camera is dead.", at=NOW - timedelta(days=6))
    reply = written(FIRM, "cy@customer.example", "Re: Camera", "We come on Monday.", 5)
    reply["In-Reply-To"] = reply["References"] = asked["Message-ID"]
    firm.box.sent.add(reply.as_bytes(), NOW - timedelta(days=5))
    cy.reply(reply, "Thank you!", at=NOW - timedelta(days=4))
    shop = firm.mail.person("news@shop.example", "Shop")
    headers = [("List-Id", "<sale.shop.example>"), ("Precedence", "bulk")]
    shop.write(FIRM, "Sale", "Do you want 50 % off?", headers=headers, at=NOW - timedelta(days=2))
    firm.anna.write(FIRM, "Old", "When are you open?", at=NOW - timedelta(days=60))


def written(sender: str, to: str, subject: str, text: str, days: int) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(NOW - timedelta(days=days))
    mail["Message-ID"] = f"<{subject.replace(' ', '').replace(':', '.')}.{days}@x.example>"
    mail.set_content(text + "\n")
    return mail


async def looked(eyes: Eyes, firm: MailFirm, mails: Sequence[InboundMessage]) -> LookedBack:
    return await look_back(eyes, firm.tenant_id, mails, 30, NOW)


async def test_a_mailbox_is_read_and_left_as_it_was(
    eyes: Eyes, firm: MailFirm, rival: MailFirm
) -> None:
    exchange_of_mails(firm)
    mails = await of_account(eyes, firm.tenant_id, FIRM, SINCE, lambda _: None)
    found = await looked(eyes, firm, mails)
    assert found.summary == ("In 30 days: 5 mails, 2 enquiries, 1 nobody answered; oldest 9 days.")
    [row] = found.as_json()["unanswered"]
    assert (row["from"], row["waiting_days"]) == ("anna@customer.example", 9)
    assert "Monday to Friday" in row["answer"]
    assert not any("\\Seen" in mail.flags for mail in firm.box.inbox.mails)
    assert firm.mail.outbox == []
    for model in (RawEvent, Conversation, Quote):
        assert await firm.rows(model) == []


async def test_an_archive_needs_no_mailbox_and_tells_by_itself_who_is_asked(
    eyes: Eyes, firm: MailFirm, folder: Path
) -> None:
    exchange_of_mails(firm)
    for number, mail in enumerate([*firm.box.inbox.mails, *firm.box.sent.mails]):
        (folder / f"{number}.eml").write_bytes(mail.raw)
    await firm.execute("update channel_accounts set is_enabled = false")
    mails = await of_files(eyes, firm.tenant_id, [folder], SINCE, lambda _: None)
    assert "2 enquiries, 1 nobody answered" in (await looked(eyes, firm, mails)).summary


async def test_nobody_waiting_is_said_so(eyes: Eyes, firm: MailFirm) -> None:
    found = await looked(eyes, firm, [])
    assert found.summary == "In 30 days: 0 mails, 0 enquiries, 0 nobody answered."


async def test_a_wish_for_a_quote_gets_a_drafted_one(
    eyes: Eyes, firm: MailFirm, folder: Path
) -> None:
    words = "Please quote 24 double Cat6 outlets and a 24-port patch panel."
    mail = written("bob@customer.example", FIRM, "Quote", words, 3)
    (folder / "1.eml").write_bytes(mail.as_bytes())
    mails = await of_files(eyes, firm.tenant_id, [folder], SINCE, lambda _: None)
    [row] = (await looked(eyes, firm, mails)).as_json()["unanswered"]
    assert row["intent"] == "quote"
    assert row["quote"]["is_quote"]
    assert await firm.rows(Quote) == []


def test_mails_come_together_by_the_ids_they_name_in_any_order() -> None:
    first = written("a@x.example", FIRM, "One", "Hello", 3)
    second = written(FIRM, "a@x.example", "Re: One", "Hi", 2)
    second["In-Reply-To"] = first["Message-ID"]
    third = written("a@x.example", FIRM, "Something else", "And?", 1)
    third["References"] = second["Message-ID"]
    other = written("b@x.example", FIRM, "One", "Hello", 1)
    mails = [
        event
        for mail in (third, other, second, first, first)
        for event in parse(mail.as_bytes())
        if isinstance(event, InboundMessage)
    ]
    assert sorted(len(exchange.mails) for exchange in together(mails)) == [1, 3]
