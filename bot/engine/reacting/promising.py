"""Puts promises that a message made to a customer into the ledger of its ticket."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from domain.conversations.models import Conversation, Message
from domain.database import Database
from domain.tenants.service import Tenants
from domain.tickets.lifecycle import FINISHED
from domain.tickets.listing import TicketList
from domain.tickets.models import Ticket
from domain.tickets.promises import promises_in
from domain.tickets.service import NewTicket, Tickets
from domain.tickets.working.clock import zone
from domain.tickets.working.ledger import PromiseLedger

PROMISE = "promise"
SUBJECT = 120


class PromiseKeeper:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, tenant_id: UUID, message_id: UUID) -> int:
        """The number of promises that are new. Of a message that has left, staff's or the bot's.

        What staff promise without a ticket opens one; the bot promises nothing without a tool,
        and its tools open a ticket.
        """
        async with self._database.transaction(tenant_id) as session:
            message = await session.get(Message, message_id)
            if message is None or message.direction != "out":
                return 0
            settings = await Tenants(session, tenant_id).settings()
            where = zone(settings.time_zone)
            found = promises_in(message.text, message.sent_at or message.created_at, where)
            ticket = await self._ticket(session, tenant_id, message) if found else None
            if ticket is None:
                return 0
            actor = f"staff:{message.staff_id}" if message.staff_id else message.author
            ledger = PromiseLedger(session, tenant_id)
            made = [await ledger.add(ticket, one, actor=actor, message=message) for one in found]
            await queue.put(session, "react", tenant_id=tenant_id)
        return len([one for one in made if one is not None])

    async def _ticket(
        self, session: AsyncSession, tenant_id: UUID, message: Message
    ) -> Ticket | None:
        conversation = await session.get_one(Conversation, message.conversation_id)
        own = conversation.ticket_id
        ticket = await session.get(Ticket, own) if own else None
        if ticket is None or ticket.status in FINISHED:
            latest = await TicketList(session, tenant_id).of_conversation(conversation.id)
            ticket = latest or ticket
        if ticket is not None:
            return await Tickets(session, tenant_id).goes_on_as(ticket)
        if message.author != "staff":
            return None
        ticket = await Tickets(session, tenant_id).open(
            NewTicket(
                subject=f"Promised: {message.text[:SUBJECT]}",
                type="general",
                tags=("promise",),
                person_id=conversation.person_id,
                conversation_id=conversation.id,
                source=conversation.channel,
            ),
            actor="system",
        )
        conversation.ticket_id = ticket.id
        return ticket
