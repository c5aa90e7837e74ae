"""A contract from an accepted quote, and a quote from a contract; each names the other."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.product import Catalogue
from domain.contracts import wording
from domain.contracts.models import Contract, ContractLine, ContractQuote
from domain.contracts.service import Contracts
from domain.contracts.templates import Templates, dumped
from domain.contracts.templating import filled, sections
from domain.contracts.terms import LONGEST_MONTHS, Term, last_day
from domain.contracts.value import Charge, interval_of, value
from domain.customers.models import Company, Person, Site
from domain.errors import Refused
from domain.numbers import next_number
from domain.quotes.approval import line_of
from domain.quotes.drafting import Draft
from domain.quotes.models import Quote
from domain.quotes.money.terms import terms_for
from domain.quotes.pricing import PriceSource, QuoteLine, Tier, line_total, sell, totals
from domain.quotes.request import QuoteRequest
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.sla.models import SlaPolicy
from domain.tenants.models import Tenant
from domain.types import Money, new_id, utc_now

KINDS = ("sale", "service", "support")


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a contract is to say beyond the quote's lines; None: as is usual."""

    starts_on: date
    months: int = 12
    renewal: str = "manual"
    kind: str | None = None
    template_id: UUID | None = None
    sla_policy_id: UUID | None = None
    included_services: tuple[dict[str, Any], ...] = ()


class NotAccepted(Refused):
    def __init__(self, quote: Quote) -> None:
        super().__init__(
            f"{quote.number} is {quote.status}: only an accepted quote becomes a contract."
        )


class Making:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._contracts = Contracts(session, tenant_id)

    async def from_quote(self, quote_id: UUID, agreed: Agreed, *, actor: str) -> Contract:
        """A second call gives the same contract. Raises NotAccepted."""
        quote = await Quotes(self._session, self._tenant_id).get(quote_id, for_change=True)
        made = await self._session.scalar(
            select(Contract).where(Contract.quote_id == quote_id, Contract.status != "cancelled")
        )
        if made is not None:
            return made
        if quote.status != "accepted":
            raise NotAccepted(quote)
        _require_sound(agreed)
        rows = await Quotes(self._session, self._tenant_id).lines(quote_id)
        lines = [line_of(row, quote.currency) for row in rows]
        bought = [line for line in lines if line.is_summed and line.tier in (None, Tier.STANDARD)]
        contract = await self._blank(quote, agreed)
        self._session.add(contract)
        await self._session.flush()
        charges = [
            _charge(contract, number, line, interval_of(line.unit))
            for number, line in enumerate(bought, 1)
        ]
        await self._write(contract, charges, agreed, quote)
        await self._contracts.keep(contract, summary=f"from {quote.number}", actor=actor)
        return contract

    async def to_quote(
        self, contract_id: UUID, catalogue: Catalogue, today: date, *, actor: str
    ) -> Quote:
        """A draft that offers the contract's charges again, at today's prices where known."""
        contract = await self._contracts.get(contract_id, for_change=True)
        term = term_of(contract).next()
        whom = (contract.company_id, contract.person_id)
        terms = await terms_for(self._session, self._tenant_id, whom, today, keeps_currency=True)
        lines = tuple(
            terms.taxed(_offered(line, contract, catalogue, today), _own_rate(line, catalogue))
            for line in await self._contracts.lines(contract_id)
        )
        if not lines:
            raise Refused(f"{contract.number} has no charges that could be quoted.")
        words = (
            f"Renewal of {contract.number} ({contract.title}), "
            f"{term.starts_on.isoformat()} to {term.ends_on.isoformat()}"
        )
        made = Draft(True, lines, (), totals(lines, contract.currency), contract.currency)
        request = QuoteRequest(is_quote_request=True, text=words)
        buyer = QuoteFor(f"Renewal: {contract.title}", contract.person_id, contract.company_id)
        drafted = Drafted(request, made, words, catalogue.revision, terms=terms)
        quote = await Quotes(self._session, self._tenant_id).draft(buyer, drafted, actor=actor)
        quote.site_id = contract.site_id
        self._session.add(
            ContractQuote(
                id=new_id(),
                tenant_id=self._tenant_id,
                contract_id=contract.id,
                quote_id=quote.id,
            )
        )
        self._contracts.note(contract, "quoted", actor, quote.number)
        await self._session.flush()
        return quote

    async def _renewed_by(self, quote_id: UUID) -> UUID | None:
        query = select(ContractQuote.contract_id).where(ContractQuote.quote_id == quote_id)
        return (await self._session.scalars(query)).one_or_none()

    async def _blank(self, quote: Quote, agreed: Agreed) -> Contract:
        number = await next_number(self._session, self._tenant_id, "CT", utc_now())
        return Contract(
            id=new_id(),
            tenant_id=self._tenant_id,
            number=number,
            title=quote.title,
            kind=agreed.kind or "service",
            version=0,
            person_id=quote.person_id,
            company_id=quote.company_id,
            site_id=quote.site_id,
            quote_id=quote.id,
            renews_id=await self._renewed_by(quote.id),
            sections=[],
            currency=quote.currency,
            starts_on=agreed.starts_on,
            ends_on=last_day(agreed.starts_on, agreed.months),
            term_months=agreed.months,
            renewal=agreed.renewal,
            sla_policy_id=agreed.sla_policy_id,
            included_services=list(agreed.included_services),
        )

    async def _write(
        self, contract: Contract, charges: list[ContractLine], agreed: Agreed, quote: Quote
    ) -> None:
        self._session.add_all(charges)
        costs = (Charge(Money(row.total, contract.currency), row.interval) for row in charges)
        worth = value(costs, contract.currency)
        contract.annual_value, contract.once_value = worth.annual.amount, worth.once.amount
        if agreed.kind is None and not worth.annual.amount:
            contract.kind = "sale"
        parties, language = await self._parties(contract, quote)
        template = await Templates(self._session, self._tenant_id).chosen(
            agreed.template_id, language
        )
        contract.template_id, contract.template_version = template.id, template.version
        contract.sections = dumped(
            filled(
                sections(template.sections),
                wording.values(contract, charges, parties, template.language),
            )
        )
        await self._session.flush()

    async def _parties(self, contract: Contract, quote: Quote) -> tuple[wording.Parties, str]:
        """Who agrees, and the customer's language."""
        session = self._session
        tenant = await session.get_one(Tenant, self._tenant_id)
        company = await session.get(Company, contract.company_id) if contract.company_id else None
        person = await session.get(Person, contract.person_id) if contract.person_id else None
        site = await session.get(Site, contract.site_id) if contract.site_id else None
        policy = (
            await session.get(SlaPolicy, contract.sla_policy_id) if contract.sla_policy_id else None
        )
        customer = company.name if company else (person.name if person else "")
        known = (company.language if company else "", person.language if person else "")
        parties = wording.Parties(
            company=tenant.name,
            customer=customer,
            customer_vat_number=company.vat_number if company else "",
            customer_address=site.address if site else quote.location,
            quote_number=quote.number,
            payment_terms=company.payment_terms if company else 30,
            policy=policy.name if policy else "",
        )
        return parties, next((each for each in known if each), "")


