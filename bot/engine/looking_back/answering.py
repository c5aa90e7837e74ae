"""What the bot would answer to an exchange: thought only, nothing stored and nothing sent."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.engine.looking_back.exchanges import Exchange, waiting_since
from bot.engine.quoting import QuoteDrafter
from bot.model.turns import (
    Agent,
    AskBack,
    ConversationView,
    CustomerView,
    MessageView,
    Reply,
    TenantView,
    TurnContext,
    TurnResult,
)
from channels.messages import Author, InboundMessage
from domain.quotes.drafting import Draft
from domain.types import new_id

HISTORY = 20
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Answered:
    """`answer`: to be sent as it is, or to be bettered. `quote`: where one was asked for."""

    exchange: Exchange
    since: datetime
    intent: str
    answer: str
    quote: Draft | None = None

    @property
    def last(self) -> InboundMessage:
        return self.exchange.last_words[-1]


class Answers:
    def __init__(self, agent: Agent, drafter: QuoteDrafter, channel: str) -> None:
        self._agent = agent
        self._drafter = drafter
        self._channel = channel

    async def draft(self, tenant: TenantView, exchange: Exchange, now: datetime) -> Answered:
        context = self._context(tenant, exchange, now)
        result = await self._agent.think(context)
        prepared = await self._drafter.prepare(context, result)
        drafts = [one.action for one in prepared]
        quote = next((one.drafted.draft for one in prepared if one.drafted.draft.is_quote), None)
        return Answered(
            exchange=exchange,
            since=waiting_since(exchange),
            intent=result.intent.value if result.intent else "",
            answer=_words(result) or next((one.acknowledgement for one in drafts), ""),
            quote=quote,
        )

    def _context(self, tenant: TenantView, exchange: Exchange, now: datetime) -> TurnContext:
        new = exchange.last_words
        before = [mail for mail in exchange.spoken if mail not in new]
        sender = new[-1].sender
        return TurnContext(
            tenant=tenant,
            conversation=ConversationView(
                id=new_id(), channel=self._channel, version=0, text_limit=100_000
            ),
            customer=CustomerView(person_id=new_id(), name=sender.name),
            messages=tuple(_view(mail) for mail in new),
            history=tuple(_view(mail) for mail in before[-HISTORY:]),
            tickets=(),
            quotes=(),
            now=now,
        )


def _words(result: TurnResult) -> str:
    """What a customer would read; `{number}` stands for a ticket that is not opened here."""
    said = [action.text for action in result.actions if isinstance(action, Reply | AskBack)]
    said += [getattr(action, "acknowledgement", "") for action in result.actions]
    return "\n\n".join(dict.fromkeys(part for part in said if part)).replace("{number}", "…")


def _view(mail: InboundMessage) -> MessageView:
    return MessageView(
        id=_id(),
        author="customer" if mail.author is Author.CUSTOMER else "staff",
        text=mail.text,
        sent_at=mail.sent_at,
        subject=mail.subject,
        attachment_names=tuple(file.filename for file in mail.attachments),
    )


def _id() -> UUID:
    return new_id()


async def all_of(
    answers: Answers, tenant: TenantView, exchanges: Sequence[Exchange], now: datetime
) -> list[Answered]:
    """Few at a time: a model answers them no faster for being asked all at once."""
    lane = asyncio.Semaphore(AT_ONCE)

    async def one(exchange: Exchange) -> Answered:
        async with lane:
            return await answers.draft(tenant, exchange, now)

    return list(await asyncio.gather(*map(one, exchanges)))
