"""`quote pdf N`, `contract pdf N`: the customer's paper as an internal note in the thread.

From there it can go with a reply; with cost or margin on it nothing is put where it could.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Bench
from bot.desk.papers.contracts import contract_paper
from bot.desk.papers.making import Paper, paper
from bot.engine.reacting.threads import touched
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.contracts.service import Contracts
from domain.conversations.attachments import Attachments, NewFile
from domain.conversations.models import Conversation, Message
from domain.errors import Refused
from domain.quotes.models import Quote
from domain.quotes.service import Quotes
from domain.types import new_id, utc_now


class NoThread(Refused):
    def __init__(self, number: str, noun: str = "quotes") -> None:
        super().__init__(
            f"{number} belongs to no conversation, so there is no thread to put the PDF into: "
            f"get it over REST (`GET /{noun}/…/pdf`)."
        )


async def hand_over(bench: Bench, command: StaffCommand, number: str) -> Card:
    """Raises NotFound or NoThread."""
    tenant_id = command.tenant_id
    async with bench.database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).numbered(number)
        if quote.conversation_id is None:
            raise NoThread(quote.number)
        quote_id = quote.id
    made = await paper(bench.database, bench.typesetter, (tenant_id, quote_id))
    async with bench.database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).get(quote_id)
        state = _state(quote, made)
        await _put(session, command, quote, f"{quote.number} as PDF. {state}", made)
        audit(session, tenant_id, command.by.actor, "quote.pdf", quote.number)
    return _handed(quote.number, made, state)


async def hand_over_contract(bench: Bench, command: StaffCommand, number: str) -> Card:
    """Into the thread of its quote. Raises NotFound or NoThread."""
    tenant_id = command.tenant_id
    async with bench.database.transaction(tenant_id) as session:
        contract = await Contracts(session, tenant_id).numbered(number)
        quote = await session.get(Quote, contract.quote_id) if contract.quote_id else None
        if quote is None or quote.conversation_id is None:
            raise NoThread(contract.number, "contracts")
    at = (tenant_id, contract.id)
    made = await contract_paper(bench.database, bench.typesetter, at)
    state = f"{'As it was signed' if made.is_final else contract.status}, version {made.version}."
    async with bench.database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).get(quote.id)
        await _put(session, command, quote, f"{contract.number} as PDF. {state}", made)
        audit(session, tenant_id, command.by.actor, "contract.pdf", contract.number)
    return _handed(contract.number, made, state)


def _handed(number: str, made: Paper, state: str) -> Card:
    return Card(
        title=f"{number}: {made.filename} is in the thread",
        sections=(Section(state),),
        footnote="Internal: the customer does not see it before it goes with a reply.",
    )


async def _put(
    session: AsyncSession, command: StaffCommand, quote: Quote, text: str, made: Paper
) -> None:
    conversation = await session.get_one(Conversation, quote.conversation_id)
    message = _note(command, conversation, text)
    session.add(message)
    await session.flush()
    file = NewFile(message.id, made.filename, "application/pdf", content=made.content)
    await Attachments(session, command.tenant_id).add_all([file])
    await touched(session, command.tenant_id, conversation.id)


def _note(command: StaffCommand, conversation: Conversation, text: str) -> Message:
    return Message(
        id=new_id(),
        tenant_id=command.tenant_id,
        conversation_id=conversation.id,
        channel_account_id=conversation.channel_account_id,
        staff_id=command.by.id,
        direction="note",
        author="bot",  # what staff put there themselves is not shown to them again
        text=text,
        sent_at=utc_now(),
    )


def _state(quote: Quote, made: Paper) -> str:
    total = f"{quote.total} {quote.currency}"
    if made.is_final:
        return f"As it was sent, revision {quote.revision}: {total}."
    return f"A draft, version {made.version}: {total}."
