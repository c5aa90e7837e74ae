"""On which terms a customer buys: how they are taxed, in which currency and language.

What cannot be known (a rate of today, a VAT number) is asked of staff and never guessed: until it
is answered, the draft stays as the catalogue has it and cannot be approved or sent.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.product import Catalogue
from domain.customers.models import Company, Person
from domain.errors import Refused
from domain.quotes.models import Quote
from domain.quotes.money.exchange import Exchange, in_currency
from domain.quotes.money.rates import ExchangeRates
from domain.quotes.money.treatment import Treatment, rate_for, taxed
from domain.quotes.money.vat_numbers import is_vat_number
from domain.quotes.pricing import QuoteLine
from domain.tenants.service import Tenants
from domain.tenants.taxes import TaxRates, rates_of


class NoVatNumber(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Reverse charge needs the customer's VAT number with its country in front, like "
            "DE123456789: enter it at the company first."
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """`may_reverse`: the company's VAT number has the form of one. `staff_questions`: what staff
    have to settle before the quote can be approved."""

    treatment: Treatment = Treatment.STANDARD
    rates: TaxRates = field(default_factory=TaxRates)
    exchange: Exchange | None = None
    language: str = ""
    may_reverse: bool = False
    staff_questions: tuple[str, ...] = ()

    def catalogue(self, own: Catalogue) -> Catalogue:
        """In the currency of the quote."""
        return in_currency(own, self.exchange)

    def taxed(self, line: QuoteLine, own_rate: Decimal | None = None) -> QuoteLine:
        """As this customer pays; `own_rate`: the product's, else what the line has."""
        rate = line.tax_rate if own_rate is None else own_rate
        treatment, rate = taxed(rate, self.treatment, self.rates)
        return replace(line, tax_treatment=treatment, tax_rate=rate)

    def line_as(self, line: QuoteLine, treatment: Treatment) -> QuoteLine:
        """A line that is taxed otherwise than the others. Raises NoVatNumber."""
        if treatment is Treatment.REVERSE_CHARGE and not self.may_reverse:
            raise NoVatNumber
        return replace(line, tax_treatment=treatment, tax_rate=rate_for(treatment, self.rates))


async def terms_for(
    session: AsyncSession,
    tenant_id: UUID,
    whom: tuple[UUID | None, UUID | None],
    today: date,
    *,
    keeps_currency: bool = False,
) -> Terms:
    """Of a new quote; `whom`: the company and the person, as far as they are known.

    `keeps_currency`: its prices are agreed already, as a contract's are.
    """
    settings = await Tenants(session, tenant_id).settings()
    rates = rates_of(settings)
    person = await session.get(Person, whom[1]) if whom[1] else None
    company_id = whom[0] or (person.company_id if person else None)
    company = await session.get(Company, company_id) if company_id else None
    if company is None:
        return Terms(rates=rates, language=person.language if person else "")
    treatment, asked = _treatment(company)
    exchange = None
    if company.currency != settings.currency and not keeps_currency:
        exchange = await ExchangeRates(session, tenant_id).on(
            settings.currency, company.currency, today
        )
        question = _rate_question(
            company, settings.currency, exchange, (today, settings.quoting.rate_days)
        )
        if question:
            exchange, asked = None, [*asked, question]
    return Terms(
        treatment=treatment,
        rates=rates,
        exchange=exchange,
        language=company.language or (person.language if person else ""),
        may_reverse=is_vat_number(company.vat_number),
        staff_questions=tuple(asked),
    )


async def kept_terms(session: AsyncSession, quote: Quote) -> Terms:
    """Those that a quote was made on, whatever holds today."""
    settings = await Tenants(session, quote.tenant_id).settings()
    company = await session.get(Company, quote.company_id) if quote.company_id else None
    return Terms(
        treatment=Treatment(quote.tax_treatment or Treatment.STANDARD),
        rates=rates_of(settings),
        exchange=exchange_of(quote),
        language=quote.language,
        may_reverse=company is not None and is_vat_number(company.vat_number),
        staff_questions=tuple(quote.staff_questions),
    )


def exchange_of(quote: Quote) -> Exchange | None:
    if quote.exchange_rate is None or quote.exchange_rate_on is None:
        return None
    return Exchange(
        quote.exchange_from, quote.currency, quote.exchange_rate, quote.exchange_rate_on
    )


def _treatment(company: Company) -> tuple[Treatment, list[str]]:
    treatment = Treatment(company.tax_treatment or Treatment.STANDARD)
    if treatment is not Treatment.REVERSE_CHARGE or is_vat_number(company.vat_number):
        return treatment, []
    given = f"“{company.vat_number}” is none" if company.vat_number else "none is known"
    question = (
        f"{company.name} is to be charged by reverse charge, which needs a VAT number, and "
        f"{given}: what is it? Until then VAT is added as usual."
    )
    return Treatment.STANDARD, [question]


def _rate_question(
    company: Company, own: str, found: Exchange | None, allowed: tuple[date, int]
) -> str:
    """Empty where the rate can be used; `allowed`: today, and how many days a rate lasts."""
    today, days = allowed
    pair = f"{own} to {company.currency}"
    if found is None:
        return (
            f"{company.name} buys in {company.currency} and there is no rate from {pair}: what is "
            f"it today? Until then the prices are in {own}."
        )
    if found.age_on(today) > days:
        return (
            f"{company.name} buys in {company.currency} and the rate from {pair} is of "
            f"{found.on.isoformat()}, more than {days} days ago: what is it today? Until then the "
            f"prices are in {own}."
        )
    return ""
