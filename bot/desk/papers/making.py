"""Gathers what a quote's paper shows, in one short transaction, and has it set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.paper.internal import internal_part
from bot.paper.page import House, page_of
from bot.paper.typesetting import Typesetter
from domain.contracts.calendar import today
from domain.customers.models import Company, Person, Site
from domain.database import Database
from domain.quotes.approval import line_of
from domain.quotes.lifecycle.freezing import frozen
from domain.quotes.models import Quote
from domain.quotes.money.terms import exchange_of
from domain.quotes.pricing import QuoteLine
from domain.quotes.service import Quotes
from domain.quotes.writing.versions import QuoteDocuments
from domain.quotes.writing.view import Addressee, Heading, customer_view
from domain.tenants.logos import Logos, as_svg
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a paper shows, read and ready to be set. `version`: the quote's."""

    heading: Heading
    lines: tuple[QuoteLine, ...]
    documents: dict[str, dict[str, Any]]
    house: House
    language: str
    """The company's own."""
    logo: str
    made_at: int
    version: int

    def issued(self, day: date) -> "Sheet":
        """As it is on the day it is sent."""
        until = day + timedelta(days=self.heading.validity_days)
        heading = replace(self.heading, is_draft=False, issued_on=day, valid_until=until)
        return replace(self, heading=heading)


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF and what it is called. `is_final`: kept as it was sent."""

    filename: str
    content: bytes
    version: int
    is_final: bool = False


async def paper(database: Database, typesetter: Typesetter, at: tuple[UUID, UUID]) -> Paper:
    """The customer's; `at`: tenant and quote. What was sent is given back as it was sent."""
    tenant_id, quote_id = at
    async with database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).get(quote_id)
        name, version = _filename(quote), quote.version
        kept = await frozen(session, quote_id, quote.revision)
        if kept is not None:
            return Paper(name, kept.content, version, is_final=True)
        sheet = await sheet_of(session, quote)
    return Paper(name, await typeset(typesetter, sheet), version)


async def issued_paper(database: Database, typesetter: Typesetter, at: tuple[UUID, UUID]) -> Paper:
    """As it would be sent today: for `freeze`, with the version it shows."""
    tenant_id, quote_id = at
    async with database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).get(quote_id)
        sheet = await sheet_of(session, quote)
        name, day = _filename(quote), await today(session, tenant_id)
    content = await typeset(typesetter, sheet.issued(day))
    return Paper(name, content, sheet.version)


async def internal_paper(
    database: Database, typesetter: Typesetter, at: tuple[UUID, UUID], *, with_costs: bool
) -> Paper:
    """With the pages that never leave the company."""
    tenant_id, quote_id = at
    async with database.transaction(tenant_id) as session:
        quote = await Quotes(session, tenant_id).get(quote_id)
        sheet = await sheet_of(session, quote)
        name = f"internal-{_filename(quote)}"
    content = await typeset_internal(typesetter, sheet, with_costs=with_costs)
    return Paper(name, content, sheet.version)


async def typeset(typesetter: Typesetter, sheet: Sheet) -> bytes:
    view = customer_view(sheet.heading, sheet.lines, sheet.documents)
    return await typesetter.pdf(page_of(view, sheet.house), sheet.logo, made_at=sheet.made_at)


async def typeset_internal(typesetter: Typesetter, sheet: Sheet, *, with_costs: bool) -> bytes:
    view = customer_view(sheet.heading, sheet.lines, sheet.documents)
    house = (sheet.language, sheet.house.country)
    more = internal_part(sheet.lines, sheet.documents, house, with_costs=with_costs)
    page = page_of(view, sheet.house, more)
    return await typesetter.pdf(page, sheet.logo, made_at=sheet.made_at)


async def sheet_of(session: AsyncSession, quote: Quote) -> Sheet:
    tenant_id = quote.tenant_id
    documents = await QuoteDocuments(session, tenant_id).all(quote.id)
    rows = await Quotes(session, tenant_id).lines(quote.id)
    own = await house_of(session, tenant_id)
    day = max([quote.created_at, *(held.version.created_at for held in documents.values())])
    return Sheet(
        heading=await _heading(session, quote, own[1], day),
        lines=tuple(line_of(row, quote.currency) for row in rows),
        documents={kind: held.content for kind, held in documents.items()},
        house=own[0],
        language=own[1].language,
        logo=own[2],
        made_at=int((quote.sent_at or day).timestamp()),
        version=quote.version,
    )


async def house_of(session: AsyncSession, tenant_id: UUID) -> tuple[House, TenantSettings, str]:
    tenants = Tenants(session, tenant_id)
    tenant, settings = await tenants.get(), await tenants.settings()
    row = await Logos(session, tenant_id).get()
    logo = as_svg(row.content_type, row.content) if row else ""
    house = House(tenant.name, settings.quoting.branding, settings.country, has_logo=bool(logo))
    return house, settings, logo


async def _heading(
    session: AsyncSession, quote: Quote, settings: TenantSettings, day: datetime
) -> Heading:
    return Heading(
        number=quote.number,
        revision=quote.revision,
        title=quote.title,
        is_draft=quote.status == "draft",
        currency=quote.currency,
        language=quote.language or settings.language,
        addressee=await addressee_of(session, quote),
        location=quote.location,
        deadline=quote.deadline,
        reference=quote.customer_reference,
        words=quote.request,
        written_on=day.date(),
        issued_on=quote.sent_at.date() if quote.sent_at else None,
        valid_until=quote.valid_until,
        validity_days=settings.quoting.validity_days,
        exchange=exchange_of(quote),
        exempt_reason=settings.tax.exempt_reason,
    )


async def addressee_of(session: AsyncSession, quote: Quote) -> Addressee:
    company = await session.get(Company, quote.company_id) if quote.company_id else None
    person = await session.get(Person, quote.person_id) if quote.person_id else None
    if company is None and person is not None and person.company_id:
        company = await session.get(Company, person.company_id)
    site_id = quote.site_id or (person.site_id if person else None)
    site = await session.get(Site, site_id) if site_id else None
    return Addressee(
        name=person.name if person else "",
        company=company.name if company else "",
        address=_address((site.name, site.address)) if site else "",
        vat_number=company.vat_number if company else "",
    )


def _address(parts: Sequence[str]) -> str:
    return "\n".join(part for part in parts if part)


def _filename(quote: Quote) -> str:
    return f"{quote.number}-{quote.revision}.pdf"
