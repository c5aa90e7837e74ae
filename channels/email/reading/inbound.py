"""One mail to one event. Pure but for the clock, where a mail has no date that can be."""

from collections.abc import Mapping
from datetime import UTC, datetime

from channels.email.reading import authentication, automatic, letter, moments, threading
from channels.email.reading.envelope import opened
from channels.email.reading.letter import Letter
from channels.email.reading.mime.headers import Headers
from channels.email.reading.people import Person, addresses, people
from channels.email.reading.reports import bounces
from channels.email.reading.trimming.reply import trimmed
from channels.messages import (
    Author,
    DeliveryReport,
    EventKind,
    Ignored,
    InboundEvent,
    InboundMessage,
    Proof,
    Sender,
)

MAX_DETAIL = 2000

_HIGH = ("1", "2", "high", "urgent", "highest")
_LOW = ("4", "5", "low", "non-urgent", "lowest")


def parse(body: bytes) -> tuple[InboundEvent, ...]:
    """The one event of a mail, its envelope line before it or not.

    ValueError with a reason where it is no mail at all; odd content never raises.
    """
    envelope, raw = opened(body)
    return (_event(letter.read(envelope, raw)),)


def _event(mail: Letter) -> InboundEvent:
    report = bounces.report(mail)
    why = "" if report else automatic.reason(mail)
    if form := _behind_a_form(mail):
        return _message(mail, None, "", sender=form, details={"form": mail.author.address})
    if not _is_ours(mail):
        return _message(mail, report, why)
    customer = _addressee(mail)
    if customer is None:
        return Ignored(mail.envelope.account, "a mail of ours to nobody else", mail.external_id)
    return _message(mail, report, why, addressee=customer.sender)


def _is_ours(mail: Letter) -> bool:
    return mail.envelope.is_sent or mail.envelope.is_ours(mail.author.address)


def _addressee(mail: Letter) -> Person | None:
    """To whom the company wrote: the first who is not of the company."""
    bcc = people(mail.headers, "bcc")
    strangers = (p for p in (*mail.to, *mail.cc, *bcc) if not mail.envelope.is_ours(p.address))
    return next((person for person in strangers if person.address), None)


def _behind_a_form(mail: Letter) -> Person | None:
    """Who filled in the form of our own website, which mails us in our own name.

    Such a mail is from us to us, and only Reply-To names the customer.
    """
    envelope = mail.envelope
    domains = {address.rpartition("@")[2] for address in envelope.ours}
    is_own_robot = automatic.is_no_reply(mail.author.local) and mail.author.domain in domains
    if envelope.is_sent or not (envelope.is_ours(mail.author.address) or is_own_robot):
        return None
    if any(p.address and not envelope.is_ours(p.address) for p in (*mail.to, *mail.cc)):
        return None
    strangers = (p for p in mail.reply_to if p.address and not envelope.is_ours(p.address))
    return next((p for p in strangers if not automatic.is_no_reply(p.local)), None)


def _message(
    mail: Letter,
    report: DeliveryReport | None,
    why: str,
    *,
    sender: Person | None = None,
    addressee: Sender | None = None,
    details: Mapping[str, str] | None = None,
) -> InboundMessage:
    author = sender or mail.author
    kind = EventKind.MESSAGE
    if report:
        kind, why = EventKind.BOUNCE, report.reason
    elif why:
        kind = EventKind.AUTOMATIC
    elif not author.address:
        kind, why = EventKind.UNSUPPORTED, "the mail names no sender"
    full = _full_text(mail)
    return InboundMessage(
        kind=kind,
        account=mail.envelope.account,
        external_id=mail.external_id,
        conversation_hint=threading.conversation_hint(mail.thread, mail.external_id),
        sender=author.sender,
        sent_at=moments.sent_at(mail.headers, mail.envelope, datetime.now(UTC)),
        text=full or report.reason if report else _text(mail),
        full_text=full,
        subject=mail.subject,
        author=Author.STAFF if addressee else Author.CUSTOMER,
        recipients=addresses((*mail.to, *mail.cc)),
        attachments=mail.content.attachments,
        in_reply_to=next(iter(mail.thread.references), None),
        is_history=mail.envelope.is_history,
        reason=why,
        details={**_details(mail), **(details or {})},
        addressee=addressee or Sender(),
        thread=mail.thread,
        proof=Proof.NONE if sender else _proof(mail),
        report=report,
    )


def _proof(mail: Letter) -> Proof:
    """The Sent folder is the provider's own word; an inbox takes mail from anybody."""
    if mail.envelope.is_sent:
        return Proof.CHANNEL
    return authentication.proof(mail.headers, mail.envelope)


def _full_text(mail: Letter) -> str:
    return "\n\n".join(t for t in (mail.content.text.strip(), mail.content.note) if t)


def _text(mail: Letter) -> str:
    new = trimmed(mail.content.text)
    return "\n\n".join(t for t in (new, mail.content.note) if t)


def _details(mail: Letter) -> dict[str, str]:
    found = {
        "to": ", ".join(addresses(mail.to)),
        "cc": ", ".join(addresses(mail.cc)),
        "reply_to": ", ".join(_other(mail.reply_to, mail.author)),
        "importance": _importance(mail.headers),
        "folder": mail.envelope.folder,
        "sealed": ", ".join(dict.fromkeys(mail.content.seals)),
        "calendar": mail.content.calendar_method,
        "html": "yes" if mail.content.html else "",
    }
    return {key: value[:MAX_DETAIL] for key, value in found.items() if value}


def _other(reply_to: tuple[Person, ...], author: Person) -> list[str]:
    return [address for address in addresses(reply_to) if address != author.address]


def _importance(headers: Headers) -> str:
    names = ("importance", "priority", "x-priority", "x-msmail-priority")
    told = [headers.get(name).lower().split()[:1] for name in names]
    words = [word[0].strip("();,") for word in told if word]
    if any(word in _HIGH for word in words):
        return "high"
    return "low" if any(word in _LOW for word in words) else ""
