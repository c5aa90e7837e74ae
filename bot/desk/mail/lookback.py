"""What a company sees first: who wrote in the last days, whom nobody answered, and an answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from bot.agents.triage.sorter import Triage
from bot.desk.mail.mailboxes import Mailroom, chosen
from bot.engine.accounts import Account
from bot.engine.looking_back.answering import Answered, Answers, all_of
from bot.engine.looking_back.exchanges import Found, sorted_out
from bot.engine.quoting import QuoteDrafter
from bot.model.turns import Agent, Intent, TenantView
from channels import registry
from channels.channel import Channel
from channels.email import archives
from channels.email.reading.envelope import Envelope, sealed
from channels.messages import InboundMessage
from domain.errors import Refused
from domain.quotes.drafting import as_json
from domain.tenants.service import Tenants

CHANNEL = "email"
PIECE = 50
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Eyes:
    """What looking back needs of the running product."""

    room: Mailroom
    triage: Triage
    agent: Agent
    drafter: QuoteDrafter


@dataclass(frozen=True, slots=True)
class LookedBack:
    days: int
    found: Found
    answered: tuple[Answered, ...]
    at: datetime

    @property
    def summary(self) -> str:
        waiting = len(self.answered)
        line = (
            f"In {self.days} days: {_many(self.found.mails, 'mail')}, "
            f"{_many(self.found.enquiries, 'enquiry', 'enquiries')}, {waiting} nobody answered"
        )
        if not waiting:
            return f"{line}."
        return f"{line}; oldest {_many((self.at - self.answered[0].since).days, 'day')}."

    def as_json(self) -> dict[str, Any]:
        return {
            "days": self.days,
            "mails": self.found.mails,
            "enquiries": self.found.enquiries,
            "unanswered": [_row(one, self.at) for one in self.answered],
        }


async def of_account(
    eyes: Eyes, tenant_id: UUID, wanted: str, since: datetime, progress: Progress
) -> list[InboundMessage]:
    """Reads a mailbox and changes nothing in it: nothing is marked as seen."""
    accounts = await chosen(eyes.room, tenant_id, CHANNEL, wanted)
    found: list[InboundMessage] = []
    for account in accounts:
        async with aclosing(cast("Any", _of_account(eyes, account, since, progress))) as mails:
            found += [mail async for mail in mails if mail.sent_at >= since]
    return found


async def of_files(
    eyes: Eyes, tenant_id: UUID, paths: Sequence[Path], since: datetime, progress: Progress
) -> list[InboundMessage]:
    """Our own addresses: those of the mailboxes set up, else the one most mails are to."""
    filed = await asyncio.to_thread(_filed, paths, progress)
    try:
        accounts = await chosen(eyes.room, tenant_id, CHANNEL)
    except Refused:
        accounts = []
    ours = {own for account in accounts for own in getattr(account.settings, "own_addresses", ())}
    channel = registry.channel(CHANNEL)
    ours = ours or await asyncio.to_thread(_guessed, channel, filed)
    envelope = Envelope(is_history=True, own_addresses=tuple(sorted(ours)))
    found: list[InboundMessage] = []
    for at in range(0, len(filed), PIECE):
        bodies = [sealed(envelope, raw) for raw in filed[at : at + PIECE]]
        found += await asyncio.to_thread(_parsed, channel, bodies)
    return [mail for mail in found if mail.sent_at >= since]


async def look_back(
    eyes: Eyes, tenant_id: UUID, mails: Sequence[InboundMessage], days: int, now: datetime
) -> LookedBack:
    found = await asyncio.to_thread(sorted_out, mails, _sorter(eyes.triage))
    answers = Answers(eyes.agent, eyes.drafter, CHANNEL)
    tenant = await _tenant(eyes.room, tenant_id)
    answered = await all_of(answers, tenant, found.unanswered, now)
    return LookedBack(days, found, tuple(answered), now)


async def _of_account(
    eyes: Eyes, account: Account, since: datetime, progress: Progress
) -> AsyncIterator[InboundMessage]:
    # Days are those of the server: one more, and what is too old is left out afterwards.
    day = (since - timedelta(days=1)).date()
    pages = eyes.room.fetching.poller.pages(account, "", day)
    async with aclosing(cast("Any", pages)) as open_pages:
        async for page in open_pages:
            for mail in await asyncio.to_thread(_parsed, account.channel, page.bodies):
                yield mail
            progress(len(page.bodies))


def _parsed(channel: Channel, bodies: Iterable[bytes]) -> list[InboundMessage]:
    """What cannot be read is nobody's enquiry here: the intake would keep it."""
    found: list[InboundMessage] = []
    for body in bodies:
        try:
            events = channel.parse(body)
        except Exception:  # noqa: S112 - one bad mail must not hide the others
            continue
        found += [event for event in events if isinstance(event, InboundMessage)]
    return found


def _filed(paths: Sequence[Path], progress: Progress) -> list[bytes]:
    found = []
    for mail in archives.mails(paths):
        found.append(mail.raw)
        progress(mail.size)
    return found


def _guessed(channel: Channel, filed: Sequence[bytes]) -> set[str]:
    """An archive of one mailbox holds mails to one address, and some from it."""
    mails = _parsed(channel, filed)
    to = Counter(address.lower() for mail in mails for address in set(mail.recipients))
    return {address for address, _ in to.most_common(1)}


def _sorter(triage: Triage) -> Callable[[InboundMessage], Intent]:
    known: dict[str, Intent] = {}

    def sort(mail: InboundMessage) -> Intent:
        if mail.external_id not in known:
            sender = next((address.value for address in mail.sender.addresses), "")
            known[mail.external_id] = triage.triage(
                mail.text, subject=mail.subject, sender=sender
            ).intent
        return known[mail.external_id]

    return sort


async def _tenant(room: Mailroom, tenant_id: UUID) -> TenantView:
    async with room.database.transaction(tenant_id) as session:
        tenants = Tenants(session, tenant_id)
        row, settings = await tenants.get(), await tenants.settings()
    switched_on = (name for name, value in settings.features.model_dump().items() if value)
    return TenantView(
        id=tenant_id,
        slug=row.slug,
        name=settings.assistant.name or row.name,
        currency=settings.currency,
        language=settings.language,
        time_zone=settings.time_zone,
        features=frozenset(switched_on),
    )


def _row(one: Answered, at: datetime) -> dict[str, Any]:
    sender = one.last.sender
    return {
        "waiting_since": one.since.isoformat(timespec="seconds"),
        "waiting_days": (at - one.since).days,
        "from": next((address.value for address in sender.addresses), ""),
        "name": sender.name,
        "subject": one.last.subject,
        "intent": one.intent,
        "text": one.last.text,
        "answer": one.answer,
        "quote": as_json(one.quote) if one.quote else None,
    }


def _many(count: int, noun: str, plural: str = "") -> str:
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
