"""Mail of machines is told from mail of people."""

import pytest

from channels.email.reading.envelope import Envelope, sealed
from channels.email.reading.inbound import parse
from channels.messages import EventKind, InboundMessage

OURS = Envelope(account="info@acme.example", own_addresses=("info@acme.example",))
TOKEN = "abcdefghijklmnopqrstuvwxyz234567abcdefghij"


def read(*fields: str, body: str = "Hello") -> InboundMessage:
    given = "\n".join(fields).lower()
    sender = () if given.startswith("from:") or "\nfrom:" in given else ("From: ada@lund.example",)
    raw = "\n".join((*sender, "To: info@acme.example", *fields, "", body)).encode()
    (event,) = parse(sealed(OURS, raw))
    assert isinstance(event, InboundMessage)
    return event


AUTOMATIC = [
    "Auto-Submitted: auto-replied",
    "Auto-Submitted: auto-generated (rejected)",
    "Auto-Submitted: auto-notified; owner=x",
    "X-Autoreply: yes",
    "X-Autorespond: Re: Your mail",
    "X-Auto-Response-Suppress: All",
    "X-Auto-Response-Suppress: DR, OOF, AutoReply",
    "Precedence: bulk",
    "Precedence: junk",
    "Precedence: auto_reply",
    "Precedence: list",
    "List-Id: <news.example>",
    "List-Unsubscribe: <mailto:x@news.example>",
    "Return-Path: <>",
    "Return-Path: < >",
    "From: MAILER-DAEMON@x.example",
    "From: Postmaster <postmaster@x.example>",
    "From: no-reply@x.example",
    "From: noreply@x.example",
    "From: do_not_reply@x.example",
    "From: orders-noreply@x.example",
    "From: noreply-orders@x.example",
    "From: nepasrepondre@x.example",
    "From: nicht-antworten@x.example",
    "From: noresponder@x.example",
    "From: pumps-bounces@lists.example",
    "From: bounce+12ab@x.example",
    "From: <>",
    f"Message-ID: <fd.{TOKEN}.k3v9@acme.example>",
    "Content-Type: text/calendar; method=REPLY",
]
BODIES = {"Content-Type: text/calendar; method=REPLY": "BEGIN:VCALENDAR\nMETHOD:REPLY\n"}


@pytest.mark.parametrize("field", AUTOMATIC)
def test_a_field_tells_that_a_machine_wrote(field: str) -> None:
    found = read(field, body=BODIES.get(field, "Hello"))
    assert found.kind is EventKind.AUTOMATIC
    assert found.reason


SUBJECTS = [
    "Automatic reply: Your quote",
    "Out of Office",
    "Out of office: Re: Your quote",
    "Out of Office AutoReply: Your quote",
    "Auto: Your quote",
    "[Auto-Reply] Your quote",
    "Abwesenheitsnotiz",
    "Automatische Antwort: Ihr Angebot",
    "Réponse automatique : Votre devis",
    "Respuesta automática: Su oferta",
    "Risposta automatica: Offerta",
    "Automatisch antwoord: Offerte",
    "Resposta automática: Orçamento",
    "Autosvar: Tilbud",
    "Automatiskt svar: Offert",
    "Automaattinen vastaus: Tarjous",
    "Odpowiedź automatyczna: Oferta",
    "Automatická odpověď: Nabídka",
    "Автоматический ответ: Предложение",
    "自動応答: 見積",
    "自动回复：报价",
    "자동 회신: 견적",
    "Otomatik yanıt: Teklif",
]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_tells_that_a_machine_answered(subject: str) -> None:
    assert read(f"Subject: {subject}").kind is EventKind.AUTOMATIC


PEOPLE = [
    "Subject: Out of office hours, who answers?",
    "Subject: Re: Automatic reply: Your quote",
    "Subject: AW: Abwesenheitsnotiz",
    "Subject: Automatic doors",
    "Subject: Auto parts",
    "Subject: Delivery failed, where is my parcel?",
    "Subject: Fwd: Undelivered Mail Returned to Sender",
    "Subject: Autosvarer til telefonen",
    "Subject: Abwesend am Montag",
    "Subject: Vacation home needs a boiler",
    "Auto-Submitted: no",
    "Auto-Submitted:",
    "X-Auto-Response-Suppress: DR, RN, NRN",
    "Precedence: normal",
    "Return-Path: <ada@lund.example>",
    "From: Noreen Plyler <noreen@x.example>",
    "From: norepla@x.example",
    "From: dontreplace@x.example",
    "From: office@x.example",
    "From: nora.reply@x.example",
    "Feedback-ID: 1:2:3:gmail",
    "X-Mailer: Bulk Mailer",
    "Importance: High",
    "Message-ID: <fd.short@acme.example>",
    "Disposition-Notification-To: ada@lund.example",
]


@pytest.mark.parametrize("field", PEOPLE)
def test_a_person_is_not_taken_for_a_machine(field: str) -> None:
    found = read(field)
    assert found.kind is EventKind.MESSAGE
    assert found.reason == ""


@pytest.mark.parametrize(
    "fields",
    [
        ("List-Id: <info.acme.example>", "Precedence: list"),
        ("List-Id: Info <info.acme.example>", "List-Unsubscribe: <mailto:x@y.z>"),
        ("List-Post: <https://g.example>, <mailto:info@acme.example>", "Precedence: list"),
    ],
)
def test_a_customer_who_writes_to_our_own_group_is_a_person(fields: tuple[str, ...]) -> None:
    assert read(*fields).kind is EventKind.MESSAGE


def test_a_person_who_quotes_a_bounce_in_words_is_a_person() -> None:
    body = "My mail to you could not be delivered, it said 550 5.1.1 user unknown. Why?"
    assert read("Subject: Delivery failure?", body=body).kind is EventKind.MESSAGE


def test_a_receipt_of_reading_is_automatic() -> None:
    raw = 'Content-Type: multipart/report; report-type="disposition-notification"; boundary=b'
    body = "--b\n\nread\n--b\nContent-Type: message/disposition-notification\n\nx: y\n--b--"
    found = read(raw, body=body)
    assert (found.kind, found.reason) == (EventKind.AUTOMATIC, "a receipt: read or deleted")
