"""A customer's whole journey by mail, with staff at the desk and in Outlook."""

import random

import pytest

from domain.types import utc_now
from tests.bot.engine.mailing.conftest import FIRM, Firm, firm, mail, mail_runtime, rival

__all__ = ["firm", "mail", "mail_runtime", "rival"]

ASKED = "How do I reset the password of my recorder?"


async def journey(firm: Firm) -> None:
    anna = firm.person()
    first = anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    [answer] = anna.received
    assert "hold the reset button" in answer.text
    assert "Resetting the password of a recorder" in answer.text
    assert answer.message["In-Reply-To"] == first["Message-ID"]

    anna.reply(answer, "I did that, but the recorder is still broken and shows no picture.")
    await firm.work()
    [ticket] = await firm.tickets()
    assert ticket.number in anna.received[-1].text

    conversation = await firm.conversation()
    await firm.staff_reply(conversation.id, "Sam here. I come by tomorrow at nine.")
    assert "tomorrow at nine" in anna.received[-1].text

    late = anna.reply(anna.received[-1], "Ten would be better.")
    await firm.work()
    firm.sent_by_hand(anna.address, late, "Ten it is. Sam")
    await firm.work()

    anna.reply(anna.received[-1], "Thank you very much!")
    await firm.work()


async def test_question_ticket_staff_and_thanks_are_one_conversation(
    firm: Firm, rival: Firm
) -> None:
    await journey(firm)
    conversation = await firm.conversation()
    assert (conversation.owner, conversation.last_author) == ("staff", "customer")
    said = await firm.messages(conversation_id=conversation.id)
    assert [m.author for m in said] == [
        *("customer", "bot", "customer", "bot", "staff"),
        *("customer", "staff", "customer"),
    ]
    assert "Ten it is" in said[6].text
    assert len(firm.sent_to()) == 3
    assert await rival.conversations() == []


async def test_an_answer_from_outlook_is_the_first_response_and_takes_over(firm: Firm) -> None:
    anna = firm.person()
    asked = anna.write(FIRM, "Gate", "The camera at the gate is dead since yesterday.")
    await firm.work()
    [ticket] = await firm.tickets()
    assert ticket.first_response_at is None
    firm.sent_by_hand(anna.address, asked, "I come by at nine. Sam")
    await firm.work()
    conversation = await firm.conversation()
    assert conversation.owner == "staff"
    await firm.runtime.service_levels.watch_tenant(firm.tenant_id, utc_now())
    [ticket] = await firm.tickets()
    [written] = await firm.messages(author="staff")
    assert ticket.first_response_at == max(written.sent_at, ticket.created_at)
    count = len(anna.received)
    anna.write(FIRM, "Re: Gate", "Fine.", headers=[("References", str(asked["Message-ID"]))])
    await firm.work()
    assert len(anna.received) == count


@pytest.mark.parametrize("seed", range(3))
async def test_the_same_mails_shuffled_and_delivered_six_times_change_nothing(
    firm: Firm, seed: int
) -> None:
    await journey(firm)
    before = [(m.id, m.text, m.state, m.outcome) for m in await firm.messages()]
    sent = len(firm.mail.outbox)
    for number in range(6):
        shuffled = list(firm.taken)
        random.Random(seed * 10 + number).shuffle(shuffled)  # noqa: S311 - for an order
        # As after another way through the servers: the same mails in other bytes.
        trace = b"\r\nReceived: by relay%d.example\r\n" % number
        await firm.store(*(body.replace(b"\r\n", trace, 1) for body in shuffled))
        await firm.answer()
    await firm.conversation()
    assert [(m.id, m.text, m.state, m.outcome) for m in await firm.messages()] == before
    assert len(firm.mail.outbox) == sent


@pytest.mark.parametrize("seed", range(3))
async def test_all_mails_of_a_thread_imported_in_any_order_are_one_conversation(
    firm: Firm, rival: Firm, seed: int
) -> None:
    """As after a restored backup, with nothing known of before."""
    await journey(firm)
    count = len(await firm.messages())
    await firm.execute("delete from messages")
    await firm.execute("delete from conversations")
    await firm.execute("delete from raw_events")
    shuffled = list(firm.taken)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - for an order
    for body in shuffled:
        await firm.store(body)
        await firm.take()
    conversation = await firm.conversation()
    stored = await firm.messages(conversation_id=conversation.id)
    # Our own mails are known by their ids and not taken in again.
    assert len(stored) == count - 3
