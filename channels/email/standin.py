"""A mail provider as the demo's customers use it: mail programs, IMAP and SMTP that go wrong."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

import httpx

from channels.channel import Delivery
from channels.email.house import DemoEmail, DemoMail
from channels.email.settings import EmailSettings
from channels.messages import DeliveryState
from channels.standing.standin import Deed, Fault, Look, Writer, Wrote
from channels.standing.wire import Wire

if TYPE_CHECKING:
    from channels.email.simulator import SentMail

_SENDING, _READING = "When Frontdesk sends next", "When Frontdesk reads next"
# The key is the fault's own name at the simulator.
FAULTS = (
    ("451", "Try again later (451)", _SENDING),
    ("550", "No such mailbox (550)", _SENDING),
    ("554", "Refused as unsolicited (554)", _SENDING),
    ("550 5.4.5", "Daily limit reached (550 5.4.5)", _SENDING),
    ("drop after DATA", "Taken, but the connection is lost", _SENDING),
    ("refuse login", "The password is refused", _READING),
    ("drop during fetch", "The connection is lost in a mail", _READING),
    ("new UIDVALIDITY", "The mails are numbered anew", _READING),
)
_ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")
_LONGEST = 200


class _Letterbox:
    """Keeps mails that are to arrive later, in place of the provider. `outbox`: what was sent."""

    def __init__(self, outbox: "list[SentMail]") -> None:
        self.outbox = outbox
        self.mails: list[Delivery] = []

    def arrive(
        self, sender: str, to: str, raw: bytes, *, dmarc: str = "pass", at: datetime | None = None
    ) -> None:
        self.mails.append(Delivery(raw, {"from": sender, "to": to, "dmarc": dmarc}))


class EmailStandIn:
    """In memory only: mailboxes are empty after a restart."""

    channel = "email"
    look = Look(
        address_label="Address",
        address_example="alex@elsewhere.example",
        kinds=("email",),
        deeds=frozenset({Wrote}),
        files_at_once=10,
        has_subject=True,
        bold_marks=False,
        faults=tuple(Fault(*one) for one in FAULTS),
    )

    def __init__(self) -> None:
        self.wire = Wire()
        self.mail = DemoMail(self.wire)

    @property
    def ordered(self) -> Sequence[str]:
        begun = self.mail.begun
        waiting = begun.orders.waiting if begun else {}
        return [fault.value for fault, times in waiting.items() for _ in range(times)]

    def adapter(self) -> DemoEmail:
        return DemoEmail(self.mail)

    def mounts(self) -> Mapping[str, httpx.AsyncBaseTransport]:
        """Mail is not reached by HTTP."""
        return {}

    def account(self) -> Mapping[str, str]:
        return {}

    def address(self, told: str) -> str:
        address = told.strip().lower()
        if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
            raise ValueError("it is no mail address")
        return address

    async def done(self, deed: Deed, writer: Writer, settings: EmailSettings) -> Sequence[Delivery]:
        """Raises ValueError where there is nothing yet that could be answered."""
        if not isinstance(deed, Wrote):
            raise ValueError("a mail program has no such button")
        from channels.email.simulator import Person

        letterbox = _Letterbox((await self.mail.simulator()).outbox)
        person = Person(letterbox, writer.address, writer.name)
        files = [(one.filename, one.content, one.content_type) for one in deed.files]
        answered = _answered(person.received, deed)
        if deed.subject.strip():
            subject = " ".join(deed.subject.split())
            person.write(settings.email, subject, deed.text, files=files)
        elif answered is not None:
            person.reply(answered, deed.text, files=files)
        elif deed.thread:
            headers = [("In-Reply-To", f"<{deed.thread[-1]}>")]
            headers.append(("References", " ".join(f"<{one}>" for one in deed.thread)))
            person.write(settings.email, "Re:", deed.text, files=files, headers=headers)
        else:
            raise ValueError("there is nothing to answer yet: give it a subject")
        return letterbox.mails

    async def lay_ready(self, delivery: Delivery, settings: EmailSettings) -> None:
        simulator = await self.mail.simulator()
        told = delivery.headers
        simulator.arrive(told["from"], told["to"], delivery.body, dmarc=told["dmarc"])

    async def is_new(self, settings: EmailSettings) -> bool:
        return settings.email not in (await self.mail.simulator()).accounts

    def became(
        self, external_id: str, state: DeliveryState, writer: Writer, settings: EmailSettings
    ) -> Sequence[Delivery]:
        """A mail server tells nobody of what was read."""
        return []

    async def order(self, key: str, writer: Writer, settings: EmailSettings) -> Sequence[Delivery]:
        from channels.email.simulator import Fault as MailFault

        (await self.mail.simulator()).order(MailFault(key))
        return []

    def forget_orders(self) -> None:
        if self.mail.begun:
            self.mail.begun.orders.waiting.clear()

    def a_day_passes(self, writer: Writer) -> None:
        """Mail has no window that would close."""

    async def close(self) -> None:
        await self.mail.close()


def _answered(received: "Sequence[SentMail]", deed: Wrote) -> "SentMail | None":
    """The last of ours in that thread that the person has."""
    wanted = {deed.quotes} if deed.quotes else set(deed.thread)
    found = [one for one in received if _id(one.message) in wanted]
    return found[-1] if found else None


def _id(mail: EmailMessage) -> str:
    return str(mail["Message-ID"] or "").strip().strip("<>")


STAND_IN = EmailStandIn
