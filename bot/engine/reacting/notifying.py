"""Which of the things that happened staff should be told of, and whom; in the caller's session."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from domain.catalogue.history import PRICE_CHANGED
from domain.catalogue.watching.drift import drift
from domain.catalogue.watching.proposals import PROPOSED
from domain.conversations.models import Message
from domain.customers.models import Person
from domain.events import DomainEvent
from domain.quotes.models import Quote, QuoteLogEntry
from domain.staff.notices import NewNotice, Notices
from domain.tickets.models import Ticket
from domain.types import utc_now

TELL = "tell"
GROUPING = timedelta(seconds=20)
"""What happens within it is told together."""
LOW = 2
"""Of 5: a rating up to it is told."""
LIST = 2
"""So many prices at once are a list's."""
DRAFTS_EVERY = 30
"""Minutes: drafts that wait are told of once in each."""

Notice = Callable[[AsyncSession, DomainEvent], Awaitable[NewNotice | None]]


async def notify(session: AsyncSession, tenant_id: UUID, event: DomainEvent) -> None:
    """Keeps a notice of the event where there is one to give, and queues the telling."""
    made = _NOTICES.get(event.kind)
    notice = await made(session, event) if made else None
    if notice is not None and await Notices(session, tenant_id).add(notice):
        at = utc_now() + GROUPING
        await queue.put(session, TELL, at=at, lane=queue.STAFF_LANE, tenant_id=tenant_id)


async def _handed_off(session: AsyncSession, event: DomainEvent) -> NewNotice:
    number = event.payload.get("number", "")
    query = select(Ticket.assignee_id).where(Ticket.number == number)
    reason = str(event.payload.get("reason", "")).replace("_", " ")
    text = f"{number} · {reason} · {event.payload.get('note', '')}"
    about, assignee = str(event.id), await session.scalar(query)
    return NewNotice("hand-offs", about, text, f"ticket {number}", assignee)


async def _failed(session: AsyncSession, event: DomainEvent) -> NewNotice:
    message = await session.get(Message, event.subject_id)
    return NewNotice(
        kind="failures",
        about=str(event.subject_id),
        text=str(event.payload.get("error", "")),
        command=f"thread {event.payload['conversation_id']}",
        staff_id=message.staff_id if message else None,
    )


async def _muted(session: AsyncSession, event: DomainEvent) -> NewNotice:
    address = event.payload.get("address", "")
    text = f"Nothing more is sent to {address}: {event.payload.get('reason', '')}"
    return NewNotice("failures", str(event.id), text, f"unmute-address {address}")


async def _silenced(session: AsyncSession, event: DomainEvent) -> NewNotice:
    about = f"silenced:{event.subject_id}:{event.created_at:%Y-%m-%d}"
    text = str(event.payload.get("note", ""))
    return NewNotice("hand-offs", about, text, f"thread {event.subject_id}")


async def _opted_out(session: AsyncSession, event: DomainEvent) -> NewNotice:
    told = event.payload
    text = (
        f"{told.get('address', '')} wants nothing automatic on {told.get('channel', '')} any more"
    )
    return NewNotice("failures", str(event.id), text, f"optout show {told.get('address', '')}")


async def _rated(session: AsyncSession, event: DomainEvent) -> NewNotice | None:
    """Only a bad one is news; the button takes the ticket up again."""
    number, score = event.payload.get("number", ""), str(event.payload.get("new", ""))
    if not score.isdecimal() or int(score) > LOW:
        return None
    ticket = await session.get(Ticket, event.subject_id)
    said = f" · “{ticket.satisfaction_comment}”" if ticket and ticket.satisfaction_comment else ""
    text = f"{number} · the customer gives {score} of 5{said} · press to reopen it"
    about = f"rated:{event.subject_id}"
    return NewNotice("hand-offs", about, text, f"status {number} open", _whose(ticket))


def _whose(ticket: Ticket | None) -> UUID | None:
    return ticket.assignee_id if ticket else None


async def _idle(session: AsyncSession, event: DomainEvent) -> NewNotice:
    """Of a customer who waits for a person, once for each of their last words."""
    about = f"idle:{event.subject_id}:{event.payload.get('since', '')}"
    owner = event.payload.get("owner_id")
    text, command = str(event.payload.get("note", "")), f"thread {event.subject_id}"
    return NewNotice("reminders", about, text, command, UUID(owner) if owner else None)


async def _drafted(session: AsyncSession, event: DomainEvent) -> NewNotice:
    return NewNotice("approvals", f"drafts:{_step(event.created_at)}", "Answers wait.", "drafts")


