"""Mails find their conversation, whatever the order, and nobody else gets in."""

import random
from datetime import timedelta
from email.message import EmailMessage

import pytest

from bot.desk import threads
from channels.email.simulator import SentMail
from domain.conversations.models import Participant
from domain.types import utc_now
from tests.bot.engine.mailing.conftest import ANNA, BOB, EVE, FIRM, RIVAL, Firm

PROBLEM = "The camera at the gate is dead since yesterday."


def named(mail: EmailMessage) -> str:
    return str(mail["Message-ID"])


async def test_a_reply_to_our_mail_joins_its_conversation(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", "How do I reset the password of my recorder?")
    await firm.work()
    [answer] = anna.received
    assert "hold the reset button" in answer.text
    anna.reply(answer, "That works, thank you.")
    await firm.work()
    await firm.conversation()


async def test_a_reply_that_lost_all_ids_joins_by_the_plus_address(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", "How do I reset the password of my recorder?")
    await firm.work()
    plus = str(anna.received[0].message["Reply-To"]).rpartition("<")[2].rstrip(">")
    assert plus.startswith("help+fd.")
    anna.write(plus, "Something else", PROBLEM)
    await firm.work()
    assert len(await firm.messages(direction="in", conversation_id=(await firm.conversation()).id))


async def test_a_further_mail_joins_by_references_before_anything_was_answered(
    firm: Firm,
) -> None:
    anna = firm.person()
    first = anna.write(FIRM, "Gate", PROBLEM)
    anna.write(FIRM, "Re: Gate", "And the door.", headers=[("References", named(first))])
    await firm.work()
    await firm.conversation()


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_in_any_batches_is_one_conversation(firm: Firm, seed: int) -> None:
    """Outlook names the answered mail only, and Bob was in copy."""
    anna, bob = firm.person(), firm.person(BOB, "Bob")
    copied, past = [("Cc", f"Bob <{BOB}>")], utc_now() - timedelta(minutes=9)
    mail = anna.write(FIRM, "Gate", PROBLEM, headers=copied, at=past)
    for minutes, writer in enumerate((bob, anna, bob), 1):
        others = [("Cc", ANNA)] if writer is bob else copied
        headers = [("In-Reply-To", named(mail)), *others]
        at = past + timedelta(minutes=minutes)
        mail = writer.write(FIRM, "Re: Gate", f"More of it: {minutes}", headers=headers, at=at)
    bodies = await firm.fetch()
    shuffled = random.Random(seed)  # noqa: S311 - for an order
    shuffled.shuffle(bodies)
    while bodies:
        count = shuffled.randint(1, len(bodies))
        await firm.store(*bodies[:count])
        await firm.take()
        bodies = bodies[count:]
    conversation = await firm.conversation()
    assert len(await firm.messages(conversation_id=conversation.id, direction="in")) == 4
    people = await firm.all(Participant, Participant.address, conversation_id=conversation.id)
    assert [one.address for one in people] == [ANNA, BOB]
    assert conversation.address == ANNA
    [row] = await firm.execute(
        "select i.value from identities i join conversations c on c.person_id = i.person_id "
        "where c.merged_into_id is null"
    )
    assert row.value == ANNA


async def test_a_mail_delivered_six_times_is_one_message(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Gate", PROBLEM)
    [body] = await firm.fetch()
    for number in range(6):
        await firm.store(body.replace(b"Received: from elsewhere", b"Received: from x%d" % number))
        await firm.answer()
    assert len(await firm.messages(direction="in")) == 1
    assert len(anna.received) == 1


async def test_a_mail_without_any_id_is_one_conversation_however_often_it_comes(
    firm: Firm,
) -> None:
    firm.mail.arrive(ANNA, FIRM, f"From: {ANNA}\r\nSubject: Hi\r\n\r\n{PROBLEM}\r\n".encode())
    [body] = await firm.fetch()
    for number in range(3):
        await firm.store(body.replace(b"Received: from elsewhere", b"Received: from x%d" % number))
        await firm.take()
    await firm.conversation()


async def test_a_stranger_who_names_ids_of_a_thread_stays_outside(firm: Firm) -> None:
    anna, eve = firm.person(), firm.person(EVE, "Eve")
    first = anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    token = str(anna.received[0].message["Message-ID"])
    [ticket] = await firm.tickets()
    swapped = token.replace("fd.a", "fd.b") if "fd.a" in token else token.replace("fd.", "fd.a", 1)
    forged = swapped[: swapped.index("fd.") + 45] + "." + "0" * 32 + "@firm.example>"
    for headers in (
        [("References", named(first))],
        [("In-Reply-To", named(first)), ("References", f"{named(first)} {forged}")],
        [("In-Reply-To", "<fd." + "a" * 42 + ".00@firm.example>")],
    ):
        eve.write(FIRM, f"Re: [{ticket.number}] Gate", "Let me in.", headers=headers)
        await firm.store(*await firm.fetch())
        await firm.take()
    own, *others = await firm.conversations()
    assert len(others) == 3
    assert {
        m.sender_address for m in await firm.messages(conversation_id=own.id, direction="in")
    } == {ANNA}


async def test_a_strangers_copy_of_an_id_does_not_join_the_customers_later_mails(
    firm: Firm,
) -> None:
    anna, eve = firm.person(), firm.person(EVE, "Eve")
    first = anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    eve.written.clear()
    raw = (
        f"From: {EVE}\r\nTo: {FIRM}, {ANNA}\r\nMessage-ID: {named(first)}\r\n"
        "Subject: Gate\r\n\r\nI am here too.\r\n"
    )
    firm.mail.arrive(EVE, FIRM, raw.encode())
    await firm.work()
    anna.write(FIRM, "Re: Gate", "Still dead.", headers=[("References", named(first))])
    await firm.work()
    own, other = await firm.conversations()
    assert [m.text for m in await firm.messages(conversation_id=other.id, direction="in")] == [
        "I am here too."
    ]
    assert len(await firm.messages(conversation_id=own.id, direction="in")) == 2


async def test_a_ticket_number_opens_the_thread_to_a_participant_only(firm: Firm) -> None:
    anna, eve = firm.person(), firm.person(EVE, "Eve")
    anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    [ticket] = await firm.tickets()
    anna.write(FIRM, f"About {ticket.number}", "It is still dead.")
    eve.write(FIRM, f"About {ticket.number}", "What is it about?")
    await firm.store(*await firm.fetch())
    await firm.take()
    own, other = await firm.conversations()
    assert [m.sender_address for m in await firm.messages(conversation_id=other.id)] == [EVE]
    assert len(await firm.messages(conversation_id=own.id, direction="in")) == 2


async def test_the_same_message_id_in_two_tenants_never_mixes(firm: Firm, rival: Firm) -> None:
    anna = firm.person()
    first = anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    token_mail: SentMail = anna.received[0]
    raw = first.as_bytes().replace(FIRM.encode(), RIVAL.encode())
    firm.mail.arrive(ANNA, RIVAL, raw)
    answer = token_mail.message
    anna.write(RIVAL, "Re: Gate", "Hello", headers=[("References", named(answer))])
    await rival.store(*await rival.fetch())
    await rival.take()
    assert len(await rival.conversations()) == 2
    assert len(await firm.messages(direction="in")) == 1


async def test_who_is_in_copy_speaks_under_their_own_name(firm: Firm) -> None:
    anna, bob = firm.person(), firm.person(BOB, "Bob Builder")
    first = anna.write(FIRM, "Gate", PROBLEM, headers=[("Cc", f"Bob <{BOB}>")])
    await firm.work()
    bob.write(FIRM, "Re: Gate", "I saw it too.", headers=[("References", named(first))])
    await firm.work()
    conversation = await firm.conversation()
    async with firm.runtime.database.transaction(firm.tenant_id) as session:
        card = await threads.read(session, firm.tenant_id, conversation.id)
    assert card.customer == "Anna"
    assert [m.name for m in card.messages if m.direction == "in"] == ["Anna", "Bob Builder"]
    people = await firm.all(Participant, Participant.address)
    assert [(p.address, p.role) for p in people] == [(ANNA, "sender"), (BOB, "cc")]
    assert firm.sent_to(BOB) == []


async def test_what_is_said_to_a_merged_conversation_is_said_where_it_went(firm: Firm) -> None:
    """The mail in the middle comes last: two conversations turn out to be one."""
    anna = firm.person()
    past = utc_now() - timedelta(minutes=9)
    first = anna.write(FIRM, "Gate", PROBLEM, at=past)
    middle = anna.write(
        FIRM,
        "Re: Gate",
        "The door too.",
        headers=[("In-Reply-To", named(first))],
        at=past + timedelta(minutes=1),
    )
    anna.write(
        FIRM,
        "Re: Gate",
        "And the yard.",
        headers=[("In-Reply-To", named(middle))],
        at=past + timedelta(minutes=2),
    )
    one, two, three = await firm.fetch()
    await firm.store(one)
    await firm.take()
    await firm.store(three)
    await firm.take()
    older, newer = await firm.conversations()
    await firm.store(two)
    await firm.take()
    assert (await firm.conversation()).id == older.id
    await firm.staff_reply(newer.id, "Sam here.")
    [said] = await firm.messages(author="staff")
    assert said.conversation_id == older.id
    assert anna.received[-1].text.startswith("Sam here.")
    assert len(await firm.messages(conversation_id=older.id, direction="in")) == 3
