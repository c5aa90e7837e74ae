"""A quote made again: for the same customer or another, with a new number, priced as of today."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.product import Catalogue
from domain.contracts.calendar import today
from domain.customers.models import Company, Person
from domain.errors import NotFound
from domain.quotes.approval import line_of
from domain.quotes.drafting import Draft
from domain.quotes.models import Quote
from domain.quotes.norms import labour_lines
from domain.quotes.pricing import QuoteLine, cost, line_total, sell, supplier, totals
from domain.quotes.request import QuoteRequest
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.types import Money


@dataclass(frozen=True, slots=True)
class Priced:
    """`gone`: what the catalogue does not have any more, which keeps the price it had."""

    lines: tuple[QuoteLine, ...]
    gone: tuple[str, ...] = ()


def priced_again(lines: tuple[QuoteLine, ...], catalogue: Catalogue, day: date) -> Priced:
    """At today's prices; a discount keeps its share, as far as the floor lets it. Pure."""
    sold = [(product, line) for line in lines if (product := catalogue.find(line.code))]
    norms = {norm.code for norm in catalogue.norms}
    work = {line.code: line for line in labour_lines(sold, catalogue.norms, catalogue.rates)}
    again, gone = [], []
    for line in lines:
        product = catalogue.find(line.code)
        price = sell(product, day) if product else None
        if line.rule.startswith("norm ") and line.code in norms:
            fresh = work.get(line.code)
            again.append(_at(line, fresh.unit_price if fresh else line.unit_price))
        elif product and price and price.money.currency == line.unit_price.currency:
            own = cost(product, day)
            found = replace(
                line,
                price_source=price.source,
                unit_cost=own.money if own else None,
                supplier=supplier(product, day),
                tax_rate=product.tax_rate,
            )
            again.append(_at(found, price.money, product.floor_price))
        else:
            again.append(line)
            gone += [line.description] if line.code else []
    return Priced(tuple(again), tuple(gone))


def _at(line: QuoteLine, price: Money, floor: Decimal | None = None) -> QuoteLine:
    gross = line.unit_price * line.quantity
    share = line.discount.amount / gross.amount if gross.amount else Decimal(0)
    discount = (price * line.quantity * share).rounded()
    if floor is not None:
        most = (price - Money(floor, price.currency)) * line.quantity
        discount = max(min(discount, most.rounded()), price * 0)
    total = line_total(line.quantity, price, discount)
    return replace(line, unit_price=price, discount=discount, total=total)


@dataclass(frozen=True, slots=True)
class Copied:
    """`gone`: see Priced; for staff, who check those prices."""

    quote: Quote
    gone: tuple[str, ...]


async def duplicate(
    session: AsyncSession, tenant_id: UUID, quote: Quote, catalogue: Catalogue, actor: str
) -> Copied:
    """A draft for the same customer, in the same conversation."""
    whom = QuoteFor(quote.title, quote.person_id, quote.company_id, quote.conversation_id)
    copying = _Copying(session, tenant_id, quote, catalogue)
    made = await copying.made(whom, quote.language, quote.request, actor, "duplicated")
    made.quote.site_id, made.quote.location = quote.site_id, quote.location
    await session.flush()
    return made


async def clone(
    session: AsyncSession,
    tenant_id: UUID,
    quote: Quote,
    customer_id: UUID,
    catalogue: Catalogue,
    actor: str,
) -> Copied:
    """A draft for another customer (a person or a company), without the first one's own words,
    sites and reference. Raises NotFound."""
    person = await session.get(Person, customer_id)
    company = None if person else await session.get(Company, customer_id)
    if person is None and company is None:
        raise NotFound("customer", customer_id)
    company_id = company.id if company else (person.company_id if person else None)
    whom = QuoteFor(quote.title, person.id if person else None, company_id)
    language = person.language if person and person.language else quote.language
    copying = _Copying(session, tenant_id, quote, catalogue)
    return await copying.made(whom, language, "", actor, "cloned")


@dataclass(frozen=True, slots=True)
class _Copying:
    session: AsyncSession
    tenant_id: UUID
    quote: Quote
    catalogue: Catalogue

    async def made(
        self, whom: QuoteFor, language: str, words: str, actor: str, action: str
    ) -> Copied:
        quotes, quote = Quotes(self.session, self.tenant_id), self.quote
        rows = await quotes.lines(quote.id)
        lines = tuple(line_of(row, quote.currency) for row in rows)
        if action == "cloned":
            lines = tuple(replace(line, words="", site="") for line in lines)
        priced = priced_again(lines, self.catalogue, await today(self.session, self.tenant_id))
        sums = totals(priced.lines, quote.currency)
        draft = Draft(True, priced.lines, (), sums, quote.currency)
        request = QuoteRequest(is_quote_request=True, language=language, text=words)
        drafted = Drafted(request, draft, words, self.catalogue.revision, quote.step)
        made = await quotes.draft(whom, drafted, actor=actor)
        made.tier_type = quote.tier_type
        quotes.note(made, action, actor, _told(quote, priced))
        quotes.note(quote, f"{action} as another", actor, f"As {made.number}")
        await self.session.flush()
        return Copied(made, priced.gone)


def _told(quote: Quote, priced: Priced) -> str:
    gone = f". No longer in the catalogue: {', '.join(priced.gone)}" if priced.gone else ""
    return f"From {quote.number}{gone}"