def term_of(contract: Contract) -> Term:
    return Term(
        contract.starts_on,
        contract.ends_on,
        contract.term_months,
        contract.renewal,
        contract.renewal_notice_days,
    )


def _require_sound(agreed: Agreed) -> None:
    if not 1 <= agreed.months <= LONGEST_MONTHS:
        raise Refused(f"A term is 1 to {LONGEST_MONTHS} months.")
    if agreed.kind is not None and agreed.kind not in KINDS:
        raise Refused(f"A contract is a {', '.join(KINDS)}, not a “{agreed.kind}”.")


def _charge(contract: Contract, position: int, line: QuoteLine, interval: str) -> ContractLine:
    return ContractLine(
        id=new_id(),
        tenant_id=contract.tenant_id,
        contract_id=contract.id,
        position=position,
        code=line.code,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price.amount,
        unit_cost=line.unit_cost.amount if line.unit_cost else None,
        discount=line.discount.rounded().amount,
        tax_rate=line.tax_rate,
        total=line.total.amount,
        category=line.category,
        interval=interval,
    )


def _own_rate(row: ContractLine, catalogue: Catalogue) -> Decimal:
    """A line at zero may only have been so for this customer: then the product's."""
    product = catalogue.find(row.code)
    return product.tax_rate if product and not row.tax_rate else row.tax_rate


def _offered(row: ContractLine, contract: Contract, catalogue: Catalogue, today: date) -> QuoteLine:
    """At the catalogue's price of today; what is not in it any more keeps the contract's."""
    currency = contract.currency
    line = QuoteLine(
        code=row.code,
        description=row.description,
        quantity=row.quantity,
        unit=row.unit,
        unit_price=Money(row.unit_price, currency),
        discount=Money(Decimal(0), currency),
        total=line_total(row.quantity, Money(row.unit_price, currency)),
        tax_rate=row.tax_rate,
        category=row.category,
        rule=f"renewal of {contract.number}",
        price_source=PriceSource.CONTRACT,
        unit_cost=Money(row.unit_cost, currency) if row.unit_cost is not None else None,
    )
    product = catalogue.find(row.code)
    price = sell(product, today) if product else None
    if price is None or price.money.currency != currency:
        return line
    return replace(
        line,
        unit_price=price.money,
        total=line_total(row.quantity, price.money),
        price_source=price.source,
    )
