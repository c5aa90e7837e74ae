"""Loads what an agent may see of a conversation: one frozen `TurnContext`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.turns import (
    ConversationView,
    CustomerView,
    ElsewhereView,
    FileView,
    MessageView,
    QuoteView,
    TenantView,
    TicketView,
    TurnContext,
    TurnResult,
)
from channels.channel import Capabilities
from domain.conversations.outbox import CODE_MESSAGE
from domain.conversations.speaking.elsewhere import last_words
from domain.conversations.turns import HISTORY, Lease, Turns
from domain.quotes.models import Quote
from domain.quotes.service import Quotes
from domain.tenants.settings import TenantSettings
from domain.tickets.models import Ticket
from domain.tickets.service import Tickets
from domain.types import utc_now


@dataclass(frozen=True, slots=True)
class Loaded:
    """The context and what only the engine needs beside it."""

    context: TurnContext
    settings: TenantSettings
    last_sequence: int
    last_external_id: str | None
    """The provider's id of the customer's last message."""
    has_threads: bool
    """Whether a reply names the message it answers (mail does)."""
    code_address: str = ""
    """Where a one-time code could go: the customer's own address, if the unread is all theirs."""
    settled: TurnResult | None = None
    """What is to be said without thinking."""
    is_acknowledged_today: bool = False
    """Whether the customer was told already today that their words have arrived."""
    offer: str = ""
    """An address the customer named as theirs, in passing: a code to it may be offered."""


async def load(
    session: AsyncSession,
    tenant_id: UUID,
    lease: Lease,
    capabilities: Capabilities,
    *,
    has_code: bool = False,
) -> Loaded:
    """`has_code`: the customer has just given the one-time code."""
    row = lease.row
    settings = TenantSettings.model_validate(row.settings)
    said = await Turns(session, tenant_id).messages(row.id, row.context_since)
    messages = [m for m in said if m.content_kind != CODE_MESSAGE]
    unread = [m for m in messages if m.outcome == "waiting"]
    first = unread[0].sequence if unread else 0
    history = [m for m in messages if m.outcome != "waiting" and m.sequence < (first or 2**62)]
    tickets = await Tickets(session, tenant_id).of_person(row.person_id) if row.has_tickets else []
    quotes = await Quotes(session, tenant_id).of_person(row.person_id) if row.has_quotes else []
    proven = is_proven(row, unread, capabilities, has_code=has_code)
    others = await last_words(session, row.person_id, row.id) if proven and row.has_others else []
    context = TurnContext(
        tenant=_tenant(tenant_id, row, settings),
        conversation=_conversation(row, capabilities),
        customer=_customer(row, proven),
        messages=tuple(_message(row, m) for m in unread),
        history=tuple(_message(row, m) for m in history[-HISTORY:]),
        tickets=tuple(_ticket(t) for t in tickets),
        quotes=tuple(_quote(q) for q in quotes if _is_shown(q, row.id, proven)),
        now=utc_now(),
        knowledge_revision=row.knowledge_revision,
        catalogue_revision=row.catalogue_revision,
        elsewhere=tuple(ElsewhereView(*one) for one in others),
    )
    last = max((m.sequence for m in messages), default=0)
    return Loaded(
        context=context,
        settings=settings,
        last_sequence=last,
        last_external_id=unread[-1].external_id if unread else None,
        has_threads=capabilities.has_subject,
        code_address=row.address if all(_is_customers(row, m) for m in unread) else "",
    )


def _tenant(tenant_id: UUID, row: Row[Any], settings: TenantSettings) -> TenantView:
    switched_on = (name for name, value in settings.features.model_dump().items() if value)
    return TenantView(
        id=tenant_id,
        slug=row.slug,
        name=settings.assistant.name or row.tenant_name,
        currency=settings.currency,
        language=settings.language,
        time_zone=settings.time_zone,
        features=frozenset(switched_on),
    )


def _conversation(row: Row[Any], capabilities: Capabilities) -> ConversationView:
    return ConversationView(
        id=row.id,
        channel=row.channel,
        version=row.version,
        questions_asked=row.questions_asked,
        text_limit=capabilities.text_limit,
        buttons=capabilities.buttons,
        button_title=capabilities.button_title_limit,
        is_first_reply=row.disclosed_at is None,
        language=row.language,
        open_question=row.open_question,
    )


def is_proven(
    row: Row[Any], unread: Sequence[Row[Any]], capabilities: Capabilities, *, has_code: bool = False
) -> bool:
    """Whether these words are surely the customer's: by the channel, or by a one-time code.

    Where a thread has several people, all that is unread must be of the customer.
    """
    if not capabilities.has_subject:
        is_known = any(i["value"] == row.hint and i["proven"] for i in row.identities or ())
        return is_known or has_code or bool(row.is_proven_by_code)
    if not unread or not all(_is_customers(row, message) for message in unread):
        return False
    return (
        has_code
        or bool(row.is_proven_by_code)
        or all(message.proof != "none" for message in unread)
    )


def _is_customers(row: Row[Any], message: Row[Any]) -> bool:
    return any(i["value"] == message.sender_address for i in row.identities or ())


def _customer(row: Row[Any], is_proven: bool) -> CustomerView:
    return CustomerView(
        person_id=row.person_id,
        name=row.person_name,
        company_id=row.company_id,
        company_name=row.company_name or "",
        language=row.person_language,
        is_proven=is_proven,
    )


def _is_shown(quote: Quote, conversation_id: UUID, proven: bool) -> bool:
    """A draft that staff began by themselves is nobody's business but theirs."""
    if quote.conversation_id == conversation_id:
        return True
    return proven and (quote.conversation_id is not None or quote.status != "draft")


def _message(row: Row[Any], message: Row[Any]) -> MessageView:
    is_another = bool(message.sender_address) and not _is_customers(row, message)
    return MessageView(
        id=message.id,
        author=message.author,
        text=message.text,
        sent_at=message.sent_at,
        subject=message.subject,
        content_kind=message.content_kind,
        choice=message.choice,
        name=(message.sender_name or message.sender_address) if is_another else "",
        attachment_names=tuple(f["name"] for f in message.files or () if not f["is_inline"]),
        files=tuple(
            FileView(UUID(file["id"]), file["name"], is_inline=file["is_inline"])
            for file in message.files or ()
        ),
    )


def _quote(quote: Quote) -> QuoteView:
    return QuoteView(
        id=quote.id,
        number=quote.number,
        title=quote.title,
        status=quote.status,
        request=quote.request,
        open_questions=tuple(quote.open_questions),
        total=f"{quote.total} {quote.currency}",
    )


def _ticket(ticket: Ticket) -> TicketView:
    return TicketView(
        id=ticket.id,
        number=ticket.number,
        subject=ticket.subject,
        status=ticket.status,
        priority=ticket.priority,
        opened_at=ticket.created_at,
        updated_at=ticket.updated_at,
    )
