"""What goes out by SMTP, and what every refusal and silence means."""

import asyncio

import pytest

from channels.email.settings import EmailSettings
from channels.email.simulator import Fault, MailSimulator
from channels.email.simulator.world import parsed
from channels.messages import Address, OutboundAttachment, Permanent, Temporary
from tests.channels.email.conftest import ANNA, FIRM, OTHER, Box

TOKEN = "a" * 42


async def test_a_mail_arrives_under_the_id_in_the_receipt(box: Box) -> None:
    receipt = await box.send("Hello Anna", subject="Printer", token=TOKEN, idempotency_key="r1")
    [mail] = box.mail.outbox
    assert mail.recipients == (ANNA,)
    assert mail.sender == FIRM
    assert mail.text == "Hello Anna"
    assert receipt.external_ids == (mail.message["Message-ID"].strip("<>"),)
    assert receipt.at.tzinfo


async def test_text_choices_and_files_go_in_one_mail(box: Box) -> None:
    files = tuple(OutboundAttachment(f"{n}.pdf", "application/pdf", b"%PDF") for n in range(3))
    receipt = await box.send("Your quote", attachments=files)
    assert len(receipt.external_ids) == 1
    [mail] = box.mail.outbox
    assert [f.get_filename() for f in mail.message.iter_attachments()] == [
        "0.pdf",
        "1.pdf",
        "2.pdf",
    ]


async def test_lines_of_a_single_dot_survive(box: Box) -> None:
    await box.send("One\n.\n..two")
    assert box.mail.outbox[0].text == "One\n.\n..two"


async def test_a_reply_to_our_mail_comes_back_with_its_token(box: Box) -> None:
    await box.pages()
    await box.send("Hello Anna", subject="Printer", token=TOKEN)
    box.anna.reply(box.anna.received[0], "Still broken")
    [(_, raw)] = await box.news()
    reply, answered = parsed(raw), box.mail.outbox[0].message
    assert reply["To"].addresses[0].addr_spec == f"help+fd.{TOKEN}@firm.example"
    assert reply["In-Reply-To"].strip() == answered["Message-ID"]


async def test_a_provider_may_keep_what_was_sent_in_the_sent_folder(box: Box) -> None:
    box.account.keeps_sent = True
    await box.pages()
    await box.send("Hello Anna", token=TOKEN)
    [(envelope, raw)] = await box.news()
    assert envelope.is_sent
    assert TOKEN.encode() in raw


async def test_an_empty_message_is_not_sent(box: Box) -> None:
    with pytest.raises(Permanent, match="nothing in this message"):
        await box.send("")


async def test_a_phone_number_is_no_recipient(box: Box) -> None:
    with pytest.raises(Permanent, match="no mail address"):
        await box.send("Hello", to=Address("phone", "447700900123"))


async def test_an_address_beyond_ascii_is_written_to_where_the_server_can(box: Box) -> None:
    await box.send("Hello", to=Address("email", "jörg@müller.example"))
    assert box.mail.outbox[0].recipients == ("jörg@xn--mller-kva.example",)


@pytest.mark.parametrize(
    ("fault", "kind", "words", "code"),
    [
        (Fault.SMTP_BUSY, Temporary, "at the moment.*Greylisted", "4.7.1"),
        (Fault.SMTP_NO_MAILBOX, Permanent, f"no mailbox of {ANNA}.*another address", "5.1.1"),
        (Fault.SMTP_TOO_LARGE, Permanent, "too large.*smaller files", "5.3.4"),
        (Fault.SMTP_SPAM, Permanent, "unwanted.*doctor", "5.7.1"),
        (Fault.SMTP_QUOTA, Temporary, "no more mails.*an hour", "5.4.5"),
        (Fault.REFUSE_LOGIN, Permanent, "refuses the login.*password", "5.7.8"),
    ],
)
async def test_a_refusal_says_what_to_do(
    box: Box, fault: Fault, kind: type[Exception], words: str, code: str
) -> None:
    box.mail.order(fault)
    with pytest.raises(kind, match=words) as caught:
        await box.send("Hello")
    assert getattr(caught.value, "code", "") == code
    assert not getattr(caught.value, "may_have_been_sent", False)
    assert box.mail.outbox == []
    await box.send("Hello")
    assert len(box.mail.outbox) == 1


