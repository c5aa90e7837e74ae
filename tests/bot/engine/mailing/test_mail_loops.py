"""Never a loop: automatic mail, own mail, bounces, and machines that answer us."""

from datetime import timedelta
from decimal import Decimal
from email.message import EmailMessage
from uuid import uuid4

import pytest

from bot.desk.asking.rights import Policy, rights_of
from bot.desk.command import StaffView
from bot.engine.mailing import gates
from channels.cards import Card
from domain.customers.models import Identity
from domain.types import utc_now
from tests.bot.engine.mailing.conftest import ANNA, FIRM, Firm

ASKED = "How do I reset the password of my recorder?"
PROBLEM = "The camera at the gate is dead since yesterday."
AUTOMATIC = [("Auto-Submitted", "auto-replied")]


def bounce(
    about: EmailMessage, to: str = ANNA, status: str = "5.1.1", action: str = "failed"
) -> bytes:
    mark = uuid4().hex
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {FIRM}\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <{mark}@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{mark}"\r\n\r\n'
        f"--{mark}\r\nContent-Type: text/plain\r\n\r\nThe mail system: user unknown\r\n"
        f"--{mark}\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {to}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} User unknown\r\n"
        f"--{mark}\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {about['Message-ID']}\r\nSubject: {about['Subject']}\r\n\r\n--{mark}--\r\n"
    ).encode()


