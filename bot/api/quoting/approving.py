"""Approving a quote's draft over REST, or refusing to, with the reason."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.quoting.seeing import rights_of_key
from bot.api.rest import Body, Said, Version, rest_router
from bot.dependencies import Caller, StaffCaller, Transaction
from domain.errors import Refused
from domain.quotes.approval import Approver, approve, refuse, standing
from domain.quotes.models import Quote
from domain.quotes.service import Quotes

router = rest_router("/quotes", "quotes")


class Approval(Body):
    """`version`: the one that was looked at; another is not approved."""

    version: Version | None = None


class Refusal(Approval):
    """`comment`: what has to be changed."""

    comment: Annotated[Said, Field(max_length=1000, examples=["Ask for 10 % less discount"])]


class ApprovalOut(BaseModel):
    """`approval`: not_required, pending, approved or rejected, of the present version."""

    success: bool = True
    quote_id: UUID
    quote_number: str
    version: int
    approval: str
    reason: str


@router.post("/{quote_id}/approve", summary="Approve a draft")
async def approve_draft(
    quote_id: UUID, given: Approval, caller: StaffCaller, session: Transaction
) -> ApprovalOut:
    """Up to the limit of the key's role; a change of the draft asks for it anew."""
    quotes = Quotes(session, caller.tenant_id)
    quote = await quotes.get(quote_id, for_change=True)
    if not await quotes.lines(quote.id):
        raise Refused(f"{quote.number} has no lines yet: there is nothing to approve.")
    await approve(session, quote, await _approver(session, caller), seen_version=given.version)
    return await _told(session, quote)


@router.post("/{quote_id}/reject-approval", summary="Refuse to approve a draft")
async def refuse_draft(
    quote_id: UUID, given: Refusal, caller: StaffCaller, session: Transaction
) -> ApprovalOut:
    """It goes back to who drafted it; once it is changed, it can be approved."""
    quote = await Quotes(session, caller.tenant_id).get(quote_id, for_change=True)
    by = await _approver(session, caller)
    await refuse(session, quote, by, given.comment, seen_version=given.version)
    return await _told(session, quote)


async def _approver(session: AsyncSession, caller: Caller) -> Approver:
    rights = await rights_of_key(session, caller)
    return Approver(None, rights.approves_up_to, rights.sees_margins, caller.actor)


async def _told(session: AsyncSession, quote: Quote) -> ApprovalOut:
    now = await standing(session, quote)
    return ApprovalOut(
        quote_id=quote.id,
        quote_number=quote.number,
        version=quote.version,
        approval=now.approval,
        reason=now.reason,
    )