async def _quote_drafted(session: AsyncSession, event: DomainEvent) -> NewNotice | None:
    number = event.payload.get("number", "")
    if not number:
        return None
    return NewNotice("approvals", f"quote:{number}", f"Quote {number}", f"quote show {number}")


async def _suggested(session: AsyncSession, event: DomainEvent) -> NewNotice:
    ids = [UUID(id_) for key in ("person_id", "other_id") if (id_ := event.payload.get(key))]
    people = await session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id))
    names = " and ".join(dict.fromkeys(person.name or "a customer" for person in people))
    text = f"Who may be one customer: {names}"
    return NewNotice("approvals", f"suggested:{event.subject_id}", text, "customer suggestions")


async def _on_page(session: AsyncSession, event: DomainEvent) -> NewNotice:
    """What a customer did on the page of a quote or a contract."""
    noun, _, step = event.kind.partition(".")
    number = event.payload.get("number", "")
    text = f"{number} {_ON_PAGE[step]}"
    return NewNotice(f"{noun}s", f"{step}:{event.id}", text, f"{noun} show {number}")


_ON_PAGE = {
    "accepted": "is accepted",
    "rejected": "is declined",
    "asked": "has a question of the customer: answer it in its thread or ticket",
}


async def _quote_revised(session: AsyncSession, event: DomainEvent) -> NewNotice | None:
    """Of the bot's doing: a customer asked for a change of what they were sent."""
    if event.actor != "bot":
        return None
    number, revision = event.payload.get("number", ""), event.payload.get("revision", "")
    text = f"{number}: the customer wants a change, revision {revision} is drafted"
    about = f"quote:{number}:{revision}"
    return NewNotice("approvals", about, text, f"quote show {number}")


async def _quote_refused(session: AsyncSession, event: DomainEvent) -> NewNotice | None:
    """To whoever of staff drafted or changed it last; to the room where the bot did."""
    told = event.payload
    quote = await session.get(Quote, event.subject_id)
    if quote is None:
        return None
    query = select(QuoteLogEntry.actor).where(
        QuoteLogEntry.quote_id == quote.id, QuoteLogEntry.action.in_(_WRITING)
    )
    writer = await session.scalar(query.order_by(QuoteLogEntry.created_at.desc()).limit(1)) or ""
    kind, _, id_ = writer.partition(":")
    return NewNotice(
        "approvals",
        f"refused:{quote.id}:{told.get('version', '')}",
        f"{quote.number} is not approved: {quote.refusal}",
        f"quote show {quote.number}",
        UUID(id_) if kind == "staff" else None,
    )


_WRITING = ("drafted", "redrafted", "retitled", "parts_list edited", "revision started")


async def _contract(session: AsyncSession, event: DomainEvent) -> NewNotice:
    number, step = event.payload.get("number", ""), event.kind.partition(".")[2]
    about = f"{step}:{event.subject_id}:{event.created_at:%Y-%m-%d}"
    text = f"{number} {_CONTRACTS[step]}".format(service=event.payload.get("service", ""))
    return NewNotice("contracts", about, text, f"contract show {number}")


async def _price_changed(session: AsyncSession, event: DomainEvent) -> NewNotice | None:
    """With what the change makes wrong; a single price that harms nothing is no news."""
    changed, revision = int(event.payload.get("changed", 0)), int(event.payload["revision"])
    found = await drift(session, event.tenant_id, revision - 1)
    if found.is_harmless and changed < LIST:
        return None
    places = (
        (found.quotes, "open quotes"),
        (len(found.articles), "articles"),
        (len(found.answers), "answers"),
    )
    told = ", ".join(f"{name} ({count})" for count, name in places if count)
    text = f"Changed prices: {changed}. Old ones stand in {told or 'nothing that is open'}."
    command = f"catalogue drift {revision - 1}"
    return NewNotice("catalogue", f"prices:{revision}", text, command)


async def _proposed(session: AsyncSession, event: DomainEvent) -> NewNotice:
    about = f"proposal:{event.subject_id}:{event.payload.get('times', '')}"
    text = f"Staff corrected the same twice in drafts: {event.payload.get('code', '')}"
    return NewNotice("catalogue", about, text, "catalogue proposals")


_CONTRACTS = {
    "renewal_due": "ends soon: talk about renewing it",
    "expired": "has ended",
    "cancelled": "is cancelled",
    "signed": "is signed",
    "used_up": "has no {service} left in this period",
}


