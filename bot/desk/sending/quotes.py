"""Sends a quote: its state, its frozen paper, its link and the words, all in one transaction."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.wording import say, speakable
from bot.desk.papers.making import Paper, issued_paper, paper
from bot.desk.sending.posting import Letter, Posted, Sender, post, thread_for
from bot.desk.sending.roads import Wish
from bot.engine.quotes.pressing import choice_id
from bot.paper.typesetting import Typesetter
from domain.conversations.models import Conversation
from domain.database import Database
from domain.quotes.lifecycle.freezing import freeze
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.revisions import Revisions
from domain.quotes.lifecycle.states import OPEN, require_move
from domain.quotes.models import Quote, QuotePaper
from domain.quotes.service import Quotes
from domain.quotes.writing.locales import locale_of
from domain.signing.links import link_for
from domain.tenants.service import Tenants
from domain.types import Money

PURPOSE = "quote_ready"
BUTTONS = ("accept", "ask", "decline")


@dataclass(frozen=True, slots=True)
class SentQuote:
    quote: Quote
    paper: QuotePaper
    posted: Posted
    url: str


async def prepared(database: Database, typesetter: Typesetter, at: tuple[UUID, UUID]) -> Paper:
    """The paper to send, set with no transaction open. Raises ForbiddenMove."""
    tenant_id, quote_id = at
    async with database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).get(quote_id)
        if quote.status not in OPEN:
            require_move(quote.number, quote.status, "sent")
    setting = issued_paper if quote.status == "draft" else paper
    return await setting(database, typesetter, at)


async def send(
    session: AsyncSession,
    sender: Sender,
    quote: Quote,
    made: Paper,
    *,
    channel: str = "",
) -> SentQuote:
    """The quote must be locked. What was sent before is sent again, as it was.

    Raises UnderMargin, NeedsApproval, ForbiddenMove, ChangedMeanwhile, NoRoad, OptedOut.
    """
    tenant_id = quote.tenant_id
    conversation = await thread_for(session, tenant_id, sender.accounts, wish_of(quote, channel))
    if quote.conversation_id is None:
        quote.conversation_id = conversation.id
    if quote.status not in OPEN:
        await move(session, tenant_id, quote, _sent_by(sender))
    kept = await freeze(session, quote, made.content, made_from=made.version, actor=sender.actor)
    path = await link_for(session, sender.accounts.vault, quote, actor=sender.actor)
    url = f"{sender.base_url}{path}"
    letter = await _letter(session, quote, conversation, made, url)
    return SentQuote(quote, kept, await post(session, sender, conversation, letter), url)


def _sent_by(sender: Sender) -> Move:
    return Move("sent", sender.actor, limit=sender.limit, sees_margins=sender.sees_margins)


def wish_of(quote: Quote, channel: str) -> Wish:
    return Wish(
        number=quote.number,
        person_id=quote.person_id,
        conversation_id=quote.conversation_id,
        subject=f"{quote.number}: {quote.title}"[:200],
        language=quote.language,
        channel=channel.strip().lower(),
    )


async def _letter(
    session: AsyncSession, quote: Quote, conversation: Conversation, made: Paper, url: str
) -> Letter:
    tenants = Tenants(session, quote.tenant_id)
    tenant, settings = await tenants.get(), await tenants.settings()
    language = speakable(quote.language, conversation.language, settings.language)
    locale = locale_of(language, settings.country)
    facts = {
        "number": quote.number,
        "title": quote.title,
        "revision": str(quote.revision),
        "total": locale.money(Money(quote.total, quote.currency)),
        "day": locale.day(quote.valid_until) if quote.valid_until else "",
    }
    revisions = Revisions(session, quote.tenant_id)
    is_first = len(await revisions.all(quote.id)) < 2
    lines = [say("quote_sent" if is_first else "quote_sent_again", language, **facts)]
    if not is_first:
        _, _, changed = await revisions.changes(quote, quote.revision)
        lines += [say("quote_changed", language), *(f"- {one}" for one in changed.sentences)]
    lines.append(say("quote_page", language, url=url))
    return Letter(
        text="\n".join(lines),
        paper=made,
        about={"quote": {"id": str(quote.id), "revision": quote.revision, "url": url}},
        choices=tuple(
            (choice_id(what, quote.id, quote.revision), say(f"quote_{what}", language))
            for what in BUTTONS
        ),
        purpose=PURPOSE,
        parameters=(quote.number, tenant.name),
    )
