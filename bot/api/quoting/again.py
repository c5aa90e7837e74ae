"""A quote's next revision, and quotes made again, over REST."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from bot.api.quoting.documents import Priced
from bot.api.rest import Body, Text, rest_router
from bot.dependencies import StaffCaller, Transaction
from domain.quotes.lifecycle.copying import clone, duplicate
from domain.quotes.lifecycle.revisions import give_up_draft, start_revision
from domain.quotes.models import Quote
from domain.quotes.service import Quotes

router = rest_router("/quotes", "quotes")


class Reason(Body):
    comment: Annotated[Text, Field(max_length=2000, examples=["They want 30 outlets"])] = ""


class For(Body):
    """`customer_id` is a company's or a person's."""

    customer_id: UUID


class Made(BaseModel):
    success: bool = True
    quote_id: UUID
    quote_number: str
    status: str
    revision: int
    version: int
    total: str
    no_longer_in_catalogue: list[str] = Field(
        default_factory=list, description="Kept the price they had: check it."
    )


@router.post("/{quote_id}/revise", summary="Begin the next revision")
async def revise(quote_id: UUID, new: Reason, caller: StaffCaller, session: Transaction) -> Made:
    """What was sent, declined or expired becomes a draft again. What was sent can be accepted
    until the next revision is sent."""
    quote = await Quotes(session, caller.tenant_id).get(quote_id, for_change=True)
    await start_revision(session, caller.tenant_id, quote, caller.actor, new.comment)
    return _made(quote)


@router.post("/{quote_id}/drop-revision", summary="Give up the draft of the next revision")
async def drop(quote_id: UUID, caller: StaffCaller, session: Transaction) -> Made:
    """The quote is again what was sent last."""
    quote = await Quotes(session, caller.tenant_id).get(quote_id, for_change=True)
    await give_up_draft(session, caller.tenant_id, quote, caller.actor)
    return _made(quote)


@router.post("/{quote_id}/duplicate", status_code=201, summary="Make a quote again")
async def make_again(
    quote_id: UUID, catalogue: Priced, caller: StaffCaller, session: Transaction
) -> Made:
    """For the same customer: a draft with a new number, at today's prices."""
    quote = await Quotes(session, caller.tenant_id).get(quote_id)
    made = await duplicate(session, caller.tenant_id, quote, catalogue, caller.actor)
    return _made(made.quote, made.gone)


@router.post("/{quote_id}/clone", status_code=201, summary="Make a quote for another customer")
async def make_for(
    quote_id: UUID, whom: For, catalogue: Priced, caller: StaffCaller, session: Transaction
) -> Made:
    """Without the first customer's words, sites and reference; at today's prices."""
    quote = await Quotes(session, caller.tenant_id).get(quote_id)
    by = caller.actor
    made = await clone(session, caller.tenant_id, quote, whom.customer_id, catalogue, by)
    return _made(made.quote, made.gone)


def _made(quote: Quote, gone: tuple[str, ...] = ()) -> Made:
    return Made(
        quote_id=quote.id,
        quote_number=quote.number,
        status=quote.status,
        revision=quote.revision,
        version=quote.version,
        total=str(quote.total),
        no_longer_in_catalogue=list(gone),
    )
