"""What an invoice needs, read for an accepted quote."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.models import Company, Identity, Person, Site
from domain.errors import NotFound, Refused
from domain.quotes.approval import line_of
from domain.quotes.handover.formats import FORMATS
from domain.quotes.handover.invoice import Customer, Invoice, invoice_lines
from domain.quotes.models import Quote
from domain.quotes.pricing import totals
from domain.quotes.service import Quotes
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tenants.taxes import rates_of


class NotHandedOver(Refused):
    def __init__(self, quote: Quote) -> None:
        super().__init__(
            f"{quote.number} is {quote.status}: only an accepted quote is handed over as an "
            "invoice."
        )


async def handed_over(
    session: AsyncSession, tenant_id: UUID, quote_id: UUID, program: str, today: date
) -> tuple[str, str]:
    """The file's name and its text. Raises NotFound, NotHandedOver, NoTaxType."""
    quote = await Quotes(session, tenant_id).get(quote_id)
    if program not in FORMATS:
        raise NotFound("program", program)
    if quote.status != "accepted":
        raise NotHandedOver(quote)
    settings = await Tenants(session, tenant_id).settings()
    made = await _invoice(session, quote, settings, today)
    content = FORMATS[program](made, settings.handover, settings.country)
    return f"{quote.number}-{program}.csv", content


async def _invoice(
    session: AsyncSession, quote: Quote, settings: TenantSettings, today: date
) -> Invoice:
    company = await session.get(Company, quote.company_id) if quote.company_id else None
    person = await session.get(Person, quote.person_id) if quote.person_id else None
    if company is None and person is not None and person.company_id:
        company = await session.get(Company, person.company_id)
    days = settings.handover.due_days
    if days is None:
        days = company.payment_terms if company else 30
    rows = await Quotes(session, quote.tenant_id).lines(quote.id)
    lines = [line_of(row, quote.currency) for row in rows]
    return Invoice(
        number=f"{settings.handover.invoice_prefix}{quote.number}",
        reference=quote.customer_reference,
        customer=Customer(
            (company.name if company else "") or (person.name if person else "") or quote.number,
            await _email(session, person),
            await _address(session, quote, person),
        ),
        issued_on=today,
        due_on=today + timedelta(days=days),
        currency=quote.currency,
        lines=tuple(invoice_lines(lines, quote.currency, rates_of(settings).reduced)),
        totals=totals(lines, quote.currency),
        days=days,
    )


async def _email(session: AsyncSession, person: Person | None) -> str:
    if person is None:
        return ""
    query = select(Identity.value).where(Identity.person_id == person.id, Identity.kind == "email")
    return await session.scalar(query.order_by(Identity.created_at).limit(1)) or ""


async def _address(session: AsyncSession, quote: Quote, person: Person | None) -> tuple[str, ...]:
    site_id = quote.site_id or (person.site_id if person else None)
    site = await session.get(Site, site_id) if site_id else None
    return tuple(part.strip() for part in site.address.splitlines() if part.strip()) if site else ()
