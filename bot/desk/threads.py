"""Reads a conversation as staff see it: what was said, why the bot said it, what came of it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.beside import ticket_facts
from bot.desk.cards import (
    FileCard,
    MessageCard,
    PromiseCard,
    ReasoningCard,
    SourceCard,
    StepCard,
    ThreadCard,
    TicketCard,
)
from bot.desk.showing.went import went_line
from bot.desk.showing.words import spoken
from domain.conversations.models import Attachment, Conversation, Message, Turn
from domain.conversations.reaching.carrying import continued
from domain.conversations.reaching.standing import Step, promised, steps
from domain.conversations.readings import FILE, FileReading, known_files
from domain.conversations.repository import ConversationReader
from domain.customers.models import Company, Person
from domain.customers.optouts import OptOuts
from domain.knowledge.citations import Citation, cited_texts
from domain.sla.firing import SERVICE_LEVEL
from domain.sla.models import SlaClock
from domain.sla.reading import WAITING, ClockReader, outcome
from domain.sla.timing import FIRST_RESPONSE, RESOLUTION
from domain.staff.repository import StaffReader
from domain.tickets.joining.merging import Merges
from domain.tickets.models import Ticket, TicketChange, TicketComment
from domain.tickets.repository import TicketReader
from domain.tickets.service import Tickets
from domain.tickets.working.teams import Teams

MESSAGES = 100
TICKETS = 6


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the messages of a thread point to."""

    turns: Mapping[UUID, Turn]
    texts: Mapping[Citation, str]
    files: Mapping[UUID, list[Attachment]]
    readings: Mapping[UUID, FileReading]
    raw: Mapping[UUID, bytes]
    staff: Mapping[UUID, str]
    steps: Mapping[UUID, tuple[Step, ...]]
    heard_at: Mapping[UUID, Any]
    """Turn → when the last message that it answers was stored."""


async def pulse(session: AsyncSession, conversation_id: UUID) -> str:
    """Cheap to ask: what `read` gives is the same as long as this is."""
    return await ConversationReader(session).pulse(conversation_id, MESSAGES)


async def read(
    session: AsyncSession, tenant_id: UUID, conversation_id: UUID, *, with_wire: bool = False
) -> ThreadCard:
    """The last hundred messages. `with_wire` adds the webhook that each one came in."""
    reader = ConversationReader(session)
    conversation = await reader.get(conversation_id)
    beat = await reader.pulse(conversation_id, MESSAGES)
    messages = await reader.latest(conversation_id, MESSAGES)
    staff = {member.id: member.name for member in await StaffReader(session).all()}
    beside = await _beside(session, conversation_id, messages, staff, with_wire)
    person = await session.get(Person, conversation.person_id)
    company = (
        await session.get(Company, person.company_id) if person and person.company_id else None
    )
    return ThreadCard(
        id=conversation.id,
        pulse=beat,
        owner=conversation.owner,
        owner_name=staff.get(conversation.owner_id, "") if conversation.owner_id else "",
        is_answering=_is_answering(conversation),
        language=conversation.language,
        messages=tuple(_message(message, beside) for message in messages),
        tickets=await tickets(session, tenant_id, conversation.person_id, conversation.id),
        customer=person.name if person else "",
        company=company.name if company else "",
        version=conversation.version,
        is_paused=conversation.is_paused,
        is_opted_out=await OptOuts(session, tenant_id).applies_to(conversation_id),
        continues=await _continues(session, conversation),
        due=await _due(session, conversation),
    )


async def _continues(session: AsyncSession, conversation: Conversation) -> tuple[str, ...]:
    later, earlier = await continued(session, conversation)
    told = [f"continues from {earlier.channel} (thread {earlier.id})"] if earlier else []
    return (*told, *(f"goes on by {one.channel} (thread {one.id})" for one in later))


async def _due(session: AsyncSession, conversation: Conversation) -> datetime | None:
    ticket_id = conversation.ticket_id
    if ticket_id is None or conversation.last_author != "customer":
        return None
    return (await promised(session, [ticket_id])).get(ticket_id)


async def tickets(
    session: AsyncSession, tenant_id: UUID, person_id: UUID, conversation_id: UUID | None = None
) -> tuple[TicketCard, ...]:
    """A customer's latest tickets, newest first, each with its history."""
    rows = await Tickets(session, tenant_id).of_person(person_id, TICKETS)
    if not rows:
        return ()
    staff = {member.id: member.name for member in await StaffReader(session).all()}
    reader = TicketReader(session)
    ids = [row.id for row in rows]
    comments, changes = await reader.comments(ids), await reader.changes(ids)
    staff |= await _teams(session, tenant_id, changes)
    clocks = await ClockReader(session, tenant_id).of(ids)
    return tuple(
        _ticket(
            row,
            [c for c in comments if c.ticket_id == row.id],
            [c for c in changes if c.ticket_id == row.id],
            staff,
            clocks.get(row.id),
            is_from_here=conversation_id is not None and row.conversation_id == conversation_id,
        )
        for row in rows
    )