async def test_an_absence_note_stays_in_its_thread_and_wakes_nobody(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    [answer] = anna.received
    headers = [*AUTOMATIC, ("In-Reply-To", str(answer.message["Message-ID"]))]
    anna.write(FIRM, "Out of office: Re: Recorder", "I am away until Monday.", headers=headers)
    await firm.work()
    conversation = await firm.conversation()
    _, note = await firm.messages(direction="in", conversation_id=conversation.id)
    assert (note.outcome, len(anna.received), await firm.tickets()) == ("attached", 1, [])
    assert conversation.last_author == "bot"


async def test_automatic_mail_of_its_own_is_filed_and_opens_nothing(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Problem!", PROBLEM, headers=AUTOMATIC)
    await firm.work()
    [message] = await firm.messages()
    assert (message.outcome, anna.received, await firm.tickets()) == ("ignored", [], [])


async def test_our_own_mail_in_the_sent_folder_is_stored_once(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    [copy] = await firm.fetch()
    await firm.store(copy, copy.replace(b"Subject:", b"X-Seen: 1\r\nSubject:"))
    await firm.answer()
    conversation = await firm.conversation()
    assert (conversation.owner, len(await firm.messages())) == ("bot", 2)
    assert {e.reason for e in await firm.raw_events() if e.state == "ignored"} == {
        "Our own mail, as the mailbox keeps it."
    }


async def test_a_bounce_fails_its_message_mutes_the_address_and_tells_staff(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    [answer] = anna.received
    firm.mail.arrive("", FIRM, bounce(answer.message))
    await firm.work()
    conversation = await firm.conversation()
    [sent] = await firm.messages(direction="out")
    assert sent.state == "failed"
    assert "not delivered to anna@customer.example" in sent.error.lower()
    [identity] = await firm.all(Identity, value=ANNA)
    assert identity.muted_at is not None
    [ticket] = await firm.tickets()
    assert ticket.subject == "A message could not be delivered"
    message_id = await firm.staff_reply(conversation.id, "Did you get it?")
    [refused] = await firm.messages(id=message_id)
    assert refused.state == "failed"
    assert "/desk unmute-address anna@customer.example" in refused.error
    assert len(anna.received) == 1


async def test_a_delay_is_only_noted_and_a_delivery_moves_forward(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    [answer] = anna.received
    firm.mail.arrive("", FIRM, bounce(answer.message, status="4.4.1", action="delayed"))
    await firm.work()
    [sent] = await firm.messages(direction="out")
    assert sent.state == "sent"
    firm.mail.arrive("", FIRM, bounce(answer.message, status="2.0.0", action="delivered"))
    await firm.work()
    [sent] = await firm.messages(direction="out")
    assert (sent.state, await firm.tickets()) == ("delivered", [])
    await firm.conversation()


async def test_a_forged_bounce_mutes_nobody_else(firm: Firm, rival: Firm) -> None:
    anna, carl = firm.person(), firm.person("carl@other.example", "Carl")
    anna.write(FIRM, "Recorder", ASKED)
    carl.write(FIRM, "Recorder", ASKED)
    await firm.work()
    unknown = EmailMessage()
    unknown["Message-ID"], unknown["Subject"] = "<nobody@firm.example>", "Re: Recorder"
    firm.mail.arrive("", FIRM, bounce(anna.received[0].message, to="carl@other.example"))
    firm.mail.arrive("", FIRM, bounce(unknown, to=ANNA))
    firm.mail.arrive("", rival.address, bounce(anna.received[0].message))
    await firm.work()
    await rival.work()
    assert {one.muted_at for one in await firm.all(Identity)} == {None}


async def test_the_same_day_a_second_arrival_is_not_acknowledged_again(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    anna.write(FIRM, "Printer", "The printer in the office is broken, it shows error 55.")
    await firm.work()
    assert len(await firm.tickets()) == 2
    assert len(anna.received) == 1
    anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    assert "hold the reset button" in anna.received[-1].text


async def test_after_ten_automatic_mails_in_a_day_the_bot_is_silent_and_staff_are_told(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "MOST_AUTOMATIC", 2)
    anna = firm.person()
    for number in range(4):
        anna.write(FIRM, f"Recorder {number}", ASKED)
        await firm.work()
    assert len(anna.received) == 2
    assert {e.payload["reason"] for e in await firm.events("conversation.silenced")} == {
        "too_many_automatic_mails"
    }


async def test_a_machine_that_says_the_same_again_and_again_is_left_to_a_person(
    firm: Firm,
) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    for _ in range(5):
        anna.reply(anna.received[-1], ASKED)
        await firm.work()
    conversation = await firm.conversation()
    assert (conversation.owner, len(anna.received)) == ("staff", 3)
    assert len(await firm.messages(direction="in")) == 6


async def test_a_ticket_reopened_again_and_again_goes_to_a_person(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Gate camera", PROBLEM)
    await firm.work()
    [ticket] = await firm.tickets()
    for number in range(4):
        await firm.execute(
            "update tickets set status = 'resolved', resolved_at = now() where id = :id",
            id=ticket.id,
        )
        words = f"The camera at the gate is dead again, {'day ' * number} {number}."
        at = utc_now() + timedelta(seconds=1)
        anna.write(FIRM, f"Re: [{ticket.number}] Gate", words, at=at)
        await firm.work()
    assert (await firm.conversation()).owner == "staff"
    assert len(await firm.events("conversation.handed_off")) == 1


async def test_a_person_lets_mail_go_to_an_address_again(firm: Firm, rival: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    firm.mail.arrive("", FIRM, bounce(anna.received[0].message))
    await firm.work()
    runtime = firm.runtime
    for tenant_id in (rival.tenant_id, firm.tenant_id):
        rights = rights_of("admin", Policy(Decimal(0), staff_see_margins=False))
        by = StaffView(tenant_id, None, "Sam", "admin", rights)
        card = await runtime.staffroom.desk.hear(f"unmute-address {ANNA}", by)
        assert isinstance(card, Card)
        assert card.is_error is (tenant_id == rival.tenant_id), card
    await firm.staff_reply((await firm.conversation()).id, "Once more.")
    assert "Once more." in anna.received[-1].text


async def test_who_reports_us_as_spam_gets_nothing_more(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    [answer] = anna.received
    report = (
        f"From: feedback@provider.example\r\nTo: {FIRM}\r\nSubject: FW: Re: Recorder\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; "
        'boundary="b11"\r\n\r\n--b11\r\nContent-Type: text/plain\r\n\r\nAn abuse report.\r\n'
        "--b11\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
        f"User-Agent: Loop/1.0\r\nVersion: 1\r\nOriginal-Rcpt-To: <{ANNA}>\r\n"
        "--b11\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {answer.message['Message-ID']}\r\nSubject: Re: Recorder\r\n\r\nx\r\n"
        "--b11--\r\n"
    )
    firm.mail.arrive("", FIRM, report.encode())
    await firm.work()
    [identity] = await firm.all(Identity, value=ANNA)
    assert identity.muted_reason == f"{ANNA} reported our mail as spam."
    [sent] = await firm.messages(direction="out")
    assert sent.state == "sent"
    [told] = await firm.events("address.muted")
    assert told.payload["address"] == ANNA
