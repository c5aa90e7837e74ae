"""What follows from what happened: staff are told, counters counted. One job per transaction."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.reacting.acting import WEBHOOK
from bot.engine.reacting.notifying import notify
from bot.engine.reacting.pausing import open_ticket_of_pause
from bot.engine.reacting.rules import RuleRunner
from bot.engine.reacting.suggesting import SUGGEST
from bot.engine.reacting.threads import touch, touch_tickets
from bot.foundation.telemetry import log, rules_fired, sla_told, tickets_opened
from domain.conversations.models import Conversation
from domain.database import Database
from domain.events import DomainEvent
from domain.sla.keeping import Clocks
from domain.tenants.service import Tenants
from domain.tickets.lifecycle import FINISHED
from domain.tickets.models import Ticket
from domain.tickets.service import NewComment, NewTicket, Tickets
from domain.types import utc_now
from domain.workflows.webhooks import Webhooks

FAILED = "message.failed"
BATCH = 100


class Reactions:
    """Reacts to each event once: the mark is set in the transaction of the reaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def react(self, tenant_id: UUID) -> int:
        """The number of events reacted to."""
        async with self._database.transaction(tenant_id) as session:
            query = (
                select(DomainEvent)
                .where(DomainEvent.reacted_at.is_(None))
                .order_by(DomainEvent.sequence)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            events = list(await session.scalars(query))
            runner = RuleRunner(session, tenant_id)
            for event in events:
                await self._react_to(session, tenant_id, event)
                await runner.follow(event)
                await self._announce(session, tenant_id, event)
            await _keep_clocks(session, tenant_id, events)
            await _show_staff(session, tenant_id, events)
            await session.execute(
                update(DomainEvent)
                .where(DomainEvent.id.in_([event.id for event in events]))
                .values(reacted_at=utc_now())
            )
        _count(events, runner.outcomes)
        return len(events)

    async def _react_to(self, session: AsyncSession, tenant_id: UUID, event: DomainEvent) -> None:
        if event.kind == "ticket.opened":
            await queue.put(session, SUGGEST, tenant_id=tenant_id, ticket_id=event.subject_id)
        elif event.kind == FAILED:
            await _tell_staff_of_failure(session, tenant_id, event)
        elif event.kind == "account.paused":
            await open_ticket_of_pause(session, tenant_id, event)
        await notify(session, tenant_id, event)

    async def _announce(self, session: AsyncSession, tenant_id: UUID, event: DomainEvent) -> None:
        for delivery_id in await Webhooks(session, tenant_id).announce(event):
            await queue.put(session, WEBHOOK, tenant_id=tenant_id, delivery_id=delivery_id)
        log.debug("event", kind=event.kind, tenant=str(tenant_id), subject=str(event.subject_id))


def _count(events: list[DomainEvent], outcomes: list[str]) -> None:
    """After the commit: what was rolled back is done, and counted, again."""
    for event in events:
        noun, _, level = event.kind.partition(".")
        if event.kind == "ticket.opened":
            tickets_opened.labels(event.payload.get("source") or "staff").inc()
        elif noun == "sla":
            sla_told.labels(level).inc()
    for outcome in outcomes:
        rules_fired.labels(outcome).inc()


async def _keep_clocks(session: AsyncSession, tenant_id: UUID, events: list[DomainEvent]) -> None:
    """Those of the tickets that these events moved; the `sla` job's own are in step already."""
    moved = {event.subject_id for event in events if event.kind.startswith("ticket.")}
    # An answer that did not arrive was none.
    failed = [event.payload["conversation_id"] for event in events if event.kind == FAILED]
    if failed:
        about = select(Ticket.id).where(Ticket.conversation_id.in_(failed))
        moved |= set(await session.scalars(about))
    await Clocks(session, tenant_id).keep(moved, utc_now())


async def _show_staff(session: AsyncSession, tenant_id: UUID, events: list[DomainEvent]) -> None:
    """The threads of all conversations and tickets that these events name are to be shown anew."""
    conversations, tickets = named(events)
    if not conversations and not tickets:
        return
    rooms = (await Tenants(session, tenant_id).settings()).desk.rooms
    if rooms and tickets:
        found = await session.execute(
            select(Ticket.id, Ticket.conversation_id).where(Ticket.id.in_(tickets))
        )
        rows = found.all()
        conversations |= {row.conversation_id for row in rows if row.conversation_id}
        tickets = {row.id for row in rows if not row.conversation_id}
    await touch(session, tenant_id, conversations, rooms)
    await touch_tickets(session, tenant_id, tickets, rooms)


def named(events: Iterable[DomainEvent]) -> tuple[set[UUID], set[UUID]]:
    """Conversations and tickets that something happened to. What happened to a thread itself is
    nothing that a thread shows: it would show itself without end."""
    conversations: set[UUID] = set()
    tickets: set[UUID] = set()
    for event in events:
        noun = event.kind.partition(".")[0]
        if noun == "thread":
            continue
        if noun == "conversation":
            conversations.add(event.subject_id)
        elif noun in ("ticket", "sla"):
            tickets.add(event.subject_id)
        elif told := event.payload.get("conversation_id"):
            conversations.add(UUID(told))
    return conversations, tickets


async def _tell_staff_of_failure(
    session: AsyncSession, tenant_id: UUID, event: DomainEvent
) -> None:
    """A message that cannot reach the customer becomes work for a person, never silence."""
    conversation = await session.get(Conversation, UUID(event.payload["conversation_id"]))
    if conversation is None:
        return
    note = f"A message could not be delivered: {event.payload['error']}"
    tickets = Tickets(session, tenant_id)
    ticket = await session.get(Ticket, conversation.ticket_id) if conversation.ticket_id else None
    if ticket is None or ticket.status in FINISHED:
        ticket = await tickets.open(
            NewTicket(
                subject="A message could not be delivered",
                description=note,
                priority="high",
                type="technical",
                tags=("delivery",),
                person_id=conversation.person_id,
                conversation_id=conversation.id,
                source=conversation.channel,
            ),
            actor="system",
        )
        conversation.ticket_id = ticket.id
    comment = NewComment(note, author="system", visibility="system", message_id=event.subject_id)
    await tickets.comment(ticket, comment)
