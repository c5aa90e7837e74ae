"""The link to a quote's page, and who accepted it there."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from bot.api.rest import Shown, rest_router
from bot.dependencies import Reader, ReadTransaction, RuntimeOf, StaffCaller, Transaction
from domain.audit.service import note as audit
from domain.errors import NotFound
from domain.quotes.service import Quotes
from domain.signing.acceptance import Acceptances
from domain.signing.links import Link, Links

router = rest_router("/quotes", "quotes")


class LinkOut(BaseModel):
    """`url`: whoever has it reads, asks and signs: give it to nobody but the customer."""

    url: str
    made_by: str
    created_at: datetime

    @classmethod
    def of(cls, link: Link, base_url: str) -> "LinkOut":
        row = link.row
        return cls(url=base_url + link.path, made_by=row.made_by, created_at=row.created_at)


class AcceptanceOut(Shown):
    """`address`, `user_agent`: where it came from. `is_code_proven`: whether a code that was
    mailed to `email` came back; else the link alone vouches for who it was."""

    quote_id: UUID
    revision: int
    paper_sha256: str
    total: Decimal
    currency: str
    name: str
    role: str
    email: str
    purchase_order: str
    address: str
    user_agent: str
    is_code_proven: bool
    created_at: datetime


@router.get("/{quote_id}/link", summary="The link to a quote's page")
async def link(quote_id: UUID, caller: StaffCaller, runtime: RuntimeOf) -> LinkOut:
    """Made where there is none yet. It always shows what was sent last, never a draft."""
    async with runtime.database.transaction(caller.tenant_id) as session:
        await Quotes(session, caller.tenant_id).get(quote_id)
        links = Links(session, caller.tenant_id, runtime.vault)
        made = await links.of_quote(quote_id, caller.actor)
        return LinkOut.of(made, runtime.settings.base_url)


@router.delete("/{quote_id}/link", status_code=204, summary="Take the link back")
async def revoke(
    quote_id: UUID, caller: StaffCaller, runtime: RuntimeOf, session: Transaction
) -> None:
    """Whoever has it sees nothing any more; the next one is another."""
    quote = await Quotes(session, caller.tenant_id).get(quote_id)
    if await Links(session, caller.tenant_id, runtime.vault).revoke(quote_id=quote_id):
        audit(session, caller.tenant_id, caller.actor, "quote.link_revoked", quote.number)


@router.get("/{quote_id}/acceptance", summary="Who accepted a quote on its page")
async def acceptance(quote_id: UUID, caller: Reader, session: ReadTransaction) -> AcceptanceOut:
    made = await Acceptances(session, caller.tenant_id).of(quote_id)
    if made is None:
        raise NotFound("acceptance of the quote", quote_id)
    return AcceptanceOut.model_validate(made)
