"""A message as a mail: text with an HTML twin, thread headers, attachments. Pure."""

import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import quote

from channels.email import html
from channels.email.settings import EmailSettings
from channels.filenames import safe_filename
from channels.messages import OutboundAttachment, OutboundMessage, Permanent

MAX_REFERENCES = 30
MAX_SUBJECT = 250
# RFC 5321, 4.5.3.1.1
MAX_LOCAL_PART = 64
_ANSWERED = re.compile(
    r"(re|aw|antw|sv|vs|ref|rif|res|odp|ynt|回复|答复)(\[\d+\]|\(\d+\))?\s*[:：]", re.I
)
_ID = re.compile(r"[^\s<>\"()\[\],;:\\]{1,250}@[^\s<>\"(),;:\\]{1,250}|[!-;=?-~]{1,250}")
_CONTENT_TYPE = re.compile(r"([a-z0-9!#$&^_.+-]+)/([a-z0-9!#$&^_.+-]+)")
_ID_FIELDS = {"message-id", "in-reply-to", "references"}


class MailPolicy(EmailPolicy):
    """SMTP's line ends, seven bits only; ids are never encoded or cut.

    Python would wrap a long id into an encoded word, which no mail program takes for an id.
    """

    linesep = "\r\n"
    cte_type = "7bit"

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _ID_FIELDS:
            return f"{name}: " + f"{self.linesep} ".join(value.split()) + self.linesep
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("utf-8" if self.utf8 else "ascii", "surrogateescape")


def compose(message: OutboundMessage, settings: EmailSettings, at: datetime) -> EmailMessage:
    """Raises Permanent for a recipient who has no mail address.

    The same message composed again has the same Message-ID: where a retry makes a copy, mail
    programs show it once.
    """
    to = recipient(message)
    mail = EmailMessage(policy=MailPolicy(utf8=not to.isascii()))
    mail["From"] = _named(settings.from_name, settings.email)
    mail["To"] = _named("", to)
    mail["Subject"] = subject(message)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message_id(message, settings)}>"
    for name, value in _thread(message, settings):
        mail[name] = value
    if message.is_automatic:
        # RFC 3834; Exchange heeds only its own field.
        mail["Auto-Submitted"] = "auto-generated" if message.is_unasked else "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
    if message.is_unasked:
        # RFC 2369: a mail program's own button writes STOP to the thread.
        back = plus_address(message.token, settings) or settings.email
        mail["List-Unsubscribe"] = f"<mailto:{quote(back, safe='@+.')}?subject=STOP>"
    _fill(mail, message, settings)
    return mail


def recipient(message: OutboundMessage) -> str:
    """The address; a domain of other letters in the form that mail servers look up."""
    value = message.to.value
    local, at, domain = value.rpartition("@")
    if message.to.kind != "email" or not at or not local or not domain:
        raise Permanent(
            f"This person has no mail address ({message.to.kind} only): use another channel.",
            code="recipient",
        )
    if not value.isprintable() or re.search(r"[\s<>()\[\],;:\\\"]", value):
        raise Permanent("The customer's mail address is malformed: correct it.", code="recipient")
    if domain.isascii():
        return value
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise Permanent(
            "The customer's mail address has a domain that cannot be: correct it.",
            code="recipient",
        ) from None


def subject(message: OutboundMessage) -> str:
    """One line; `Re:` once, in front of what is answered. Without a subject: the first words."""
    told = _one_line(message.subject) or _one_line(message.text[:60]) or "…"
    is_answer = bool(message.in_reply_to or message.references)
    if is_answer and not _ANSWERED.match(told):
        told = f"Re: {told}"
    return told[:MAX_SUBJECT]


def message_id(message: OutboundMessage, settings: EmailSettings) -> str:
    """Without angle brackets: the form in which threads name it."""
    key = message.idempotency_key
    told = f"{settings.email}\0{message.token}\0{key}"
    unique = sha256(told.encode()).hexdigest()[:32] if key else secrets.token_hex(16)
    own = f"fd.{message.token}.{unique}" if message.token else unique
    return f"{own}@{_ascii_domain(settings)}"


def _thread(message: OutboundMessage, settings: EmailSettings) -> Iterator[tuple[str, str]]:
    answered = _ids([message.in_reply_to or ""])
    chain = [one for one in _ids(message.references) if one not in answered] + answered
    if len(chain) > MAX_REFERENCES:
        # The first is the thread's root; mail programs build the tree from the last ones.
        chain = [chain[0], *chain[1 - MAX_REFERENCES :]]
    if answered:
        yield "In-Reply-To", f"<{answered[0]}>"
    if chain:
        yield "References", " ".join(f"<{one}>" for one in chain)
    if reply_to := plus_address(message.token, settings):
        yield "Reply-To", str(_named(settings.from_name, reply_to))


def plus_address(token: str, settings: EmailSettings) -> str:
    """Where an answer shows its thread even if the mail program drops all ids; or empty."""
    local, _, domain = settings.email.rpartition("@")
    tagged = f"{local}+fd.{token}"
    if not token or not settings.has_plus_addresses or len(tagged) > MAX_LOCAL_PART:
        return ""
    return f"{tagged}@{domain}"


def _fill(mail: EmailMessage, message: OutboundMessage, settings: EmailSettings) -> None:
    endings = tuple(part.strip() for part in (settings.signature, settings.footer) if part.strip())
    words = _lines(message.text)
    below = ["-- \n" + "\n\n".join(endings)] if endings else []
    mail.set_content("\n\n".join([words.rstrip(), *below]) + "\n")
    mail.add_alternative(html.page(words, endings), subtype="html")
    for file in message.attachments:
        _attach(mail, file)


def _attach(mail: EmailMessage, file: OutboundAttachment) -> None:
    kind = _CONTENT_TYPE.match(file.content_type.strip().lower())
    main, sub = kind.groups() if kind else ("application", "octet-stream")
    if main in {"message", "multipart"}:  # these may not be base64 (RFC 2045, 6.4)
        main, sub = "application", "octet-stream"
    name = safe_filename(file.filename, content_type=file.content_type)
    mail.add_attachment(file.whole, maintype=main, subtype=sub, filename=name)


def _named(name: str, address: str) -> Address:
    """In two parts: as one, Python refuses what phones of some countries have (`a..b@`)."""
    local, _, domain = address.rpartition("@")
    return Address(name, username=local, domain=domain)


def _one_line(text: str) -> str:
    """Whatever might end a header field becomes a space."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())


def _lines(text: str) -> str:
    """Without NUL and halves of surrogate pairs, which no mail can carry."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return plain.encode("utf-8", "replace").decode("utf-8")


def _ids(told: tuple[str, ...] | list[str]) -> list[str]:
    stripped = (one.strip().strip("<>") for one in told)
    return list(dict.fromkeys(one for one in stripped if one and _ID.fullmatch(one)))


def _ascii_domain(settings: EmailSettings) -> str:
    try:
        return settings.domain.encode("idna").decode("ascii")
    except UnicodeError:
        return "frontdesk.invalid"
