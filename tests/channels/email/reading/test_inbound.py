"""What the JSON lines of the samples do not show: people, threads, proof, ids."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import channels.email
from channels.email.reading.envelope import Envelope, sealed
from channels.email.reading.inbound import parse
from channels.messages import Address, Author, EventKind, Ignored, InboundMessage, Proof

SAMPLES = Path(channels.email.__path__[0]) / "samples"
OURS = Envelope(
    account="info@acme.example",
    own_addresses=("info@acme.example", "sales@acme.example"),
    received_at=datetime(2024, 3, 4, 9, 13, tzinfo=UTC),
    authserv_id="mx.acme.example",
)
SENT = Envelope(account="info@acme.example", is_sent=True)
DATE = "Date: Mon, 4 Mar 2024 09:12:03 +0000"


def sample(name: str) -> InboundMessage:
    (event,) = parse((SAMPLES / f"{name}.eml").read_bytes())
    assert isinstance(event, InboundMessage)
    return event


def message(*fields: str, body: str = "Hello", envelope: Envelope = OURS) -> InboundMessage:
    raw = "\n".join((*fields, "", body)).encode()
    (event,) = parse(sealed(envelope, raw))
    assert isinstance(event, InboundMessage)
    return event


# --- who wrote, to whom -----------------------------------------------------------------------


def test_the_sender_is_the_customer() -> None:
    found = message("From: Ada Lund <Ada@Lund.Example>", "To: info@acme.example")
    assert found.sender.addresses == (Address("email", "ada@lund.example"),)
    assert found.sender.name == "Ada Lund"
    assert found.author is Author.CUSTOMER
    assert found.account == "info@acme.example"


def test_a_person_in_copy_is_a_participant_and_not_the_customer() -> None:
    found = sample("with_copy")
    assert [a.value for a in found.sender.addresses] == ["ada@lund.example"]
    assert found.recipients == ("info@acme.example", "cy@dahl.example", "sales@acme.example")
    assert found.details["cc"] == "cy@dahl.example, sales@acme.example"
    assert found.details["reply_to"] == "office@lund.example"
    assert found.details["importance"] == "high"


def test_a_reply_to_address_is_told_and_never_becomes_the_sender() -> None:
    found = message("From: ada@lund.example", "Reply-To: x@evil.example", "To: info@acme.example")
    assert found.sender.addresses[0].value == "ada@lund.example"
    assert found.details["reply_to"] == "x@evil.example"


@pytest.mark.parametrize("field", ["Sender: ada@lund.example", "Return-Path: <ada@lund.example>"])
def test_without_from_the_next_best_field_names_the_sender(field: str) -> None:
    assert message(field, "To: info@acme.example").sender.addresses[0].value == "ada@lund.example"


def test_a_mail_that_names_nobody_is_visible_and_not_answered() -> None:
    found = message("Subject: Hello", "To: info@acme.example")
    assert found.kind is EventKind.UNSUPPORTED
    assert found.reason == "the mail names no sender"
    assert found.text == "Hello"


# --- what the company itself wrote ------------------------------------------------------------


def test_a_mail_from_the_sent_folder_is_of_staff_and_to_the_customer() -> None:
    found = sample("sent_by_staff")
    assert found.author is Author.STAFF
    assert found.addressee.addresses == (Address("email", "ada@lund.example"),)
    assert found.sender.addresses == (Address("email", "info@acme.example"),)
    assert found.proof is Proof.CHANNEL


def test_the_addressee_is_the_first_who_is_not_of_the_company() -> None:
    found = message(
        "From: bo@acme.example",
        "To: info+fd.x@acme.example, ada@lund.example, cy@dahl.example",
        envelope=SENT,
    )
    assert found.addressee.addresses[0].value == "ada@lund.example"


@pytest.mark.parametrize("field", ["Cc: ada@lund.example", "Bcc: ada@lund.example"])
def test_the_addressee_may_stand_in_a_copy(field: str) -> None:
    found = message("From: bo@acme.example", field, envelope=SENT)
    assert found.addressee.addresses[0].value == "ada@lund.example"


def test_our_address_as_sender_in_the_inbox_proves_nothing() -> None:
    found = message("From: sales@acme.example", "To: ada@lund.example")
    assert found.author is Author.STAFF
    assert found.proof is Proof.NONE


def test_a_mail_to_ourselves_is_ignored_with_a_reason() -> None:
    (event,) = parse((SAMPLES / "sent_to_ourselves.eml").read_bytes())
    assert isinstance(event, Ignored)
    assert event.reason == "a mail of ours to nobody else"
    assert event.account == "info@acme.example"


def test_what_we_sent_ourselves_is_no_reply_of_staff() -> None:
    found = sample("sent_by_ourselves")
    assert found.kind is EventKind.AUTOMATIC
    assert found.author is Author.STAFF


@pytest.mark.parametrize("sender", ["info@acme.example", "no-reply@acme.example"])
def test_who_filled_in_our_own_form_is_the_customer_without_proof(sender: str) -> None:
    passed = "Authentication-Results: mx.acme.example; dmarc=pass header.from=acme.example"
    found = message(
        passed, f"From: {sender}", "To: info@acme.example", "Reply-To: Ada <ada@lund.example>"
    )
    assert found.kind is EventKind.MESSAGE
    assert found.author is Author.CUSTOMER
    assert found.sender.addresses == (Address("email", "ada@lund.example"),)
    assert found.proof is Proof.NONE
    assert found.details["form"] == sender


# --- proof ------------------------------------------------------------------------------------


def test_a_sender_whom_our_server_found_genuine_is_authenticated() -> None:
    assert sample("text").proof is Proof.AUTHENTICATED


def test_without_the_word_of_our_server_a_sender_is_anybody() -> None:
    assert message("From: ada@lund.example").proof is Proof.NONE


# --- ids and threads --------------------------------------------------------------------------


MAIL = ("From: ada@lund.example", "To: info@acme.example", DATE, "Message-ID: <a@lund.example>")


def test_a_mail_delivered_again_over_another_way_is_the_same() -> None:
    again = ("Received: from x by y; Mon, 4 Mar 2024 09:20:00 +0000", "Delivered-To: b@c.d", *MAIL)
    assert message(*MAIL).external_id == message(*again).external_id
    crlf = parse("\r\n".join((*MAIL, "", "Hello", "")).encode())[0]
    assert crlf.external_id == message(*MAIL).external_id


def test_a_reused_message_id_with_another_body_is_another_mail() -> None:
    assert message(*MAIL).external_id != message(*MAIL, body="Hello again").external_id


def test_without_a_message_id_two_people_with_the_same_words_are_two_mails() -> None:
    first, second = (message(f"From: {who}@lund.example", DATE) for who in ("ada", "bo"))
    assert first.external_id != second.external_id
    assert first.conversation_hint != second.conversation_hint


def test_an_answer_shares_the_conversation_of_what_it_answers() -> None:
    answer = message(
        "From: info@acme.example", "To: ada@lund.example", "In-Reply-To: <a@lund.example>"
    )
    assert answer.conversation_hint == message(*MAIL).conversation_hint
    assert answer.in_reply_to == "a@lund.example"


def test_the_thread_of_a_reply_is_told() -> None:
    thread = sample("reply_with_token").thread
    assert thread is not None
    assert thread.tokens == ("abcdefghijklmnopqrstuvwxyz234567abcdefghij",)
    assert thread.numbers == ("TKT-202403-00012",)
    assert thread.message_id == "reply.4@lund.example"


# --- text -------------------------------------------------------------------------------------


def test_the_text_is_what_is_new_and_the_full_text_is_all() -> None:
    found = sample("reply_gmail")
    assert found.text == "We take two, please."
    assert "Do you want one or two?" in found.full_text


def test_old_mail_is_marked_as_such() -> None:
    assert sample("history").is_history


def test_a_subject_is_one_line_and_not_endless() -> None:
    found = message("From: a@b.c", "Subject: =?utf-8?Q?one=0D=0ABcc:_x?=\n two " + "x" * 2000)
    assert found.subject.startswith("one Bcc: x two")
    assert len(found.subject) == 500


def test_a_report_names_the_mail_that_it_is_about() -> None:
    report = sample("bounce").report
    assert report is not None
    assert report.message_id == "q1@acme.example"
    assert report.is_permanent


def test_a_report_without_words_shows_its_reason() -> None:
    found = message(
        "From: MAILER-DAEMON@mx.example",
        "Content-Type: message/delivery-status",
        body="Final-Recipient: rfc822; ada@lund.example\nAction: failed\nStatus: 5.1.1",
    )
    assert (
        found.text == found.reason == "not delivered to ada@lund.example: there is no such mailbox"
    )


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"null", b"[]", b"{}", b'{"a":1}', b"[" * 9999])
def test_what_is_no_mail_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(ValueError, match="no mail"):
        parse(body)
