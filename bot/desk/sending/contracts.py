"""Sends a contract to be signed: its paper and the link to its page."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.wording import say, speakable
from bot.desk.papers.making import Paper
from bot.desk.sending.posting import Letter, Posted, Sender, post, thread_for
from bot.desk.sending.roads import Wish
from domain.contracts.models import Contract
from domain.contracts.service import Contracts
from domain.quotes.models import Quote
from domain.signing.links import link_for_contract
from domain.tenants.service import Tenants

WAITS = "pending_signature"


async def send_contract(
    session: AsyncSession, sender: Sender, contract_id: UUID, made: Paper, *, channel: str = ""
) -> tuple[Contract, Posted, str]:
    """(the contract, what was posted, the link). A draft waits for its signature from now on.

    Raises ContractMoveRefused, NoRoad, OptedOut.
    """
    contract = await session.get_one(Contract, contract_id, with_for_update=True)
    tenant_id = contract.tenant_id
    if contract.status != WAITS:
        await Contracts(session, tenant_id).move(contract_id, WAITS, actor=sender.actor)
    quote = await session.get(Quote, contract.quote_id) if contract.quote_id else None
    wish = Wish(
        number=contract.number,
        person_id=contract.person_id,
        conversation_id=quote.conversation_id if quote else None,
        subject=f"{contract.number}: {contract.title}"[:200],
        language=quote.language if quote else "",
        channel=channel.strip().lower(),
    )
    conversation = await thread_for(session, tenant_id, sender.accounts, wish)
    path = await link_for_contract(session, sender.accounts.vault, contract, actor=sender.actor)
    url = f"{sender.base_url}{path}"
    settings = await Tenants(session, tenant_id).settings()
    language = speakable(wish.language, conversation.language, settings.language)
    facts = {"number": contract.number, "title": contract.title, "url": url}
    letter = Letter(
        text=say("contract_sent", language, **facts),
        paper=made,
        about={"contract": {"id": str(contract.id), "url": url}},
    )
    return contract, await post(session, sender, conversation, letter), url