async def _unanswered(session: AsyncSession, event: DomainEvent) -> NewNotice:
    count = event.payload.get("count", 0)
    text = f"Conversations whose last word is the customer's: {count}"
    return NewNotice("unanswered", f"{event.created_at:%Y-%m-%d}", text, "lost")


async def _thread_failed(session: AsyncSession, event: DomainEvent) -> NewNotice:
    text = f"A conversation cannot be shown: {event.payload.get('error', '')}"
    return NewNotice("failures", f"thread:{event.subject_id}:{event.created_at:%Y-%m-%d}", text)


async def _sla(session: AsyncSession, event: DomainEvent) -> NewNotice:
    """To whose ticket it is; of nobody's ticket the room is told."""
    told, number = event.payload, event.payload.get("number", "")
    level = event.kind.partition(".")[2]
    what = str(told.get("target", "")).replace("_", " ")
    text = f"{number} · {_LEVELS[level]}".format(
        what=what, priority=told.get("priority"), due=_clock(told.get("due"))
    )
    about = f"{level}:{event.subject_id}:{told.get('target', '')}"
    query = select(Ticket.assignee_id).where(Ticket.id == event.subject_id)
    return NewNotice("sla", about, text, f"ticket {number}", await session.scalar(query))


_LEVELS = {
    "warned": "{what} is due {due}",
    "critical": "{what} is due {due}, hardly any time is left",
    "breached": "{what} is late: it was due {due}",
    "escalated": "escalated, its priority is {priority} now",
}


def _clock(due: object) -> str:
    return f"{datetime.fromisoformat(str(due)):%d %b %H:%M} UTC" if due else ""


async def _mailbox_failing(session: AsyncSession, event: DomainEvent) -> NewNotice:
    about = f"{event.subject_id}:{event.payload.get('since', '')}"
    text = f"{_mailbox(event)}: {event.payload.get('error', '')}"
    return NewNotice("mailboxes", about, text, "doctor")


async def _mailbox_recovered(session: AsyncSession, event: DomainEvent) -> NewNotice:
    about = f"{event.subject_id}:{event.payload.get('since', '')}:over"
    return NewNotice("mailboxes", about, f"{_mailbox(event)} is read again; nothing was lost.")


async def _account_paused(session: AsyncSession, event: DomainEvent) -> NewNotice:
    about = f"paused:{event.subject_id}:{event.payload.get('since', '')}"
    text = f"{_mailbox(event)} sends nothing for now: {event.payload.get('error', '')}"
    return NewNotice("failures", about, text, "doctor")


async def _template_changed(session: AsyncSession, event: DomainEvent) -> NewNotice | None:
    """What can no longer be sent; that Meta approved one is no trouble."""
    told = event.payload
    if told.get("state") not in ("rejected", "paused", "disabled"):
        return None
    about = f"template:{event.id}"
    reason = f": {told['reason']}" if told.get("reason") else ""
    text = f"Template {told.get('name')} ({told.get('language')}) is {told.get('state')}{reason}"
    return NewNotice("failures", about, text, "template list")


def _mailbox(event: DomainEvent) -> str:
    return f"{event.payload.get('channel', '')} {event.payload.get('account', '')}".strip()


def _step(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H}:{at.minute // DRAFTS_EVERY}"


_NOTICES: dict[str, Notice] = {
    "conversation.handed_off": _handed_off,
    "message.failed": _failed,
    "address.muted": _muted,
    "conversation.silenced": _silenced,
    "customer.opted_out": _opted_out,
    "ticket.rated": _rated,
    "conversation.idle": _idle,
    "message.drafted": _drafted,
    "quote.drafted": _quote_drafted,
    "customer.suggested": _suggested,
    **{f"quote.{step}": _on_page for step in _ON_PAGE},
    "contract.asked": _on_page,
    "quote.approval_refused": _quote_refused,
    "quote.revision_started": _quote_revised,
    **{f"contract.{step}": _contract for step in _CONTRACTS},
    PRICE_CHANGED: _price_changed,
    PROPOSED: _proposed,
    "ledger.unanswered": _unanswered,
    "thread.failed": _thread_failed,
    "sla.warned": _sla,
    "sla.critical": _sla,
    "sla.breached": _sla,
    "sla.escalated": _sla,
    "account.paused": _account_paused,
    "template.changed": _template_changed,
    "mailbox.failing": _mailbox_failing,
    "mailbox.recovered": _mailbox_recovered,
}
