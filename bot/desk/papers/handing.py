"""`quote pdf N`: the customer's paper of a quote as an internal note in its thread.

From there it can go with a reply; with cost or margin on it nothing is put where it could.
"""

from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Bench
from bot.desk.papers.making import Paper, paper
from bot.engine.reacting.threads import touched
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.conversations.attachments import Attachments, NewFile
from domain.conversations.models import Conversation, Message
from domain.errors import Refused
from domain.quotes.models import Quote
from domain.quotes.service import Quotes
from domain.types import new_id, utc_now


class NoThread(Refused):
    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} belongs to no conversation, so there is no thread to put the PDF into: "
            "get it over REST (`GET /quotes/…/pdf`)."
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
        conversation = await session.get_one(Conversation, quote.conversation_id)
        message = _note(command, conversation, quote, made)
        session.add(message)
        await session.flush()
        file = NewFile(message.id, made.filename, "application/pdf", content=made.content)
        await Attachments(session, tenant_id).add_all([file])
        await touched(session, tenant_id, conversation.id)
        audit(session, tenant_id, command.by.actor, "quote.pdf", quote.number)
        return Card(
            title=f"{quote.number}: {made.filename} is in the thread",
            sections=(Section(_state(quote, made)),),
            footnote="Internal: the customer does not see it before it goes with a reply.",
        )


def _note(command: StaffCommand, conversation: Conversation, quote: Quote, made: Paper) -> Message:
    return Message(
        id=new_id(),
        tenant_id=command.tenant_id,
        conversation_id=conversation.id,
        channel_account_id=conversation.channel_account_id,
        staff_id=command.by.id,
        direction="note",
        author="bot",  # what staff put there themselves is not shown to them again
        text=f"{quote.number} as PDF. {_state(quote, made)}",
        sent_at=utc_now(),
    )


def _state(quote: Quote, made: Paper) -> str:
    total = f"{quote.total} {quote.currency}"
    if made.is_final:
        return f"As it was sent, revision {quote.revision}: {total}."
    return f"A draft, version {made.version}: {total}."