async def test_a_quota_asks_for_a_long_pause(box: Box) -> None:
    box.mail.order(Fault.SMTP_QUOTA)
    with pytest.raises(Temporary) as caught:
        await box.send("Hello")
    assert caught.value.retry_after == 3600


async def test_a_connection_lost_after_the_data_may_have_sent_it(box: Box) -> None:
    box.mail.order(Fault.SMTP_DROP_AFTER_DATA)
    with pytest.raises(Temporary, match="may have been sent") as caught:
        await box.send("Hello", token=TOKEN, idempotency_key="r1")
    assert caught.value.may_have_been_sent
    await box.send("Hello", token=TOKEN, idempotency_key="r1")
    ids = [mail.message["Message-ID"] for mail in box.mail.outbox]
    assert len(ids) == 2
    assert len(set(ids)) == 1


async def test_a_connection_lost_before_the_data_has_sent_nothing(box: Box) -> None:
    box.mail.order(Fault.SMTP_DROP_ON_RCPT)
    with pytest.raises(Temporary) as caught:
        await box.send("Hello")
    assert not caught.value.may_have_been_sent


async def test_a_mail_beyond_the_servers_size_is_not_even_tried(box: Box) -> None:
    box.mail.size_limit = 20_000
    async with box.mail.serve():
        box.settings = box.mail.settings_for(FIRM)
        file = OutboundAttachment("a.bin", "application/octet-stream", b"\0" * 30_000)
        with pytest.raises(Permanent, match=r"takes 0\.0 MB at most"):
            await box.send("Hello", attachments=(file,))


async def test_sending_as_somebody_else_is_refused(box: Box) -> None:
    box.settings = box.mail.settings_for(FIRM, email="boss@firm.example", username=FIRM)
    with pytest.raises(Permanent, match=r"email_settings\.email to an address of this mailbox"):
        await box.send("Hello")


async def test_without_a_server_nothing_is_sent_and_the_setting_is_named(box: Box) -> None:
    box.settings = EmailSettings.model_validate(
        {"email": FIRM, "password": "x", "imap_server": "posteingang.firm.example"}
    )
    with pytest.raises(Permanent, match=r"Set email_settings\.smtp_server"):
        await box.send("Hello")


async def test_nobody_at_the_port_is_a_passing_trouble(box: Box) -> None:
    async with MailSimulator().serve() as gone:
        pass
    box.settings = box.mail.settings_for(FIRM, smtp_port=gone.smtp_port)
    with pytest.raises(Temporary, match="could not be reached") as caught:
        await box.send("Hello")
    assert not caught.value.may_have_been_sent


async def test_mail_between_two_accounts_arrives(box: Box) -> None:
    await box.send("Hello neighbour", to=Address("email", OTHER))
    assert box.mail.accounts[OTHER].inbox.texts == ["Hello neighbour"]
    assert box.mail.outbox == []


async def test_many_mails_at_once_all_arrive(box: Box) -> None:
    await asyncio.gather(*(box.send(f"Hello {n}") for n in range(10)))
    assert sorted(mail.text for mail in box.mail.outbox) == [f"Hello {n}" for n in range(10)]


# --- trying a mailbox out -------------------------------------------------------------------


async def test_a_mailbox_that_works_has_no_findings(box: Box) -> None:
    assert await box.channel.check(box.settings, box.client) == ()
    assert box.mail.outbox == []


async def test_each_thing_that_is_wrong_is_found(box: Box) -> None:
    box.settings = box.mail.settings_for(FIRM, folder="Anfragen", smtp_port=1)
    reading, sending = await box.channel.check(box.settings, box.client)
    assert "no folder “Anfragen”" in reading
    assert "could not be reached" in sending


async def test_a_mailbox_without_a_sent_folder_is_told_of(box: Box) -> None:
    del box.account.folders[box.account.sent.name]
    [finding] = await box.channel.check(box.settings, box.client)
    assert "no Sent folder" in finding
    assert [page.bodies for page in await box.pages()] == [()]
