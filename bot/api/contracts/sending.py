"""Sends a contract to be signed: by the customer's thread, with its PDF and its link."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, Field

from bot.api.rest import Body, Word, rest_router
from bot.dependencies import RuntimeOf, StaffCaller, Transaction
from bot.desk.papers.contracts import contract_paper
from bot.desk.papers.making import Paper
from bot.desk.sending.contracts import WAITS, send_contract
from bot.desk.sending.posting import Sender
from domain.audit.service import note as audit
from domain.contracts.service import Contracts

router = rest_router("/contracts", "contracts")


class SendContract(Body):
    """`channel`: as of a quote."""

    channel: Word = Field("", examples=["email"])


class ContractSent(BaseModel):
    """`url`: the page on which it is signed."""

    success: bool = True
    contract_id: UUID
    contract_number: str
    status: str
    message_id: UUID
    conversation_id: UUID
    channel: str
    url: str


async def paper_to_sign(contract_id: UUID, runtime: RuntimeOf, caller: StaffCaller) -> Paper:
    """Set of the text that waits for its signature, before the request's transaction is opened."""
    async with runtime.database.transaction(caller.tenant_id) as session:
        contracts = Contracts(session, caller.tenant_id)
        contract = await contracts.get(contract_id, for_change=True)
        if contract.status != WAITS:
            await contracts.move(contract_id, WAITS, actor=caller.actor)
    return await contract_paper(
        runtime.database, runtime.typesetter, (caller.tenant_id, contract_id)
    )


@router.post("/{contract_id}/send", summary="Send a contract to be signed")
async def send_to_customer(
    contract_id: UUID,
    wanted: SendContract,
    paper: Annotated[Paper, Depends(paper_to_sign)],
    runtime: RuntimeOf,
    caller: StaffCaller,
    session: Transaction,
) -> ContractSent:
    """A draft waits for its signature from now on, also where it then cannot be sent."""
    base = runtime.settings.base_url
    sender = Sender(runtime.accounts, caller.actor, base, sees_margins=False, limit=None)
    contract, posted, url = await send_contract(
        session, sender, contract_id, paper, channel=wanted.channel
    )
    audit(session, caller.tenant_id, caller.actor, "contract.send", contract.number)
    return ContractSent(
        contract_id=contract.id,
        contract_number=contract.number,
        status=contract.status,
        message_id=posted.message_id,
        conversation_id=posted.conversation_id,
        channel=posted.channel,
        url=url,
    )
