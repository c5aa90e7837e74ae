"""What a change of prices makes wrong: open quotes, published articles, answers of the bot."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue import reading
from domain.catalogue.history import Priced
from domain.catalogue.models import PriceChange, ProductRecord
from domain.catalogue.service import revision
from domain.catalogue.watching.mentions import Mention, OldPrice, OldPrices
from domain.contracts.calendar import today
from domain.conversations.models import Message, Turn
from domain.knowledge.models import Article, ArticleVersion
from domain.quotes.models import Quote, QuoteLineRecord
from domain.quotes.pricing import PriceSource, line_total
from domain.types import Money, utc_now

OPEN = ("draft", "sent", "viewed")
RECENT = timedelta(days=30)
MOST = 2000
_NOT_OF_THE_CATALOGUE = (
    PriceSource.BY_HAND.value,
    PriceSource.CONTRACT.value,
    PriceSource.DAY_RATE.value,
    PriceSource.NORM.value,
)


@dataclass(frozen=True, slots=True)
class DriftedLine:
    """A line of an open quote that would be priced otherwise today; `difference` of the line."""

    quote_id: UUID
    number: str
    status: str
    position: int
    code: str
    description: str
    quantity: Decimal
    old: Decimal
    new: Decimal | None
    difference: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class DriftedArticle:
    article_id: UUID
    title: str
    version: int
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class DriftedAnswer:
    """What the bot told a customer. `articles`: the drifted ones that it was made from."""

    message_id: UUID
    conversation_id: UUID
    at: datetime
    catalogue_revision: int
    mentions: tuple[Mention, ...]
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """`changed`: products that had a price since revision `since` which they have no more."""

    since: int
    revision: int
    changed: int = 0
    lines: tuple[DriftedLine, ...] = ()
    articles: tuple[DriftedArticle, ...] = ()
    answers: tuple[DriftedAnswer, ...] = field(default=())

    @property
    def quotes(self) -> int:
        return len({line.quote_id for line in self.lines})

    @property
    def is_harmless(self) -> bool:
        return not (self.lines or self.articles or self.answers)


async def drift(session: AsyncSession, tenant_id: UUID, since: int = 0) -> Drift:
    """`since`: a revision of the catalogue; 0: all that was ever changed."""
    latest = await revision(session, tenant_id)
    old, now = await _changed(session, tenant_id, since)
    lines = await _lines(session, tenant_id, None if since == 0 else {p.code for p in now.values()})
    if not old:
        return Drift(since, latest, 0, lines)
    prices = OldPrices(old)
    articles = await _articles(session, prices)
    answers = await _answers(session, prices, articles)
    return Drift(since, latest, len({one.code for one in old}), lines, articles, answers)


async def _changed(
    session: AsyncSession, tenant_id: UUID, since: int
) -> tuple[list[OldPrice], dict[UUID, Priced]]:
    """Every price that products had since then and have no more, and what they sell for."""
    rows = await session.execute(
        select(
            PriceChange.product_id, PriceChange.sell_before, ProductRecord.code, ProductRecord.name
        )
        .join(ProductRecord, ProductRecord.id == PriceChange.product_id)
        .where(PriceChange.revision > since, PriceChange.sell_before.is_not(None))
    )
    changes = rows.all()
    day = await today(session, tenant_id)
    found = await reading.products(session, tenant_id, {row.product_id for row in changes})
    now = {product_id: Priced.of(product, day) for product_id, product in found.items()}
    old = {
        (row.code, row.sell_before): OldPrice(row.code, row.name, row.sell_before)
        for row in changes
        if row.product_id not in now or now[row.product_id].sell != row.sell_before
    }
    return list(old.values()), now


async def _lines(
    session: AsyncSession, tenant_id: UUID, codes: set[str] | None
) -> tuple[DriftedLine, ...]:
    """`codes`: only of these products; None: whatever is priced otherwise today."""
    rows = (
        await session.execute(
            select(QuoteLineRecord, Quote.number, Quote.status, Quote.currency)
            .join(Quote, Quote.id == QuoteLineRecord.quote_id)
            .where(Quote.status.in_(OPEN), QuoteLineRecord.code != "")
            .where(QuoteLineRecord.price_source.not_in(_NOT_OF_THE_CATALOGUE))
            .order_by(Quote.created_at.desc(), QuoteLineRecord.position)
            .limit(20 * MOST)
        )
    ).all()
    wanted = {row[0].code for row in rows} & codes if codes is not None else None
    named = {row[0].code for row in rows} if wanted is None else wanted
    prices = await _prices(session, tenant_id, named)
    drifted = [
        line
        for record, number, status, currency in rows
        if record.code in prices
        and (line := _drifted(record, (number, status, currency), prices[record.code]))
    ]
    return tuple(drifted[:MOST])


async def _prices(
    session: AsyncSession, tenant_id: UUID, codes: Iterable[str]
) -> dict[str, Priced | None]:
    """By code; None: no longer sold."""
    query = select(ProductRecord.id, ProductRecord.code).where(ProductRecord.code.in_([*codes]))
    ids = {row.id: row.code for row in await session.execute(query)}
    day = await today(session, tenant_id)
    found = await reading.products(session, tenant_id, ids)
    return {
        code: Priced.of(found[product_id], day) if product_id in found else None
        for product_id, code in ids.items()
    }


def _drifted(
    line: QuoteLineRecord, of: tuple[str, str, str], now: Priced | None
) -> DriftedLine | None:
    number, status, currency = of
    new = now.sell if now and now.currency == currency else None
    if new is not None and new == line.unit_price:
        return None
    difference = None
    if new is not None:
        gross = line_total(line.quantity, Money(new, currency)).amount
        before = line_total(line.quantity, Money(line.unit_price, currency)).amount
        difference = gross - before
    return DriftedLine(
        line.quote_id, number, status, line.position, line.code, line.description,
        line.quantity, line.unit_price, new, difference, currency,
    )  # fmt: skip


async def _articles(session: AsyncSession, prices: OldPrices) -> tuple[DriftedArticle, ...]:
    rows = await session.execute(
        select(Article.id, Article.title, Article.version, ArticleVersion.text)
        .join(
            ArticleVersion,
            (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.version),
        )
        .where(Article.status == "published")
        .order_by(Article.title)
    )
    return tuple(
        DriftedArticle(row.id, row.title, row.version, tuple(mentions))
        for row in rows
        if (mentions := prices.told_in(row.text, row.title))
    )


async def _answers(
    session: AsyncSession, prices: OldPrices, articles: tuple[DriftedArticle, ...]
) -> tuple[DriftedAnswer, ...]:
    """Of the last thirty days, the latest first."""
    rows = await session.execute(
        select(
            Message.id, Message.conversation_id, Message.sent_at, Message.text,
            Turn.catalogue_revision, Turn.articles,
        )
        .join(Turn, Turn.id == Message.turn_id)
        .where(Message.direction == "out", Message.author == "bot")
        .where(Message.state.in_(("sent", "delivered", "read")))
        .where(Message.sent_at >= utc_now() - RECENT)
        .order_by(Message.sent_at.desc())
        .limit(10 * MOST)
    )  # fmt: skip
    titles = {str(one.article_id): one.title for one in articles}
    found = []
    for row in rows:
        mentions = prices.told_in(row.text)
        if not mentions:
            continue
        used = {str(one.get("id")) for one in row.articles} & titles.keys()
        found.append(
            DriftedAnswer(
                row.id,
                row.conversation_id,
                row.sent_at,
                row.catalogue_revision,
                tuple(mentions),
                tuple(sorted(titles[one] for one in used)),
            )
        )
    return tuple(found[:MOST])
