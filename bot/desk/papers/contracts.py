"""Gathers what a contract's paper shows, in one short transaction, and has it set."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.papers.making import Paper, house_of
from bot.desk.signing.words import page_words
from bot.paper.contract import Charged, Signed, Text, contract_page
from bot.paper.page import House
from bot.paper.typesetting import CONTRACT, Typesetter
from domain.contracts.models import Contract, ContractLine, ContractTemplate
from domain.contracts.service import Contracts
from domain.customers.models import Company, Person, Site
from domain.database import Database
from domain.quotes.writing.locales import locale_of
from domain.quotes.writing.view import Addressee
from domain.signing.signature import Signatures
from domain.tenants.settings import TenantSettings
from domain.tickets.working.clock import zone
from domain.types import Money


@dataclass(frozen=True, slots=True)
class ContractSheet:
    """All that a contract's paper and its page show. `version`: the contract's."""

    text: Text
    house: House
    settings: TenantSettings
    logo: str
    made_at: int
    version: int

    def signed(self, by: Signed, made_at: int) -> "ContractSheet":
        return replace(self, text=replace(self.text, signed=by), made_at=made_at)

    @property
    def page(self) -> dict[str, object]:
        words = page_words(self.text.language)
        own = {**words.contract, "by_code": words.page["by_code"]}
        return contract_page(self.text, self.house, own)


async def contract_paper(
    database: Database, typesetter: Typesetter, at: tuple[UUID, UUID]
) -> Paper:
    """`at`: tenant and contract. What was signed on its page is given back as it was signed."""
    tenant_id, contract_id = at
    async with database.transaction(tenant_id) as session:
        contract = await Contracts(session, tenant_id).get(contract_id)
        kept = await Signatures(session, tenant_id).paper(contract_id)
        name = f"{contract.number}.pdf"
        if kept is not None:
            return Paper(name, kept.content, contract.version, is_final=True)
        sheet = await contract_sheet(session, contract)
    return Paper(name, await typeset_contract(typesetter, sheet), sheet.version)


async def typeset_contract(typesetter: Typesetter, sheet: ContractSheet) -> bytes:
    return await typesetter.pdf(
        dict(sheet.page), sheet.logo, made_at=sheet.made_at, template=CONTRACT
    )


async def contract_sheet(session: AsyncSession, contract: Contract) -> ContractSheet:
    house, settings, logo = await house_of(session, contract.tenant_id)
    lines = await Contracts(session, contract.tenant_id).lines(contract.id)
    language = await _language(session, contract, settings)
    text = Text(
        number=contract.number,
        title=contract.title,
        language=language,
        sections=tuple((one["title"], one["content"]) for one in contract.sections),
        charges=tuple(_charged(line, contract.currency) for line in lines),
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        customer=await _customer(session, contract),
        digest=contract.digest,
        signed=signed_by(contract, settings, language),
    )
    made_at = int((contract.signed_at or contract.updated_at).timestamp())
    return ContractSheet(text, house, settings, logo, made_at, contract.version)


def signed_by(contract: Contract, settings: TenantSettings, language: str) -> Signed | None:
    """As the contract's row has it, also for one that was signed on paper."""
    if contract.signed_at is None:
        return None
    local = contract.signed_at.astimezone(zone(settings.time_zone))
    told = contract.signatory
    return Signed(
        name=told.get("name", ""),
        role=told.get("role", ""),
        email=told.get("email", ""),
        when=f"{locale_of(language, settings.country).day(local.date())}, {local:%H:%M %Z}",
        is_code_proven=told.get("proof") == "code",
    )


async def _language(session: AsyncSession, contract: Contract, settings: TenantSettings) -> str:
    """The one that its template is written in."""
    template = (
        await session.get(ContractTemplate, contract.template_id) if contract.template_id else None
    )
    return template.language if template else settings.language


async def _customer(session: AsyncSession, contract: Contract) -> Addressee:
    company = await session.get(Company, contract.company_id) if contract.company_id else None
    person = await session.get(Person, contract.person_id) if contract.person_id else None
    site = await session.get(Site, contract.site_id) if contract.site_id else None
    return Addressee(
        name=person.name if person else "",
        company=company.name if company else "",
        address="\n".join(part for part in (site.name, site.address) if part) if site else "",
        vat_number=company.vat_number if company else "",
    )


def _charged(line: ContractLine, currency: str) -> Charged:
    return Charged(
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=Money(line.unit_price, currency),
        total=Money(line.total, currency),
        interval=line.interval,
    )
