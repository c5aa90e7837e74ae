"""A person who writes mails as mail programs do, and reads what arrives."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from typing import Literal, Protocol
from uuid import uuid4

from channels.email.composing import MailPolicy
from channels.email.simulator.world import SentMail, words

Program = Literal["gmail", "outlook", "apple"]
# (name, content, content type)
File = tuple[str, bytes, str]


class Mailman(Protocol):
    outbox: list[SentMail]

    def arrive(
        self, sender: str, to: str, raw: bytes, *, dmarc: str = "pass", at: datetime | None = None
    ) -> None: ...


@dataclass(slots=True)
class Person:
    """`program` decides how replies quote; `is_genuine`: whether DMARC passes."""

    mailman: Mailman
    address: str
    name: str = ""
    program: Program = "gmail"
    is_genuine: bool = True
    written: list[EmailMessage] = field(default_factory=list)

    def write(
        self,
        to: str,
        subject: str,
        text: str,
        *,
        files: Sequence[File] = (),
        headers: Sequence[tuple[str, str]] = (),
        at: datetime | None = None,
    ) -> EmailMessage:
        """A new mail, on its way at once. `headers`: further ones."""
        mail = self._blank(to, subject, at)
        for name, value in headers:
            mail[name] = value
        mail.set_content(text + "\n")
        return self._send(mail, to, files, at)

    def reply(
        self,
        to: SentMail | EmailMessage,
        text: str,
        *,
        files: Sequence[File] = (),
        at: datetime | None = None,
    ) -> EmailMessage:
        """Above the quoted mail, in its thread, to where it wants its answers."""
        about = to.message if isinstance(to, SentMail) else to
        target = getaddresses([str(about["Reply-To"] or about["From"])])[0][1]
        subject = str(about["Subject"] or "")
        prefix = "" if subject.lower().startswith("re:") else "Re: "
        mail = self._blank(target, prefix + subject, at)
        answered = str(about["Message-ID"]).strip()
        mail["In-Reply-To"] = answered
        mail["References"] = f"{about['References'] or ''} {answered}".strip()
        mail.set_content(f"{text}\n\n{quoted(about, self.program)}\n")
        return self._send(mail, target, files, at)

    @property
    def received(self) -> list[SentMail]:
        """What was sent to this person, in order."""
        return [mail for mail in self.mailman.outbox if self.address in mail.recipients]

    def _blank(self, to: str, subject: str, at: datetime | None) -> EmailMessage:
        mail = EmailMessage(policy=MailPolicy())
        mail["From"] = Address(self.name, addr_spec=self.address)
        mail["To"] = to
        mail["Subject"] = subject
        mail["Date"] = format_datetime(at or datetime.now(UTC))
        domain = self.address.rpartition("@")[2]
        mail["Message-ID"] = f"<{uuid4().hex}@{domain}>"
        return mail

    def _send(
        self, mail: EmailMessage, to: str, files: Sequence[File], at: datetime | None
    ) -> EmailMessage:
        for name, content, content_type in files:
            main, _, sub = content_type.partition("/")
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        self.written.append(mail)
        dmarc = "pass" if self.is_genuine else "fail"
        self.mailman.arrive(self.address, to, mail.as_bytes(), dmarc=dmarc, at=at)
        return mail


def quoted(mail: EmailMessage, program: Program) -> str:
    """The mail that is answered, as this program puts it below."""
    text, sender, date = words(mail), str(mail["From"]), str(mail["Date"])
    if program == "outlook":
        return (
            f"________________________________\nFrom: {sender}\nSent: {date}\n"
            f"To: {mail['To']}\nSubject: {mail['Subject']}\n\n{text}"
        )
    marked = "\n".join(f"> {line}" for line in text.split("\n"))
    if program == "apple":
        return f"> On {date}, {sender} wrote:\n> \n{marked}"
    return f"On {date} {sender} wrote:\n\n{marked}"
