"""Reports of mail servers: whom they are about, why, and how final they are."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import channels.email
from channels.email.reading.inbound import parse
from channels.email.reading.reports import prose, statuses
from channels.email.reading.reports.causes import cause
from channels.messages import DeliveryReport, EventKind, InboundMessage, ReportKind

SAMPLES = Path(channels.email.__path__[0]) / "samples"
DAEMON = "From: MAILER-DAEMON@mx.lund.example\nTo: info@acme.example\n"
RETURNED = "From: info@acme.example\nTo: ada@lund.example\nMessage-ID: <q1@acme.example>\n\nx"


def read(raw: str | bytes) -> InboundMessage:
    (event,) = parse(raw if isinstance(raw, bytes) else raw.encode())
    assert isinstance(event, InboundMessage)
    return event


def report(raw: str | bytes) -> DeliveryReport:
    found = read(raw)
    assert found.kind is EventKind.BOUNCE
    assert found.report is not None
    assert found.reason == found.report.reason
    return found.report


SAMPLE_REPORTS = {
    "bounce": (ReportKind.FAILED, "5.1.1", True),
    "bounce_delayed": (ReportKind.DELAYED, "4.4.1", False),
    "bounce_qmail": (ReportKind.FAILED, "5.1.1", True),
    "delivered_report": (ReportKind.DELIVERED, "2.0.0", False),
    "complaint": (ReportKind.COMPLAINT, "", False),
}


@pytest.mark.parametrize("name", SAMPLE_REPORTS)
def test_a_standard_report_is_read(name: str) -> None:
    found = report((SAMPLES / f"{name}.eml").read_bytes())
    assert (found.kind, found.status, found.is_permanent) == SAMPLE_REPORTS[name]
    assert found.recipients == ("ada@lund.example",)
    assert found.message_id == "q1@acme.example"
    assert "ada@lund.example" in found.reason


# Texts in the manner of each server, from its documentation; below them comes what was sent.
PROSE = {
    "exim": (
        "This message was created automatically by mail delivery software.\n\nA message that "
        "you sent could"
        " not be delivered to one or more of its\nrecipients. This is a permanent error. The "
        "following"
        " address(es) failed:\n\n  ada@lund.example\n    host mx.lund.example [192.0.2.7]\n    "
        "SMTP error"
        " from remote mail server after RCPT TO:<ada@lund.example>:\n    550 5.1.1 User unknown\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n",
        "5.1.1",
        "there is no such mailbox",
    ),
    "postfix": (
        "<ada@lund.example>: host mx.lund.example[192.0.2.7] said: 552 5.2.2 Over quota (in "
        "reply to RCPT"
        " TO command)\n\nReceived: from x by y\n",
        "5.2.2",
        "the mailbox is full",
    ),
    "sendmail": (
        "   ----- The following addresses had permanent fatal errors -----\n<ada@lund.example>\n\n"
        "   ----- Transcript of session follows -----\n550 5.1.2 <ada@lund.example>... Host "
        "unknown\n\n"
        "   ----- Original message follows -----\n",
        "5.1.2",
        "there is no such mail server",
    ),
    "qmail": (
        "Hi. This is the qmail-send program.\n\n<ada@lund.example>:\n192.0.2.7 does not like "
        "recipient.\n"
        "Remote host said: 550 Unknown user\nGiving up on 192.0.2.7.\n\n--- Below this line is "
        "a copy of"
        " the message.\n\n",
        "5.1.1",
        "there is no such mailbox",
    ),
    "exchange": (
        "Your message\n\n  To:      Ada <ada@lund.example>\n  Subject: Quote\n\ndid not reach "
        "the following"
        " recipient(s):\n\nada@lund.example on Mon, 4 Mar 2024 09:12:03\n    The recipient "
        "name is not"
        " recognized\n\n--- Original message ---\n",
        "5.1.1",
        "there is no such mailbox",
    ),
    "domino": (
        "Your message\n\n  Subject: Quote\n\nwas not delivered to:\n\n  ada@lund.example\n\n"
        "because:\n\n"
        "  User ada (ada@lund.example) not listed in Directory\n\nReceived: from x\n",
        "5.1.1",
        "there is no such mailbox",
    ),
    "a large provider": (
        "** Address not found **\n\nYour message wasn't delivered to ada@lund.example because "
        "the address"
        " couldn't be found.\n\nThe response was:\n\n550 5.1.1 The email account that you "
        "tried to reach"
        " does not exist.\n\n----- Original message -----\n",
        "5.1.1",
        "there is no such mailbox",
    ),
    "spam": (
        "Delivery to ada@lund.example failed.\n554 5.7.1 Message considered spam\n\nReceived: "
        "from x\n",
        "5.7.1",
        "it was taken for spam",
    ),
    "time": (
        "The mail to ada@lund.example could not be delivered.\nConnection timed out\n\n"
        "Received: a\n",
        "5.4.1",
        "the mail server could not be reached",
    ),
    "size": (
        "ada@lund.example: 552 5.3.4 Message size exceeds fixed limit\n\nReceived: from x\n",
        "5.3.4",
        "the mail is too large",
    ),
}


@pytest.mark.parametrize(("text", "status", "why"), PROSE.values(), ids=PROSE)
def test_a_bounce_of_no_standard_is_read(text: str, status: str, why: str) -> None:
    found = report(f"{DAEMON}Subject: Mail delivery failed\n\n{text}{RETURNED}")
    assert found.kind is ReportKind.FAILED
    assert found.recipients == ("ada@lund.example",)
    assert found.status == status
    assert why in found.reason
    assert found.message_id == "q1@acme.example"


SPEAKERS = [
    "From: MAILER-DAEMON@x.example",
    "From: postmaster@x.example",
    "Return-Path: <>\nFrom: Mail <mail@x.example>",
    "X-Failed-Recipients: ada@lund.example\nFrom: robot@x.example",
    "From: MAILER-DAEMON <>",
]


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_a_mail_server_is_known_by_its_name_or_its_empty_return_path(speaker: str) -> None:
    text = "<ada@lund.example>: 550 User unknown\n"
    found = report(f"{speaker}\nTo: info@acme.example\nSubject: Returned mail\n\n{text}")
    assert found.recipients == ("ada@lund.example",)


def test_a_full_mailbox_is_no_reason_to_mute_the_address() -> None:
    found = report(
        f"{DAEMON}Subject: failure notice\n\n<ada@lund.example>: 552 5.2.2 Mailbox full\n"
    )
    assert not found.is_permanent


def test_the_address_that_we_wrote_to_comes_before_the_one_it_was_passed_on_to() -> None:
    told = statuses.read(
        "Reporting-MTA: dns; x\n\nOriginal-Recipient: rfc822; a@b.c\nFinal-Recipient: rfc822; "
        "d@e.f\n"
        "Action: failed\nStatus: 5.1.1 (no such user)\nDiagnostic-Code: smtp; 550 no\n such user"
    )
    (outcome,) = told.outcomes
    assert outcome.recipients == ("a@b.c", "d@e.f")
    assert (outcome.action, outcome.status) == ("failed", "5.1.1")
    assert outcome.diagnostic == "550 no such user"


def test_of_several_recipients_those_that_failed_are_named() -> None:
    status = "".join(
        f"\n\nFinal-Recipient: rfc822; {who}@lund.example\nAction: {action}\nStatus: {code}"
        for who, action, code in (("ok", "delivered", "2.0.0"), ("ada", "failed", "5.1.1"))
    )
    raw = (
        f"{DAEMON}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\n\nx\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x{status}\n--b--"
    )
    assert report(raw).recipients == ("ada@lund.example",)


def test_an_address_of_the_report_itself_is_not_the_one_that_failed() -> None:
    text = (
        "Please write to postmaster@x.example.\nFrom: info@acme.example\n<ada@lund.example> unknown"
    )
    assert prose.recipients(text, {"info@acme.example"}) == ("ada@lund.example",)


def test_a_warning_is_a_delay() -> None:
    text = "Warning: your mail to ada@lund.example has not yet been delivered, we will keep trying."
    assert report(f"{DAEMON}Subject: Warning: message delayed\n\n{text}").kind is ReportKind.DELAYED


def test_a_complaint_of_no_standard_names_whom_it_comes_from() -> None:
    raw = (
        "From: staff@provider.example\nSubject: complaint about message from 192.0.2.1\n"
        "Content-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: ada@lund.example\n"
        "From: info@acme.example\nTo: hidden@provider.example\n\nx"
    )
    found = report(raw)
    assert (found.kind, found.recipients) == (ReportKind.COMPLAINT, ("ada@lund.example",))


def test_an_automatic_reply_with_an_empty_return_path_is_no_bounce() -> None:
    found = read("Return-Path: <>\nFrom: ada@lund.example\nSubject: Away\n\nI am away.")
    assert found.kind is EventKind.AUTOMATIC
    assert found.report is None


@pytest.mark.parametrize(
    "subject", ["Undelivered Mail Returned to Sender", "Fwd: Delivery failure"]
)
def test_a_person_who_passes_a_bounce_on_is_a_person(subject: str) -> None:
    raw = (
        f"From: ada@lund.example\nSubject: {subject}\nContent-Type: multipart/mixed; "
        f"boundary=b\n\n--b\n\n"
        f"Why could my mail not be delivered?\n--b\nContent-Type: image/png\n\nx\n--b--"
    )
    assert read(raw).kind is EventKind.MESSAGE


CAUSES = [
    ("5.1.1", "", "there is no such mailbox"),
    ("", "550 no such user", "there is no such mailbox"),
    ("5.0.0", "Mailbox is full", "the mailbox is full"),
    ("5.7.1", "blocked by Spamhaus", "our mail server is blocked there"),
    ("", "greylisted, try again later", "too many mails at once"),
    ("", "DMARC policy", "our mail could not be shown to be genuine"),
    ("5.4.6", "", "the mail went round in circles"),
    ("9.9.9", "hm", ""),
]


@pytest.mark.parametrize(("status", "told", "words"), CAUSES)
def test_a_cause_is_told_in_words(status: str, told: str, words: str) -> None:
    assert cause(status, told).words == words


@given(st.text(alphabet="550 <a@b.c>.:\n-RX", max_size=300))
def test_any_words_of_a_mail_server_are_taken(text: str) -> None:
    found = report(f"{DAEMON}Subject: failure notice\n\n{text}")
    assert found.reason


BOMBS = {
    "addresses": "a@b.c " * 100_000,
    "replies": "550 x\n" * 100_000,
    "codes": "5.1.1 " * 100_000,
    "digits": "5" * 500_000,
    "words": "user unknown mailbox " * 30_000,
    "fields": "Final-Recipient: rfc822; a@b.c\n\n" * 20_000,
    "folded": "Final-Recipient: a\n " * 30_000,
    "marks": "-" * 500_000,
    "spaces": " " * 500_000,
    "one long line": "a" * 500_000,
    "received": "Received: x\n" * 50_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_no_report_takes_long(text: str) -> None:
    started = time.process_time()
    report(f"{DAEMON}Subject: failure notice\n\n{text}")
    assert time.process_time() - started < 20
