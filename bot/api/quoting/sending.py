"""Sends a quote to its customer: by their thread, with its PDF and its link."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, Field

from bot.api.quoting.seeing import rights_of_key
from bot.api.rest import Body, Word, rest_router
from bot.dependencies import RuntimeOf, StaffCaller, Transaction
from bot.desk.papers.making import Paper
from bot.desk.sending.posting import Sender
from bot.desk.sending.quotes import prepared, send
from domain.audit.service import note as audit
from domain.quotes.service import Quotes

router = rest_router("/quotes", "quotes")


class SendQuote(Body):
    """`channel`: email, whatsapp or telegram; empty: where it was asked for, else where the
    customer wrote last, else by mail to an address that is known."""

    channel: Word = Field("", examples=["email"])


class QuoteSent(BaseModel):
    """`message_id`: what becomes of it is told under `/conversations/{id}/messages`. `sha256`: of
    the paper. `url`: the customer's page."""

    success: bool = True
    quote_id: UUID
    quote_number: str
    status: str
    revision: int
    valid_until: date | None
    sha256: str
    message_id: UUID
    conversation_id: UUID
    channel: str
    url: str


async def paper_to_send(quote_id: UUID, runtime: RuntimeOf, caller: StaffCaller) -> Paper:
    """Set before the transaction of the request is opened."""
    return await prepared(runtime.database, runtime.typesetter, (caller.tenant_id, quote_id))


@router.post("/{quote_id}/send", summary="Send a quote to its customer")
async def send_to_customer(
    quote_id: UUID,
    wanted: SendQuote,
    paper: Annotated[Paper, Depends(paper_to_send)],
    runtime: RuntimeOf,
    caller: StaffCaller,
    session: Transaction,
) -> QuoteSent:
    """A draft becomes sent, and the revision before it superseded. What is sent already goes out
    once more as it is."""
    quote = await Quotes(session, caller.tenant_id).get(quote_id, for_change=True)
    rights = await rights_of_key(session, caller)
    sender = Sender(
        runtime.accounts,
        caller.actor,
        runtime.settings.base_url,
        sees_margins=rights.sees_margins,
        limit=rights.approves_up_to,
    )
    done = await send(session, sender, quote, paper, channel=wanted.channel)
    audit(session, caller.tenant_id, caller.actor, "quote.sent", quote.number)
    return QuoteSent(
        quote_id=quote.id,
        quote_number=quote.number,
        status=quote.status,
        revision=quote.revision,
        valid_until=quote.valid_until,
        sha256=done.paper.sha256,
        message_id=done.posted.message_id,
        conversation_id=done.posted.conversation_id,
        channel=done.posted.channel,
        url=done.url,
    )
