"""Buttons under a quote in a chat: accept (on its page, with a name), ask, decline."""

import re
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.wording import say
from bot.engine.context import Loaded
from bot.engine.identity.offering import AGENT, spoken
from bot.model.turns import Reply, Step, TurnContext, TurnResult
from domain.conversations.models import Message
from domain.errors import DomainError
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.revisions import Revisions
from domain.quotes.lifecycle.states import OPEN, SUPERSEDED
from domain.quotes.models import Quote, QuoteRevision

_CHOICE = re.compile(r"quote:(accept|ask|decline):([0-9a-f]{32}):(\d{1,6})")


def choice_id(what: str, quote_id: UUID, revision: int) -> str:
    """At most 64 bytes, as Telegram wants it."""
    return f"quote:{what}:{quote_id.hex}:{revision}"


async def pressed(session: AsyncSession, tenant_id: UUID, loaded: Loaded) -> TurnResult | None:
    """What to answer where the last thing that was said is such a button; else None.

    Declining is done at once, accepting never here: it takes a name, a role and an address.
    """
    context = loaded.context
    last = context.messages[-1] if context.messages else None
    found = _CHOICE.fullmatch(last.choice or "") if last else None
    if found is None:
        return None
    quote = await session.get(Quote, UUID(found[2]), with_for_update=True)
    url = await _sent_in(session, context, UUID(found[2]))
    if quote is None or not url:  # nothing of ours in this conversation
        return None
    sent = await Revisions(session, tenant_id).get(quote.id, int(found[3]))
    told = await _told(session, context, quote, sent, found[1])
    text = say(told, spoken(context), number=quote.number, url=url)
    return TurnResult(actions=(Reply(text),), agent=AGENT, step=Step.EXTRACTIVE)


async def _told(
    session: AsyncSession, context: TurnContext, quote: Quote, sent: QuoteRevision, what: str
) -> str:
    if what == "ask":
        return "quote_ask_here"
    if sent.status == SUPERSEDED:
        return "quote_newer"
    if sent.status == "accepted":
        return "quote_is_accepted"
    if what == "decline" and sent.status == "rejected":
        return "quote_declined"
    if sent.status not in OPEN:
        return "quote_has_ended"
    if what == "accept":
        return "quote_accept_here"
    customer = context.customer
    wanted = Move(
        "rejected",
        f"customer:{customer.person_id}",
        "By the button in the chat.",
        revision=sent.revision,
        by=customer.name,
    )
    try:
        await move(session, quote.tenant_id, quote, wanted)
    except DomainError:
        return "quote_has_ended"
    return "quote_declined"


async def _sent_in(session: AsyncSession, context: TurnContext, quote_id: UUID) -> str:
    """The link that went out with the quote in this very conversation; empty: none did."""
    about = Message.details["quote"]
    query = (
        select(about["url"].astext)
        .where(
            Message.conversation_id == context.conversation.id,
            Message.direction == "out",
            about["id"].astext == str(quote_id),
        )
        .order_by(Message.sequence.desc())
        .limit(1)
    )
    return (await session.scalar(query)) or ""
