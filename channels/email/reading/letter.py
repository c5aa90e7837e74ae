"""A mail read: who wrote it, to whom, about what. Pure."""

from dataclasses import dataclass
from hashlib import sha256

from channels.email.reading import content, threading
from channels.email.reading.content import Content
from channels.email.reading.envelope import Envelope
from channels.email.reading.mime.headers import Headers
from channels.email.reading.mime.parts import Part, whole
from channels.email.reading.people import Person, of_list, people
from channels.messages import ThreadHints

MAX_SUBJECT = 500
_NOBODY = Person("")


@dataclass(frozen=True, slots=True)
class Letter:
    envelope: Envelope
    mail: Part
    content: Content
    external_id: str
    subject: str
    author: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    reply_to: tuple[Person, ...]
    thread: ThreadHints

    @property
    def headers(self) -> Headers:
        return self.mail.headers


def read(envelope: Envelope, raw: bytes) -> Letter:
    """ValueError with a reason where the bytes are no mail."""
    mail, body = whole(raw)
    headers = mail.headers
    subject = " ".join(headers.words("subject").split())[:MAX_SUBJECT]
    return Letter(
        envelope=envelope,
        mail=mail,
        content=content.read(mail),
        external_id=_external_id(headers, body),
        subject=subject,
        author=_author(headers),
        to=people(headers, "to"),
        cc=people(headers, "cc"),
        reply_to=people(headers, "reply-to"),
        thread=threading.hints(headers, subject),
    )


def _author(headers: Headers) -> Person:
    """From; where that is missing or names no address, Sender, then Return-Path."""
    named = _NOBODY
    for field in ("from", "sender", "return-path"):
        for person in people(headers, field):
            if person.address:
                return Person(person.address, named.name or person.name)
            named = named if named.name else person
    return named


def _external_id(headers: Headers, body: bytes) -> str:
    """The same for a mail however often and over whatever ways it is delivered.

    Message-ID, Date and body; without a Message-ID also who wrote and about what, lest two
    people who send the same words count as one.
    """
    own = threading.message_id(headers)
    parts = [own, " ".join(headers.get("date").split())]
    if not own:
        parts += [one.address for one in of_list(headers.get("from"))[:1]]
        parts.append(headers.get("subject"))
    digest = sha256("\n".join(parts).encode("utf-8", "replace"))
    digest.update(b"\n\n" + body.replace(b"\r\n", b"\n").rstrip())
    return digest.hexdigest()
