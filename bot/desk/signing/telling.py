"""Shows staff at once what a customer did on a page: in the thread, as an internal note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.reacting.following import follow
from bot.engine.reacting.threads import touched
from domain.contracts.models import Contract
from domain.conversations.models import Conversation, Message
from domain.quotes.models import Quote
from domain.tickets.models import Ticket
from domain.tickets.service import NewComment, NewTicket, Tickets
from domain.types import new_id, utc_now

PAGE = "page"
CUSTOMER = "customer"
MOST_MERGES = 10
NOTED = 500
"""Characters of a question that the log of its quote or contract keeps."""
SAME = timedelta(minutes=10)
"""Within it the same words are the same question: a button was pressed twice."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A quote or a contract, and where it is talked about."""

    tenant_id: UUID
    number: str
    conversation_id: UUID | None = None
    ticket_id: UUID | None = None
    person_id: UUID | None = None
    company_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Asked on a page; `name` and `email` as whoever asks says, proven by nothing."""

    text: str
    name: str = ""
    email: str = ""

    @property
    def who(self) -> str:
        return " · ".join(part for part in (self.name, self.email) if part) or "somebody"


class LogEntry(Protocol):
    @property
    def action(self) -> str: ...
    @property
    def comment(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


def is_said_already(log: Sequence[LogEntry], question: Question) -> bool:
    """The quote or contract must be locked by the caller."""
    since = utc_now() - SAME
    return any(
        one.action == "asked" and one.comment == question.text[:NOTED] and one.created_at > since
        for one in log
    )


def subject_of(quote: Quote) -> Subject:
    places = (quote.conversation_id, quote.ticket_id, quote.person_id, quote.company_id)
    return Subject(quote.tenant_id, quote.number, *places)


async def subject_of_contract(session: AsyncSession, contract: Contract) -> Subject:
    """It is talked about where its quote is."""
    quote = await session.get(Quote, contract.quote_id) if contract.quote_id else None
    places = (quote.conversation_id, quote.ticket_id) if quote else (None, None)
    people = (contract.person_id, contract.company_id)
    return Subject(contract.tenant_id, contract.number, *places, *people)


async def tell(session: AsyncSession, about: Subject, words: str) -> None:
    """In the caller's transaction; the events in it are reacted to as well."""
    conversation = await _conversation(session, about)
    ticket = await session.get(Ticket, about.ticket_id) if about.ticket_id else None
    if conversation is not None:
        session.add(_note(conversation, words))
        await touched(session, about.tenant_id, conversation.id)
    elif ticket is not None:
        comment = NewComment(words, author="system", visibility="internal")
        await Tickets(session, about.tenant_id).comment(ticket, comment)
    await session.flush()
    await queue.put(session, "react", tenant_id=about.tenant_id)


async def take_question(session: AsyncSession, about: Subject, question: Question) -> None:
    """As the customer's words where the quote is talked about; else in a ticket.

    The bot leaves it to staff: that somebody has the link does not prove who they are.
    """
    conversation = await _conversation(session, about)
    if conversation is None:
        await _into_ticket(session, about, question)
    else:
        message = _message(conversation, question)
        session.add(message)
        conversation.last_message_at = conversation.updated_at = utc_now()
        conversation.last_author = CUSTOMER
        await session.flush()
        await follow(session, about.tenant_id, [message.id])
    words = f"Asked on the page of {about.number} by {question.who}."
    await tell(session, about, f"{words} The bot leaves the answer to you.")


async def _conversation(session: AsyncSession, about: Subject) -> Conversation | None:
    """The one that goes on, where threads turned out to be one."""
    found, place = None, about.conversation_id
    for _ in range(MOST_MERGES):
        if place is None:
            return found
        found = await session.get(Conversation, place)
        place = found.merged_into_id if found else None
    return found


async def _into_ticket(session: AsyncSession, about: Subject, question: Question) -> None:
    tickets = Tickets(session, about.tenant_id)
    ticket = await session.get(Ticket, about.ticket_id) if about.ticket_id else None
    if ticket is not None:
        comment = NewComment(question.text, author=CUSTOMER, visibility="public")
        await tickets.comment(ticket, comment)
        return
    new = NewTicket(
        subject=f"A question about {about.number}",
        description=f"{question.text}\n\n{question.who}",
        type="general",
        person_id=about.person_id,
        company_id=about.company_id,
        source=PAGE,
    )
    await tickets.open(new, actor=CUSTOMER)


def _note(conversation: Conversation, words: str) -> Message:
    return Message(
        id=new_id(),
        tenant_id=conversation.tenant_id,
        conversation_id=conversation.id,
        channel_account_id=conversation.channel_account_id,
        direction="note",
        author="bot",
        text=words,
        sent_at=utc_now(),
    )


def _message(conversation: Conversation, question: Question) -> Message:
    """It opens no window of a channel: it did not come by it."""
    message_id = new_id()
    return Message(
        id=message_id,
        tenant_id=conversation.tenant_id,
        conversation_id=conversation.id,
        channel_account_id=conversation.channel_account_id,
        direction="in",
        author=CUSTOMER,
        external_id=f"{PAGE}:{message_id}",
        sender_name=question.name,
        sender_address=question.email,
        proof="none",
        text=question.text,
        sent_at=utc_now(),
        outcome="attached",
        outcome_reason="asked_on_page",
    )
