"""A contract's PDF, the link to its page, and who signed it there."""

from datetime import datetime
from uuid import UUID

from fastapi import Response

from bot.api.quoting.papers import PDF, download
from bot.api.quoting.signing import LinkOut
from bot.api.rest import Shown, rest_router
from bot.dependencies import Reader, ReadTransaction, RuntimeOf, StaffCaller, Transaction
from bot.desk.papers.contracts import contract_paper
from domain.audit.service import note as audit
from domain.contracts.service import Contracts
from domain.errors import NotFound
from domain.signing.links import Links
from domain.signing.signature import Signatures

router = rest_router("/contracts", "contracts")


class SignatureOut(Shown):
    """`digest`: of the text that was signed; `paper_sha256`: of the PDF that was kept."""

    contract_id: UUID
    digest: str
    paper_sha256: str
    name: str
    role: str
    email: str
    address: str
    user_agent: str
    is_code_proven: bool
    created_at: datetime


@router.get(
    "/{contract_id}/pdf",
    summary="A contract as PDF",
    response_class=Response,
    responses={200: {"content": {PDF: {}}, "description": "The paper"}},
)
async def pdf(contract_id: UUID, caller: Reader, runtime: RuntimeOf) -> Response:
    """Once it was signed on its page, the very bytes that were kept then."""
    at = (caller.tenant_id, contract_id)
    return download(await contract_paper(runtime.database, runtime.typesetter, at))


@router.get("/{contract_id}/link", summary="The link to a contract's page")
async def link(contract_id: UUID, caller: StaffCaller, runtime: RuntimeOf) -> LinkOut:
    """Made where there is none yet. A draft is not shown by it."""
    async with runtime.database.transaction(caller.tenant_id) as session:
        await Contracts(session, caller.tenant_id).get(contract_id)
        links = Links(session, caller.tenant_id, runtime.vault)
        made = await links.of_contract(contract_id, caller.actor)
        return LinkOut.of(made, runtime.settings.base_url)


@router.delete("/{contract_id}/link", status_code=204, summary="Take the link back")
async def revoke(
    contract_id: UUID, caller: StaffCaller, runtime: RuntimeOf, session: Transaction
) -> None:
    """Whoever has it sees nothing any more; the next one is another."""
    contract = await Contracts(session, caller.tenant_id).get(contract_id)
    if await Links(session, caller.tenant_id, runtime.vault).revoke(contract_id=contract_id):
        audit(session, caller.tenant_id, caller.actor, "contract.link_revoked", contract.number)


@router.get("/{contract_id}/signature", summary="Who signed a contract on its page")
async def signature(contract_id: UUID, caller: Reader, session: ReadTransaction) -> SignatureOut:
    """One that was signed on paper has its signatory in the contract itself."""
    made = await Signatures(session, caller.tenant_id).of(contract_id)
    if made is None:
        raise NotFound("signature on the page of the contract", contract_id)
    return SignatureOut.model_validate(made)
