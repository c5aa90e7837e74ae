"""A draft put on the customer's terms of today: their tax, currency, rate and language."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.models import ProductRecord
from domain.errors import Refused
from domain.quotes.approval import line_of
from domain.quotes.models import Quote
from domain.quotes.money.terms import Terms, exchange_of, terms_for
from domain.quotes.pricing import QuoteLine, line_total
from domain.quotes.service import Quotes, take
from domain.quotes.writing.versions import QuoteDocuments, Why
from domain.tenants.service import Tenants
from domain.types import Money


async def settle(
    session: AsyncSession, tenant_id: UUID, quote_id: UUID, today: date, *, actor: str
) -> Quote:
    """Every line is taxed as the customer is, so that a treatment of one line has to be chosen
    again; prices keep what they are in the company's own currency."""
    quotes = Quotes(session, tenant_id)
    quote = await quotes.get(quote_id, for_change=True)
    if quote.status != "draft":
        raise Refused(f"{quote.number} is {quote.status}: only a draft can be changed.")
    terms = await terms_for(session, tenant_id, (quote.company_id, quote.person_id), today)
    own = (await Tenants(session, tenant_id).settings()).currency
    old = tuple(line_of(row, quote.currency) for row in await quotes.lines(quote.id))
    rates = await _own_rates(session, {line.code for line in old if line.code})
    factor, currency = _factor(quote, terms, own)
    lines = tuple(
        terms.taxed(_exchanged(line, factor, currency), rates.get(line.code)) for line in old
    )
    quote.currency = currency
    take(quote, terms)
    await quotes.reline(quote, lines)
    why = Why("the customer's tax, currency and language taken over", actor)
    await QuoteDocuments(session, tenant_id).follow(quote, lines, why)
    quotes.note(quote, "terms taken over", actor, _told(quote))
    return quote


def _factor(quote: Quote, terms: Terms, own: str) -> tuple[Decimal, str]:
    """What prices are multiplied with, and the currency they are in then."""
    kept, wanted = exchange_of(quote), terms.exchange
    if quote.currency != own and kept is None:
        return Decimal(1), quote.currency  # written in another currency from the beginning
    back = kept.rate if kept else Decimal(1)
    if wanted is None:
        return 1 / back, own
    return wanted.rate / back, wanted.target


def _exchanged(line: QuoteLine, factor: Decimal, currency: str) -> QuoteLine:
    """A unit price that was finer than the minor unit stays so."""
    if factor == 1 and currency == line.unit_price.currency:
        return line
    price = Money(line.unit_price.amount * factor, currency)
    if line.unit_price == line.unit_price.rounded():
        price = price.rounded()
    discount = Money(line.discount.amount * factor, currency).rounded()
    cost = line.unit_cost
    return replace(
        line,
        unit_price=price,
        discount=discount,
        unit_cost=Money(cost.amount * factor, currency) if cost else None,
        total=line_total(line.quantity, price, discount),
    )


async def _own_rates(session: AsyncSession, codes: set[str]) -> dict[str, Decimal]:
    query = select(ProductRecord.code, ProductRecord.tax_rate).where(ProductRecord.code.in_(codes))
    return {row.code: row.tax_rate for row in await session.execute(query)}


def _told(quote: Quote) -> str:
    rate = exchange_of(quote)
    told = f", 1 {rate.source} = {rate.rate.normalize():f} of {rate.on.isoformat()}" if rate else ""
    return f"{quote.tax_treatment.replace('_', ' ')}, {quote.currency}{told}"
