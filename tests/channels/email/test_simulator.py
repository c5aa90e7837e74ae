"""The simulated provider behaves as real ones do, towards other clients than ours too."""

import imaplib
import smtplib
import ssl
from asyncio import to_thread
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from channels.email.reading import inbound
from channels.email.reading.envelope import Envelope, sealed
from channels.email.simulator import MailSimulator
from channels.email.simulator.imap_syntax import arguments, decoded_name, encoded_name, numbers
from channels.messages import InboundMessage, Permanent, Proof
from tests.channels.email.conftest import ANNA, FIRM, Box


async def test_pythons_own_imap_client_reads_from_it(box: Box) -> None:
    box.anna.write(FIRM, "Printer", "It is on fire")
    box.anna.write(FIRM, "Printer", "Never mind")

    def read() -> list[object]:
        client = imaplib.IMAP4("localhost", box.mail.where.imap_port)
        client.login(FIRM, box.account.password)
        listed = client.list()[1]
        client.select("INBOX")
        found = client.search(None, "UNSEEN")[1]
        parts = client.fetch("1", "(RFC822.SIZE BODY.PEEK[HEADER])")[1]
        client.store("2", "+FLAGS", "(\\Deleted)")
        client.expunge()
        client.append("Drafts", "(\\Draft)", "", b"Subject: Draft\r\n\r\n")
        status = client.status("Drafts", "(MESSAGES UIDNEXT)")[1]
        client.logout()
        return [listed, found, parts, status]

    listed, found, parts, status = await to_thread(read)
    assert b'(\\Sent \\HasNoChildren) "/" "Gesendet &- mehr"' in listed  # type: ignore[operator]
    assert found == [b"1 2"]
    assert b"Subject: Printer" in parts[0][1]  # type: ignore[index]
    assert status == [b"Drafts (MESSAGES 1 UIDNEXT 2)"]
    assert len(box.account.inbox.mails) == 1


async def test_a_wrong_password_opens_nothing(box: Box) -> None:
    def attempt() -> str:
        client = imaplib.IMAP4("localhost", box.mail.where.imap_port)
        try:
            client.login(FIRM, "wrong")
        except imaplib.IMAP4.error as error:
            return str(error)
        finally:
            client.shutdown()
        return ""

    assert "AUTHENTICATIONFAILED" in await to_thread(attempt)


async def test_nobody_sends_without_a_login(box: Box) -> None:
    def attempt() -> int:
        with smtplib.SMTP("localhost", box.mail.where.smtp_port) as client:
            client.ehlo()
            return client.mail(FIRM)[0]

    assert await to_thread(attempt) == 530


async def test_a_person_writes_and_replies_as_programs_do(box: Box) -> None:
    await box.send("Have you tried turning it off?", subject="Printer", token="a" * 42)
    for program in ("gmail", "outlook", "apple"):
        tom = box.mail.person(ANNA, "Anna", program=program)
        reply = tom.reply(tom.received[0], "Yes, I have.")
        assert reply["Subject"] == "Re: Printer"
        assert reply["References"].split()[-1] == tom.received[0].message["Message-ID"]
        raw = box.account.inbox.mails[-1].raw
        [event] = inbound.parse(sealed(Envelope(account=FIRM, uid=1), raw))
        assert isinstance(event, InboundMessage)
        assert "Yes, I have." in event.text
        assert "turning it off" in event.full_text
        assert event.thread is not None
        assert event.thread.tokens == ("a" * 42,)


async def test_files_of_a_person_arrive(box: Box) -> None:
    files = [("Foto.jpg", b"\xff\xd8", "image/jpeg")]
    box.anna.write(FIRM, "Photo", "See", files=files, headers=[("X-Priority", "1")])
    mail = box.account.inbox.mails[0].message
    assert mail["X-Priority"] == "1"
    assert [f.get_filename() for f in mail.iter_attachments()] == ["Foto.jpg"]


@pytest.mark.parametrize(
    ("is_genuine", "proof"), [(True, Proof.AUTHENTICATED), (False, Proof.NONE)]
)
async def test_the_provider_vouches_for_genuine_senders_only(
    box: Box, is_genuine: bool, proof: Proof
) -> None:
    await box.pages()
    box.mail.person(ANNA, is_genuine=is_genuine).write(FIRM, "Printer", "On fire")
    [page] = await box.pages()
    [event] = box.channel.parse(page.bodies[0])
    assert isinstance(event, InboundMessage)
    assert event.proof is proof


async def test_an_unknown_address_takes_no_mail(box: Box) -> None:
    with pytest.raises(KeyError):
        box.anna.write("nobody@firm.example", "Hello", "?")


@pytest.mark.parametrize("name", ["INBOX", "Gesendete Elemente", "Entwürfe & mehr", "台北", "a&b"])
def test_folder_names_survive_their_encoding(name: str) -> None:
    assert decoded_name(encoded_name(name)) == name
    assert encoded_name(name).isascii()


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (b"LOGIN a b\r\n", ["LOGIN", "a", "b"]),
        (b'LOGIN "a \\"b" {3}\r\nx y\r\n', ["LOGIN", 'a "b', "x y"]),
        (b"FETCH 1:* (UID BODY.PEEK[HEADER])\r\n", ["FETCH", "1:*", ["UID", "BODY.PEEK[HEADER]"]]),
        (b"STORE 1 +FLAGS (\\Seen)\r\n", ["STORE", "1", "+FLAGS", ["\\Seen"]]),
    ],
)
def test_commands_are_understood(told: bytes, found: list[object]) -> None:
    assert arguments(told) == found


def test_a_sequence_set_beyond_the_last_names_the_last() -> None:
    assert numbers("9:*", [1, 3, 5]) == [5]
    assert numbers("1,3:4,*", [1, 2, 3, 5]) == [1, 3, 5]
    assert numbers("7", [1, 3]) == []


# --- TLS --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of localhost that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(params=["tls", "starttls"])
async def secured(
    request: pytest.FixtureRequest, certificate: Path, plain_client: httpx.AsyncClient
) -> AsyncIterator[Box]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    mail = MailSimulator(security=request.param, tls=context)
    account = mail.add_account(FIRM)
    async with mail.serve(), plain_client as client:
        yield Box(mail, account, mail.settings_for(FIRM), client)


async def test_a_trusted_server_is_read_and_sent_through(
    secured: Box, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    await secured.pages()
    secured.anna.write(FIRM, "Printer", "On fire")
    assert await secured.subjects() == ["Printer"]
    assert not await secured.wait(0.05)
    await secured.send("Hello")
    assert len(secured.mail.outbox) == 1


async def test_a_server_that_nobody_vouches_for_never_sees_the_password(secured: Box) -> None:
    for trying in (secured.pages(), secured.send("Hello")):
        with pytest.raises(Permanent, match=r"certificate of localhost.*not trusted"):
            await trying
    assert secured.mail.outbox == []


async def test_security_that_does_not_fit_the_port_is_told(box: Box) -> None:
    box.settings = box.mail.settings_for(FIRM, imap_security="tls", smtp_security="tls")
    reading, sending = await box.channel.check(box.settings, box.client)
    assert "does not begin with TLS" in reading
    assert "does not begin with TLS" in sending
    box.settings = box.mail.settings_for(FIRM, imap_security="starttls", smtp_security="starttls")
    reading, sending = await box.channel.check(box.settings, box.client)
    assert "offers no STARTTLS" in reading
    assert "offers no STARTTLS" in sending
