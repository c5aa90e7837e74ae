"""Exchange rates and tax rates over REST, and a draft put on its customer's terms of today."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field, StringConstraints

from bot.api.rest import (
    Body,
    Line,
    Page,
    Paging,
    Shown,
    changes,
    cursor,
    id_of,
    page,
    rest_router,
)
from bot.dependencies import AdminCaller, Reader, ReadTransaction, StaffCaller, Transaction
from domain.contracts.calendar import today
from domain.quotes.money.rates import ExchangeRates, NewRate
from domain.quotes.money.settling import settle
from domain.tenants.service import Tenants
from domain.tenants.taxes import rates_of

router = rest_router("", "quotes")

Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
RateNumber = Annotated[
    Decimal, Field(gt=0, le=10_000_000, max_digits=18, decimal_places=10, examples=["1.1712"])
]


class RateIn(Body):
    """One `from_currency` is `rate` of `to_currency`; `note`: where it comes from."""

    from_currency: Currency = Field(examples=["GBP"])
    to_currency: Currency = Field(examples=["EUR"])
    rate: RateNumber
    valid_from: date | None = Field(None, description="Left out: today.")
    note: Line = Field("", examples=["ECB reference rate"])


class RateChange(Body):
    rate: RateNumber | None = None
    note: Line | None = None


class RateOut(Shown):
    id: UUID
    from_currency: str
    to_currency: str
    rate: Decimal
    valid_from: date
    note: str
    created_at: datetime
    updated_at: datetime


class TaxRatesOut(BaseModel):
    """Fractions, as they hold in `country`; set others in the tenant's settings under `tax`."""

    country: str
    standard: Decimal
    reduced: Decimal
    exempt_reason: str


class OnTerms(Shown):
    id: UUID
    number: str
    version: int
    tax_treatment: str
    currency: str
    exchange_from: str
    exchange_rate: Decimal | None
    exchange_rate_on: date | None
    language: str
    staff_questions: list[str]
    subtotal: Decimal
    tax: Decimal
    total: Decimal


@router.get("/pricing-config/exchange-rates", summary="Your exchange rates")
async def exchange_rates(
    asked: Annotated[Paging, Query()], caller: Reader, session: ReadTransaction
) -> Page[RateOut]:
    """Newest first. A quote is priced with the latest of its pair that is not older than
    `quoting.rate_days`, and keeps it."""
    rows = await ExchangeRates(session, caller.tenant_id).page(
        asked.limit + 1, asked.place(id_of), asked.since
    )
    place = asked.ended(lambda row: cursor(row.id))
    return page(rows, asked.limit, RateOut.model_validate, place)


@router.post("/pricing-config/exchange-rates", status_code=201, summary="Add an exchange rate")
async def add_rate(new: RateIn, caller: AdminCaller, session: Transaction) -> RateOut:
    day = new.valid_from or await today(session, caller.tenant_id)
    wanted = NewRate(new.from_currency, new.to_currency, new.rate, day, new.note)
    row = await ExchangeRates(session, caller.tenant_id).add(wanted, actor=caller.actor)
    return RateOut.model_validate(row)


@router.get("/pricing-config/exchange-rates/{exchange_id}", summary="An exchange rate")
async def exchange_rate(exchange_id: UUID, caller: Reader, session: ReadTransaction) -> RateOut:
    return RateOut.model_validate(await ExchangeRates(session, caller.tenant_id).get(exchange_id))


@router.patch("/pricing-config/exchange-rates/{exchange_id}", summary="Correct an exchange rate")
async def change_rate(
    exchange_id: UUID, new: RateChange, caller: AdminCaller, session: Transaction
) -> RateOut:
    """Quotes keep the rate they were made with."""
    fields = {name: value for name, value in changes(new).items() if value is not None}
    rates = ExchangeRates(session, caller.tenant_id)
    row = await rates.change(exchange_id, fields, actor=caller.actor)
    return RateOut.model_validate(row)


@router.delete(
    "/pricing-config/exchange-rates/{exchange_id}",
    status_code=204,
    summary="Remove an exchange rate",
)
async def remove_rate(exchange_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    await ExchangeRates(session, caller.tenant_id).remove(exchange_id, actor=caller.actor)


@router.get("/pricing-config/tax-rates", summary="The tax rates that quotes use")
async def tax_rates(caller: Reader, session: ReadTransaction) -> TaxRatesOut:
    settings = await Tenants(session, caller.tenant_id).settings()
    rates = rates_of(settings)
    return TaxRatesOut(
        country=settings.country,
        standard=rates.standard,
        reduced=rates.reduced,
        exempt_reason=settings.tax.exempt_reason,
    )


@router.post("/quotes/{quote_id}/terms", summary="Put a draft on its customer's terms of today")
async def take_terms(quote_id: UUID, caller: StaffCaller, session: Transaction) -> OnTerms:
    """Their tax treatment, currency (by the rate of today) and language, on every line."""
    day = await today(session, caller.tenant_id)
    quote = await settle(session, caller.tenant_id, quote_id, day, actor=caller.actor)
    return OnTerms.model_validate(quote)
