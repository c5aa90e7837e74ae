"""What every handler works with: the product's parts, whom a command means, refusals."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import Reference, first_word, reference, wrong_use
from bot.desk.command import Place, StaffCommand, StaffView
from bot.engine.accounts import Accounts
from bot.engine.delivery import Deliverer
from bot.engine.quoting import QuoteDrafter
from bot.engine.reading.catalogue import CatalogueShelf
from bot.foundation.settings import Settings
from bot.paper.typesetting import Typesetter
from bot.retrieval.library import Library
from channels.cards import Card, Form
from domain.conversations.models import Conversation
from domain.conversations.repository import ConversationReader
from domain.database import Database
from domain.errors import NotFound
from domain.tickets.listing import TicketList
from domain.tickets.models import Ticket
from domain.tickets.service import Tickets
from domain.tickets.working.presence import Presences
from domain.types import utc_now

Answer = Card | Form


class Bench(Protocol):
    """The parts of the running product that the desk uses; the runtime has them all."""

    @property
    def database(self) -> Database: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def deliverer(self) -> Deliverer: ...
    @property
    def library(self) -> Library: ...
    @property
    def drafter(self) -> QuoteDrafter: ...
    @property
    def shelf(self) -> CatalogueShelf: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def typesetter(self) -> Typesetter: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """A Bench of its own, for what is built before the runtime is."""

    database: Database
    accounts: Accounts
    deliverer: Deliverer
    library: Library
    drafter: QuoteDrafter
    shelf: CatalogueShelf
    settings: Settings
    typesetter: Typesetter = field(default_factory=Typesetter)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a command is about, and the words that are left."""

    words: str
    ticket: Ticket | None = None
    conversation: Conversation | None = None


async def meant(session: AsyncSession, command: StaffCommand) -> Meant:
    """By the first word if it refers to something, else by the place. Raises NotFound."""
    head, rest = first_word(command.words)
    named = reference(head, in_thread=command.place.is_thread) if head else None
    if named is not None:
        return await _found(session, command.tenant_id, named, rest)
    return await _here(session, command.tenant_id, command.place, command.words.strip())


async def ticket_meant(session: AsyncSession, command: StaffCommand) -> tuple[Ticket, str]:
    """Raises WrongUse where no ticket can be told."""
    found = await meant(session, command)
    if found.ticket is None:
        raise wrong_use(command.verb, "Which ticket? Give its number.")
    return found.ticket, found.words


async def conversation_meant(
    session: AsyncSession, command: StaffCommand
) -> tuple[Conversation, str]:
    """Raises WrongUse where no conversation can be told."""
    found = await meant(session, command)
    if found.conversation is None:
        reason = "Which conversation? Give a ticket's number."
        if found.ticket is not None:
            reason = f"{found.ticket.number} has no conversation to answer in."
        raise wrong_use(command.verb, reason)
    return found.conversation, found.words


async def _found(session: AsyncSession, tenant_id: UUID, named: Reference, words: str) -> Meant:
    if named.conversation_id is not None:
        return await _in_conversation(session, tenant_id, named.conversation_id, words)
    if named.short is not None:
        ticket = await TicketList(session, tenant_id).ending_in(named.short)
    else:
        ticket = await Tickets(session, tenant_id).get(named.ticket)
    return await _with_ticket(session, ticket, words)


async def _here(session: AsyncSession, tenant_id: UUID, place: Place, words: str) -> Meant:
    if place.ticket:
        ticket = await Tickets(session, tenant_id).get(place.ticket)
        return await _with_ticket(session, ticket, words)
    if place.conversation_id:
        return await _in_conversation(session, tenant_id, place.conversation_id, words)
    return Meant(words)


async def _with_ticket(session: AsyncSession, ticket: Ticket, words: str) -> Meant:
    conversation = None
    if ticket.conversation_id:
        conversation = await ConversationReader(session).get(ticket.conversation_id)
    return Meant(words, ticket, conversation)


async def _in_conversation(
    session: AsyncSession, tenant_id: UUID, conversation_id: UUID, words: str
) -> Meant:
    conversation = await ConversationReader(session).get(conversation_id)
    ticket = await session.get(Ticket, conversation.ticket_id) if conversation.ticket_id else None
    if ticket is None:
        ticket = await TicketList(session, tenant_id).of_conversation(conversation_id)
    return Meant(words, ticket, conversation)


async def note_presence(
    session: AsyncSession, by: StaffView, subject_id: UUID, activity: str
) -> None:
    """So that a colleague who opens the same is told; a guest leaves no trace."""
    if by.id is not None:
        presences = Presences(session, by.tenant_id)
        await presences.note(subject_id, by.id, activity, utc_now())


def own_id(by: StaffView) -> UUID:
    """Of somebody who was let in, and so is a member."""
    if by.id is None:
        raise NotFound("staff member", by.name)
    return by.id


def as_id(value: str) -> UUID:
    """An id that a button carried. Raises NotFound."""
    try:
        return UUID(value)
    except ValueError as error:
        raise NotFound("entry", value[:60]) from error
