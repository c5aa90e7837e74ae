"""What leaves by mail: threads that hold, one mail however often it is tried, nothing by itself."""

from datetime import timedelta

from bot.desk import tenants
from channels.email.simulator import Fault
from domain.types import utc_now
from tests.bot.engine.mailing.conftest import BOB, FIRM, Firm

ASKED = "How do I reset the password of my recorder?"
PROBLEM = "The camera at the gate is dead since yesterday."


def bare(value: object) -> str:
    return str(value).strip().strip("<>")


async def test_an_answer_stands_in_the_thread_and_says_that_a_machine_wrote_it(
    firm: Firm,
) -> None:
    anna = firm.person()
    first = anna.write(FIRM, "Recorder", ASKED, headers=[("Cc", BOB)])
    await firm.work()
    [answer] = anna.received
    assert answer.message["Subject"] == "Re: Recorder"
    assert answer.message["In-Reply-To"] == first["Message-ID"]
    assert bare(first["Message-ID"]) in str(answer.message["References"])
    assert answer.message["Auto-Submitted"] == "auto-replied"
    assert "assistant" in answer.text
    assert answer.recipients == (anna.address,)
    [stored] = await firm.messages(direction="out")
    assert stored.thread_id == stored.external_id == bare(answer.message["Message-ID"])


async def test_a_persons_answer_is_marked_as_no_machines(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    anna.reply(anna.received[-1], "Still dead.")
    await firm.work()
    await firm.staff_reply((await firm.conversation()).id, "I come by at nine.")
    answer = anna.received[-1].message
    assert answer["Auto-Submitted"] is None
    assert answer["In-Reply-To"] == anna.written[-1]["Message-ID"]
    named = str(answer["References"]).split()
    assert bare(named[0]) == bare(anna.written[0]["Message-ID"])
    assert len(named) == len(set(named)) >= 3


async def test_what_was_lost_after_data_is_reconciled_by_the_sent_folder(firm: Firm) -> None:
    anna = firm.person()
    firm.mail.order(Fault.SMTP_DROP_AFTER_DATA)
    anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    [waiting] = await firm.messages(direction="out")
    assert (waiting.state, waiting.is_maybe_repeated) == ("pending", True)
    await firm.work()  # the Sent folder shows it
    [sent] = await firm.messages(direction="out")
    assert (sent.state, sent.is_maybe_repeated) == ("sent", False)
    assert sent.external_id == bare(anna.received[0].message["Message-ID"])
    await firm.execute("update messages set next_attempt_at = now() - interval '1 minute'")
    await firm.runtime.deliverer.deliver(firm.tenant_id, sent.id)
    assert len(anna.received) == 1


async def test_a_retry_has_the_same_message_id(firm: Firm) -> None:
    anna = firm.person()
    firm.mail.accounts[FIRM].keeps_sent = False
    firm.mail.order(Fault.SMTP_DROP_AFTER_DATA)
    anna.write(FIRM, "Recorder", ASKED)
    await firm.work()
    await firm.execute("update messages set next_attempt_at = now() - interval '1 minute'")
    [waiting] = await firm.messages(direction="out")
    await firm.runtime.deliverer.deliver(firm.tenant_id, waiting.id)
    assert len({str(mail.message["Message-ID"]) for mail in anna.received}) == 1
    assert len(anna.received) == 2
    [sent] = await firm.messages(direction="out")
    assert (sent.state, sent.is_maybe_repeated) == ("sent", True)


async def test_nothing_leaves_in_draft_only(firm: Firm) -> None:
    runtime = firm.runtime
    await tenants.go_live(runtime.database, runtime.accounts, firm.tenant_id, "email", "draft_only")
    anna = firm.person()
    anna.write(FIRM, "Recorder", ASKED)
    anna.write(FIRM, "Gate", PROBLEM)
    await firm.work()
    assert firm.mail.outbox == []
    assert {m.state for m in await firm.messages(direction="out")} == {"draft"}


async def test_old_mail_is_stored_and_never_answered(firm: Firm) -> None:
    anna = firm.person()
    anna.write(FIRM, "Recorder", ASKED, at=utc_now() - timedelta(days=3))
    await firm.work()
    assert (len(await firm.messages()), firm.mail.outbox) == (1, [])