async def ticket(session: AsyncSession, tenant_id: UUID, row: Ticket) -> TicketCard:
    """One ticket with its history, and that of what was merged into it."""
    staff = {member.id: member.name for member in await StaffReader(session).all()}
    reader = TicketReader(session)
    merged = await Merges(session, tenant_id).merged_into(row.id)
    ids = [row.id, *(one.id for one in merged)]
    comments, changes = await reader.comments(ids), await reader.changes(ids)
    staff |= await _teams(session, tenant_id, changes)
    clock = (await ClockReader(session, tenant_id).of([row.id])).get(row.id)
    own = _ticket(
        row,
        [c for c in comments if c.ticket_id == row.id],
        [c for c in changes if c.ticket_id == row.id],
        staff,
        clock,
        is_from_here=True,
    )
    told = [
        replace(step, who=f"{step.who} (in {one.number})")
        for one in merged
        for step in _ticket(
            one, [c for c in comments if c.ticket_id == one.id], [], staff, None, is_from_here=False
        ).history
    ]
    history = sorted([*own.history, *told], key=lambda step: step.at)
    facts = await ticket_facts(session, tenant_id, row)
    return replace(own, history=tuple(history), facts=facts)


async def _teams(
    session: AsyncSession, tenant_id: UUID, changes: Iterable[TicketChange]
) -> dict[UUID, str]:
    """Their names, where a ticket went from one to another."""
    if not any(change.field == "team_id" for change in changes):
        return {}
    return {team.id: team.name for team in await Teams(session, tenant_id).all()}


def _is_answering(conversation: Conversation) -> bool:
    is_at_work = conversation.turn_pending or conversation.lease_token is not None
    return is_at_work and conversation.owner == "bot" and not conversation.is_paused


async def _beside(
    session: AsyncSession,
    conversation_id: UUID,
    messages: list[Message],
    staff: Mapping[UUID, str],
    with_wire: bool,
) -> _Beside:
    reader = ConversationReader(session)
    turns = await reader.turns(conversation_id, {m.turn_id for m in messages if m.turn_id})
    files: dict[UUID, list[Attachment]] = {}
    for file in await reader.attachments([message.id for message in messages]):
        files.setdefault(file.message_id, []).append(file)
    ids = [file.id for listed in files.values() for file in listed]
    known = await known_files(session, ids) if ids else []
    events = [m.raw_event_id for m in messages if m.raw_event_id] if with_wire else []
    return _Beside(
        turns=turns,
        texts=await cited_texts(session, _citations(turns.values())),
        files=files,
        readings={one.row.id: one.reading for one in known if one.reading},
        raw=await reader.raw_events(events) if events else {},
        staff=staff,
        steps=await steps(session, messages),
        heard_at={m.turn_id: m.created_at for m in messages if m.turn_id and m.direction == "in"},
    )


def _citations(turns: Iterable[Turn]) -> list[Citation]:
    return [_citation(article) for turn in turns for article in turn.articles]


def _citation(article: Mapping[str, Any]) -> Citation:
    return Citation(UUID(article["id"]), article["version"], article["position"])


def _message(message: Message, beside: _Beside) -> MessageCard:
    went: dict[str, Any] = message.details.get("went") or {}
    return MessageCard(
        id=message.id,
        sequence=message.sequence,
        direction=message.direction,
        author=message.author,
        name=beside.staff.get(message.staff_id, "") if message.staff_id else _sender(message),
        text="" if message.deleted_at else message.text,
        kind="deleted" if message.deleted_at else message.content_kind,
        at=message.created_at,
        state=message.state,
        outcome=message.outcome,
        outcome_reason=message.outcome_reason,
        error=message.error,
        is_maybe_repeated=message.is_maybe_repeated,
        is_edited=message.edited_at is not None,
        choices=tuple((c["id"], c["title"]) for c in message.details.get("choices", ())),
        files=tuple(
            _file(file, beside.readings.get(file.id)) for file in beside.files.get(message.id, ())
        ),
        reasoning=_reasoning(message, beside),
        went=went_line(went, message.state),
        is_elsewhere=went.get("by") == "elsewhere",
        steps=beside.steps.get(message.id, ()),
        wire=_indented(beside.raw.get(message.raw_event_id)) if message.raw_event_id else "",
        external_id=message.external_id or "",
        in_reply_to=message.in_reply_to or "",
        replaces=message.replaces or "",
        subject=message.subject,
        album=str(message.details.get("album", "")),
    )


