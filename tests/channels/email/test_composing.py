"""What a mail of ours looks like to servers and mail programs."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email import html
from channels.email.composing import compose, message_id, plus_address, subject
from channels.email.settings import EmailSettings
from channels.messages import Address, OutboundAttachment, OutboundMessage, Permanent

TOKEN = "a2b3c4d5e6f7" + "x" * 30
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def settings(**changes: object) -> EmailSettings:
    values = {"email": "help@gmail.com", "password": "secret", "from_name": "Firm & Söhne, Ltd."}
    return EmailSettings.model_validate(values | changes)


def message(text: str = "Hello", **further: object) -> OutboundMessage:
    values: dict[str, object] = {
        "to": Address("email", "anna@customer.example"),
        "text": text,
        "conversation_hint": "mail:1",
        "subject": "Printer",
        "token": TOKEN,
        "idempotency_key": "reply-1",
    }
    return OutboundMessage(**(values | further))  # type: ignore[arg-type]


def sent(outgoing: OutboundMessage, own: EmailSettings | None = None) -> EmailMessage:
    """As the other side reads the very bytes."""
    raw = compose(outgoing, own or settings(), NOW).as_bytes()
    raw.decode("ascii")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_it_says_who_writes_to_whom_about_what_and_when() -> None:
    mail = sent(message("Grüße", subject="Drucker kaputt – wieder"))
    assert mail["From"].addresses[0].display_name == "Firm & Söhne, Ltd."
    assert mail["From"].addresses[0].addr_spec == "help@gmail.com"
    assert mail["To"].addresses[0].addr_spec == "anna@customer.example"
    assert mail["Subject"] == "Drucker kaputt – wieder"
    assert mail["Date"].datetime == NOW
    assert text_of(mail) == "Grüße\n"


def test_the_same_message_has_the_same_id_and_another_one_another() -> None:
    first, again = sent(message())["Message-ID"], sent(message())["Message-ID"]
    assert first == again
    assert first.startswith(f"<fd.{TOKEN}.")
    assert first.endswith("@gmail.com>")
    assert sent(message(idempotency_key="reply-2"))["Message-ID"] != first
    without_key = {message_id(message(idempotency_key=""), settings()) for _ in range(3)}
    assert len(without_key) == 3


def test_a_message_without_a_conversation_has_an_id_without_a_token() -> None:
    assert "fd." not in sent(message(token=""))["Message-ID"]
    assert sent(message(token=""))["Reply-To"] is None


def test_answers_come_back_to_an_address_that_names_the_conversation() -> None:
    reply_to = sent(message())["Reply-To"].addresses[0].addr_spec
    assert reply_to == f"help+fd.{TOKEN}@gmail.com"
    assert sent(message(), settings(plus_addressing=False))["Reply-To"] is None
    long = settings(email=f"{'long' * 8}@gmail.com")
    assert plus_address(TOKEN, long) == ""


def test_it_stands_in_its_thread() -> None:
    answered, older = "c@customer.example", ["a@customer.example", "b@firm.example"]
    mail = sent(message(in_reply_to=answered, references=(*older, answered)))
    assert mail["In-Reply-To"] == f"<{answered}>"
    assert mail["References"].split() == [f"<{one}>" for one in (*older, answered)]


def test_what_is_answered_ends_the_references_whether_named_there_or_not() -> None:
    mail = sent(message(in_reply_to="<c@x.example>", references=("c@x.example", "a@x.example")))
    assert mail["References"].split() == ["<a@x.example>", "<c@x.example>"]


def test_ids_stay_whole_however_long_and_what_is_no_id_is_left_out() -> None:
    long = "x" * 180 + "@outlook.example"
    bad = ("two words@x", "line\r\nBcc: evil@x", "", "<>")
    mail = sent(message(in_reply_to=long, references=(*bad, "a@b.example", long)))
    assert mail["References"].split() == ["<a@b.example>", f"<{long}>"]
    assert mail["In-Reply-To"].strip() == f"<{long}>"
    assert mail["Bcc"] is None


def test_a_long_thread_keeps_its_root_and_its_end() -> None:
    chain = tuple(f"{n}@x.example" for n in range(200))
    found = sent(message(references=chain))["References"].split()
    assert len(found) == 30
    assert (found[0], found[-1]) == ("<0@x.example>", "<199@x.example>")


@pytest.mark.parametrize(
    ("told", "is_answer", "shown"),
    [
        ("Printer", False, "Printer"),
        ("Printer", True, "Re: Printer"),
        ("Re: Printer", True, "Re: Printer"),
        ("RE[2]: Printer", True, "RE[2]: Printer"),
        ("AW: Drucker", True, "AW: Drucker"),
        ("SV: Skrivare", True, "SV: Skrivare"),
        ("Reset of my password", True, "Re: Reset of my password"),
        ("Two\r\nBcc: evil@x.example", False, "Two Bcc: evil@x.example"),
        ("", False, "Hello"),
        ("", True, "Re: Hello"),
    ],
)
def test_the_subject_is_one_line_with_one_re(told: str, is_answer: bool, shown: str) -> None:
    outgoing = message(subject=told, in_reply_to="a@x.example" if is_answer else None)
    assert subject(outgoing) == shown
    mail = sent(outgoing)
    assert mail["Subject"] == shown
    assert mail["Bcc"] is None


def test_only_what_the_bot_wrote_says_that_it_is_automatic() -> None:
    automatic, by_hand = sent(message(is_automatic=True)), sent(message())
    assert automatic["Auto-Submitted"] == "auto-replied"
    assert automatic["X-Auto-Response-Suppress"] == "All"
    assert by_hand["Auto-Submitted"] is None


def test_what_answers_nothing_says_how_to_get_no_more_of_it() -> None:
    asked = sent(message(is_automatic=True, is_unasked=True, token="t" * 42))
    assert asked["Auto-Submitted"] == "auto-generated"
    target = str(asked["List-Unsubscribe"])
    assert target.startswith("<mailto:")
    assert target.endswith("?subject=STOP>")
    assert sent(message(is_automatic=True))["List-Unsubscribe"] is None


def test_signature_and_footer_stand_below() -> None:
    own = settings(signature="Your Firm\\nLine 2", footer="Register <7>")
    mail = sent(message("Hello"), own)
    assert text_of(mail) == "Hello\n\n-- \nYour Firm\nLine 2\n\nRegister <7>\n"
    assert "Your Firm<br>\nLine 2" in text_of(mail, "html")
    assert "Register &lt;7&gt;" in text_of(mail, "html")


def test_files_come_along_under_safe_names() -> None:
    files = (
        OutboundAttachment("../Angebot für Müller & Söhne.pdf", "application/pdf", b"%PDF"),
        OutboundAttachment("ev\r\nil\u202e.txt", "text/plain; charset=utf-8", "ö".encode()),
        OutboundAttachment("mail.eml", "message/rfc822", b"Subject: x\r\n\r\n"),
        OutboundAttachment("odd", "no type", b"\0\xff"),
        OutboundAttachment("ü" * 120 + ".pdf", "application/pdf", b"long"),
    )
    mail = sent(message(attachments=files))
    found = [(f.get_filename(), f.get_content_type()) for f in mail.iter_attachments()]
    assert found[:4] == [
        ("Angebot für Müller & Söhne.pdf", "application/pdf"),
        ("evil.txt", "text/plain"),
        ("mail.eml", "application/octet-stream"),
        ("odd", "application/octet-stream"),
    ]
    assert str(found[4][0]).endswith("ü.pdf")
    assert [f.get_payload(decode=True) for f in mail.iter_attachments()] == [
        file.content for file in files
    ]


def test_a_person_without_a_mail_address_cannot_be_written_to() -> None:
    for to in (
        Address("phone", "447700900123"),
        Address("email", "nobody"),
        Address("email", "a@b.example\r\nBcc: c@d.example"),
        Address("email", "a@b.example,c@d.example"),
        Address("email", f"a@{'ü' * 70}.example"),
    ):
        with pytest.raises(Permanent):
            compose(message(to=to), settings(), NOW)


def test_a_domain_of_other_letters_is_written_as_servers_know_it() -> None:
    mail = sent(message(to=Address("email", "info@müller.example")))
    assert mail["To"].addresses[0].addr_spec == "info@xn--mller-kva.example"


def test_an_odd_local_part_is_written_to_as_it_is() -> None:
    mail = sent(message(to=Address("email", "a..b.@docomo.example")))
    assert mail["To"].addresses[0].domain == "docomo.example"
    assert mail["To"].addresses[0].username == "a..b."


@given(st.text(max_size=300), st.text(max_size=80), st.text(max_size=40))
def test_whatever_is_written_arrives(text: str, told: str, name: str) -> None:
    own = settings(from_name="".join(c for c in name if c.isprintable()))
    mail = sent(message(text, subject=told), own)
    assert mail["Message-ID"]
    assert {"From", "To", "Subject", "Date"} <= set(mail.keys())
    plain = text.encode("utf-8", "replace").decode()
    assert "".join(text_of(mail).split()) == "".join(plain.replace("\0", "").split())


# --- the HTML twin --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("One\ntwo\n\nthree", "<p>One<br>\ntwo</p>\n<p>three</p>"),
        ("<script>alert('x')</script>", "<p>&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;</p>"),
        (
            "See https://firm.example/a?b=1&c=2.",
            '<p>See <a href="https://firm.example/a?b=1&amp;c=2">'
            "https://firm.example/a?b=1&amp;c=2</a>.</p>",
        ),
        (
            "(https://firm.example/a_(b))",
            '<p>(<a href="https://firm.example/a_(b)">https://firm.example/a_(b)</a>)</p>',
        ),
        ('https://x.example/"onclick="y', "onclick=&quot;y"),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ("Choose:\n- one\n- two", "<p>Choose:</p>\n<ul><li>one</li><li>two</li></ul>"),
        ("3. three\n4) four", '<ol><li value="3">three</li><li value="4">four</li></ol>'),
    ],
)
def test_text_becomes_simple_html(text: str, shown: str) -> None:
    assert shown in html.page(text)


@given(st.text(alphabet="ab<>&\"' \n-*1.)(https://x.example[]", max_size=120))
def test_no_text_makes_markup(text: str) -> None:
    from html.parser import HTMLParser

    seen: list[tuple[str, list[tuple[str, str | None]]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: seen.append((tag, attributes))  # type: ignore[method-assign]
    parser.feed(html.page(text))
    allowed = {"html", "head", "meta", "body", "p", "br", "ul", "ol", "li", "a"}
    assert {tag for tag, _ in seen} <= allowed
    names = {name for tag, attributes in seen if tag == "a" for name, _ in attributes}
    assert names <= {"href"}
