"""Whom a mail may speak for: unproven mail opens tickets and learns nothing."""

import re

from domain.customers.models import OneTimeCode
from tests.bot.engine.mailing.conftest import ANNA, BOB, EVE, FIRM, Firm

PROBLEM = "The camera at the gate is dead since yesterday."
ASKED = "What about my ticket?"
STATE = "open, not yet picked up"


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text.replace("TKT-202611", ""))
    assert found, text
    return found[0]


async def test_genuine_mail_of_the_customer_is_told_its_tickets(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    anna.reply(anna.received[-1], ASKED)
    await firm.work()
    assert STATE in anna.received[-1].text


async def test_forged_mail_opens_a_ticket_but_hears_nothing_of_an_account(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    eve = firm.person(ANNA, "Anna", is_genuine=False)
    eve.write(FIRM, "Question", ASKED)
    eve.write(FIRM, "Printer", "The printer in the office is broken, it shows error 55.")
    await firm.work()
    assert not any(STATE in mail.text for mail in firm.mail.outbox)
    assert len(await firm.tickets()) == 2


async def test_a_participant_does_not_hear_of_the_customers_account(firm: Firm) -> None:
    anna, bob = firm.person(), firm.person(BOB, "Bob")
    first = anna.write(FIRM, "Gate", PROBLEM, headers=[("Cc", BOB)])
    await firm.work()
    bob.write(FIRM, "Re: Gate", ASKED, headers=[("References", str(first["Message-ID"]))])
    await firm.work()
    await firm.conversation()
    assert not any(STATE in mail.text for mail in firm.mail.outbox)


async def test_our_own_address_as_sender_gives_no_rights(firm: Firm) -> None:
    anna = firm.person()
    first = anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    raw = (
        f"From: Boss <{FIRM}>\r\nTo: {ANNA}\r\nMessage-ID: <x@firm.example>\r\n"
        f"References: {first['Message-ID']}\r\nSubject: Re: Gate\r\n\r\nPay at once.\r\n"
    )
    firm.mail.arrive(EVE, FIRM, raw.encode(), dmarc="fail")
    await firm.work()
    own, stray = await firm.conversations()
    assert (own.owner, stray.owner) == ("bot", "bot")
    [message] = await firm.messages(conversation_id=stray.id)
    assert (message.author, message.outcome_reason) == ("customer", "claims_to_be_us")
    assert firm.sent_to(FIRM) == []


async def test_a_code_sent_to_the_customer_opens_their_account_for_a_day(firm: Firm) -> None:
    anna = firm.person(is_genuine=False)
    anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    anna.reply(anna.received[-1], ASKED)
    await firm.work()
    asked = anna.received[-1]
    code = code_in(asked.text)
    stored = await firm.messages(direction="out")
    assert not any(code in m.text for m in stored)
    anna.reply(asked, "999999" if code != "999999" else "999998")
    await firm.work()
    assert "not right" in anna.received[-1].text
    anna.reply(asked, code)
    await firm.work()
    assert STATE in anna.received[-1].text
    count = len(anna.received)
    anna.reply(anna.received[-1], "And what about my ticket now?")
    await firm.work()
    assert STATE in anna.received[count].text


async def test_a_code_is_dead_after_five_tries_and_used_once(firm: Firm) -> None:
    anna = firm.person(is_genuine=False)
    anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    anna.reply(anna.received[-1], ASKED)
    await firm.work()
    asked = anna.received[-1]
    code = code_in(asked.text)
    await firm.execute("update one_time_codes set tries = 5")
    anna.reply(asked, code)
    await firm.work()
    assert "not right" in anna.received[-1].text
    [row] = await firm.all(OneTimeCode)
    assert (row.used_at, row.tries) == (None, 6)
    assert (await firm.conversation()).proven_until is None


async def test_an_old_code_is_worth_nothing(firm: Firm) -> None:
    anna = firm.person(is_genuine=False)
    anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    anna.reply(anna.received[-1], ASKED)
    await firm.work()
    code = code_in(anna.received[-1].text)
    await firm.execute("update one_time_codes set expires_at = now() - interval '1 second'")
    anna.reply(anna.received[-1], code)
    await firm.work()
    assert "not right" in anna.received[-1].text


async def test_codes_are_not_sent_without_end(firm: Firm) -> None:
    anna = firm.person(is_genuine=False)
    for number in range(5):
        anna.write(FIRM, f"Question {number}", ASKED)
        await firm.work()
    assert len(await firm.all(OneTimeCode)) == 3
    assert len([m for m in anna.received if re.search(r"Yours is \d{6}\.", m.text)]) == 3


async def test_the_code_of_one_conversation_opens_no_other(firm: Firm, rival: Firm) -> None:
    anna, eve = firm.person(is_genuine=False), firm.person(EVE, "Eve", is_genuine=False)
    anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    anna.reply(anna.received[-1], ASKED)
    eve.write(FIRM, "Question", ASKED)
    eve.write(rival.address, "Question", ASKED)
    await firm.work()
    await rival.work()
    code = code_in(next(m.text for m in reversed(firm.sent_to(EVE)) if "Yours is" in m.text))
    anna.reply(anna.received[-1], code)
    await firm.work()
    assert not any(STATE in mail.text for mail in firm.mail.outbox)
    assert {c.proven_until for c in await firm.conversations()} == {None}