def _file(file: Attachment, reading: FileReading | None) -> FileCard:
    card = FileCard(file.id, file.filename, file.content_type, file.state, file.reason)
    if reading is None:
        return card
    if reading.content is None:
        return replace(card, not_read=reading.reason)
    return card if reading.means == FILE else replace(card, by_model=reading.content.text)


def _sender(message: Message) -> str:
    """As the mail names its author, who need not be the customer."""
    return message.sender_name or message.sender_address


def _reasoning(message: Message, beside: _Beside) -> ReasoningCard | None:
    turn = beside.turns.get(message.turn_id) if message.turn_id else None
    if turn is None or message.direction != "out":
        return None
    heard = beside.heard_at.get(turn.id)
    return ReasoningCard(
        agent=turn.agent,
        step=turn.step,
        intent=turn.intent,
        confidence=turn.confidence,
        model=turn.model,
        did=tuple(action["action"] for action in turn.actions),
        notes=tuple(turn.notes),
        sources=tuple(_sources(turn, message, beside.texts)),
        thinking_milliseconds=turn.milliseconds,
        seconds=(message.created_at - heard).total_seconds() if heard else None,
    )


def _sources(turn: Turn, message: Message, texts: Mapping[Citation, str]) -> list[SourceCard]:
    """What the answer cites first, then what was looked at."""
    cited = {_citation(article) for article in message.details.get("citations", ())}
    cards = [
        SourceCard(
            title=article["title"],
            text=texts.get(_citation(article), ""),
            version=article["version"],
            is_cited=_citation(article) in cited,
        )
        for article in turn.articles
    ]
    return sorted(cards, key=lambda card: not card.is_cited)


def _indented(body: bytes | None) -> str:
    """JSON made readable; anything else as it is."""
    if body is None:
        return ""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "replace")


def _ticket(
    ticket: Ticket,
    comments: list[TicketComment],
    changes: list[TicketChange],
    staff: Mapping[UUID, str],
    clock: SlaClock | None,
    *,
    is_from_here: bool,
) -> TicketCard:
    origin = f"opened on {ticket.source}" if ticket.source else "opened"
    words = ticket.description or ticket.subject
    opened = StepCard(ticket.created_at, origin, words, key=f"opened:{ticket.id}")
    said = [
        StepCard(
            at=comment.created_at,
            who=staff.get(comment.staff_id, comment.author) if comment.staff_id else comment.author,
            what=comment.text,
            is_internal=comment.visibility != "public",
            key=f"comment:{comment.id}",
            is_said=comment.message_id is not None or comment.author == "customer",
        )
        for comment in comments
    ]
    done = [
        StepCard(
            at=change.created_at,
            who=_actor(change.actor, staff),
            what=_worded(change, staff),
            key=f"change:{change.id}",
        )
        for change in changes
    ]
    return TicketCard(
        number=ticket.number,
        subject=ticket.subject,
        status=ticket.status,
        priority=ticket.priority,
        type=ticket.type,
        assignee=staff.get(ticket.assignee_id, "") if ticket.assignee_id else "",
        opened_at=ticket.created_at,
        is_from_here=is_from_here,
        history=(opened, *sorted(said + done, key=lambda step: step.at)),
        promises=promises(clock, is_paused=ticket.status == WAITING) if clock else (),
    )


def promises(clock: SlaClock, *, is_paused: bool) -> tuple[PromiseCard, ...]:
    """The two things promised of every ticket, and what became of them."""
    return tuple(
        PromiseCard(spoken(name), outcome(clock, name, is_paused=is_paused), due)
        for name, due in (
            (FIRST_RESPONSE, clock.first_response_due),
            (RESOLUTION, clock.resolution_due),
        )
    )


def _actor(actor: str, staff: Mapping[UUID, str]) -> str:
    """`staff:<id>` by name; of a rule the change itself says which."""
    kind, _, name = actor.partition(":")
    if kind == "rule":
        return "a rule"
    return _named(name, staff) if kind == "staff" and name else actor


def _named(value: str, staff: Mapping[UUID, str]) -> str:
    """A staff member's or a team's id as the name; anything else as it is."""
    try:
        return staff.get(UUID(value), value)
    except ValueError:
        return value


def _worded(change: TicketChange, staff: Mapping[UUID, str]) -> str:
    if change.field == SERVICE_LEVEL:
        return f"{spoken(change.new)} ({change.why})"
    old, new = (_named(value, staff) for value in (change.old, change.new))
    if change.field == "team_id":
        old, new = ("a team that is no more" if _is_id(name) else name for name in (old, new))
    field = change.field.removesuffix("_id")
    what = f"{field}: {old or '—'} → {new or '—'}".replace("_", " ")
    return f"{what} ({change.why})" if change.why else what


def _is_id(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False
