"""Plants the demo company: a tenant of its own, exempt from draft-only."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo import content
from bot.demo.catalogue import plant_catalogue
from bot.demo.desk import plant_desk
from bot.demo.provider import simulated_settings
from bot.demo.records import DemoBranding, DemoComment, DemoCompany, DemoCustomer, DemoTicket
from bot.demo.service_levels import plant_service_levels
from bot.demo.slack import DESK_CHANNEL, TEAM, demo_slack
from bot.engine.accounts import SIMULATED_PREFIX, Accounts
from bot.foundation.security import Vault, new_token
from domain.customers.models import Company, Identity, Person, Site
from domain.database import Database
from domain.knowledge.service import Articles, ArticleText
from domain.numbers import next_number
from domain.staff.models import StaffMember
from domain.staff.rooms import SIMULATED, Joined, StaffWorkspaces, team_kind
from domain.tenants import directory
from domain.tenants.service import ChannelAccounts, Tenants
from domain.tenants.settings import Branding, Quoting, TenantSettings
from domain.tickets.lifecycle import FINISHED
from domain.tickets.models import Ticket, TicketComment
from domain.types import new_id, utc_now
from domain.workflows.defaults import DEFAULTS
from domain.workflows.service import Workflows

SOURCE = "demo"
_MADE_SECRETS = ("verify_token", "app_secret", "password", "webhook_secret")


async def seed(database: Database, accounts: Accounts, vault: Vault) -> bool:
    """False when the demo company is there already; then only what it lacks is added."""
    company = content.company()
    async with database.directory() as session:
        known = {tenant.slug: tenant.id for tenant in await directory.tenants(session)}
    if company.slug in known:
        await _channels(database, accounts, known[company.slug], company)
        await connect_slack(database, vault, known[company.slug])
        return False
    tenant_id = new_id()
    async with database.transaction(tenant_id) as session:
        await Tenants(session, tenant_id).add(company.slug, company.name, _settings(company))
        staff = _staff(session, tenant_id, company)
        await session.flush()
        for customer in company.customers:
            await _customer(session, tenant_id, customer, staff)
        await Articles(session, tenant_id).import_all(_articles(), author="demo")
        await plant_catalogue(session, tenant_id)
        await plant_service_levels(session, tenant_id)
        await plant_desk(session, tenant_id)
        for rule in DEFAULTS:
            await Workflows(session, tenant_id).add(rule, is_on=True)
    await _channels(database, accounts, tenant_id, company)
    await connect_slack(database, vault, tenant_id)
    return True


async def connect_slack(database: Database, vault: Vault, tenant_id: UUID) -> None:
    """The demo's staff work in the simulated workspace; safe to run again."""
    simulated = demo_slack().workspace
    sealed = vault.seal(simulated.token)
    joined = Joined(SIMULATED, TEAM, simulated.name, simulated.bot_user, sealed)
    kind = team_kind(SIMULATED)
    async with database.transaction(tenant_id) as session:
        row_id = await StaffWorkspaces(session, tenant_id).join(joined)
        await directory.register(session, kind, vault.digest(kind, TEAM), tenant_id, row_id)
        tenants = Tenants(session, tenant_id)
        if not (await tenants.settings()).desk.rooms:
            await tenants.change({"desk.rooms": {"": f"{TEAM}/{DESK_CHANNEL}"}})


def _settings(company: DemoCompany) -> TenantSettings:
    return TenantSettings(
        is_demo=True,
        currency=company.currency,
        language=company.language,
        time_zone=company.time_zone,
        quoting=Quoting(branding=_branding(company.branding)),
    )


def _branding(brand: DemoBranding) -> Branding:
    return Branding(
        company_name=brand.legal_name,
        address="\n".join(brand.address),
        colour=brand.colour,
        email=brand.email,
        phone=brand.phone,
        website=brand.website,
        company_number=brand.company_number,
        vat_number=brand.vat_number,
    )


def _articles() -> list[ArticleText]:
    return [
        ArticleText(
            title=article.title,
            text=article.text,
            category=article.category,
            tags=article.tags,
            source=SOURCE,
            external_id=article.stem,
        )
        for article in content.articles()
    ]


def _staff(session: AsyncSession, tenant_id: UUID, company: DemoCompany) -> Mapping[str, UUID]:
    members = {
        one.email: StaffMember(
            id=new_id(), tenant_id=tenant_id, name=one.name, email=one.email, role=one.role
        )
        for one in company.staff
    }
    session.add_all(members.values())
    return {email: member.id for email, member in members.items()}


async def _customer(
    session: AsyncSession, tenant_id: UUID, customer: DemoCustomer, staff: Mapping[str, UUID]
) -> None:
    company = Company(
        id=new_id(),
        tenant_id=tenant_id,
        name=customer.name,
        vat_number=customer.vat_number,
        payment_terms=customer.payment_terms_days,
        language=customer.language,
        source=SOURCE,
        external_id=customer.name,
    )
    session.add(company)
    await session.flush()
    sites = _sites(session, tenant_id, company.id, customer)
    people = await _people(session, tenant_id, company.id, customer)
    for ticket in sorted(customer.tickets, key=lambda one: -one.opened_hours_ago):
        site = sites.get(ticket.site)
        await _ticket(session, tenant_id, ticket, people, staff, company.id, site)


def _sites(
    session: AsyncSession, tenant_id: UUID, company_id: UUID, customer: DemoCustomer
) -> dict[str, Site]:
    sites = {
        site.name: Site(
            id=new_id(),
            tenant_id=tenant_id,
            company_id=company_id,
            name=site.name,
            address="\n".join(site.address),
        )
        for site in customer.sites
    }
    session.add_all(sites.values())
    return sites


async def _people(
    session: AsyncSession, tenant_id: UUID, company_id: UUID, customer: DemoCustomer
) -> dict[str, UUID]:
    """Ids by email."""
    people: dict[str, UUID] = {}
    for one in customer.people:
        person = Person(
            id=new_id(),
            tenant_id=tenant_id,
            company_id=company_id,
            name=one.name,
            language=customer.language,
            source=SOURCE,
            external_id=one.email,
        )
        people[one.email] = person.id
        session.add(person)
        await session.flush()
        for kind, value in (("phone", international(one.phone)), ("email", one.email)):
            session.add(
                Identity(
                    id=new_id(),
                    tenant_id=tenant_id,
                    person_id=person.id,
                    kind=kind,
                    value=value,
                    proven_at=utc_now(),
                )
            )
    await session.flush()
    return people


async def _ticket(  # noqa: PLR0913 - one ticket and all it points to
    session: AsyncSession,
    tenant_id: UUID,
    ticket: DemoTicket,
    people: Mapping[str, UUID],
    staff: Mapping[str, UUID],
    company_id: UUID,
    site: Site | None,
) -> None:
    now = utc_now()
    opened = now - timedelta(hours=ticket.opened_hours_ago)
    closed = (
        now - timedelta(hours=ticket.closed_hours_ago)
        if ticket.closed_hours_ago is not None and ticket.status in FINISHED
        else None
    )
    public = [c for c in ticket.comments if c.visibility == "public" and c.author in staff]
    row = Ticket(
        id=new_id(),
        tenant_id=tenant_id,
        number=await next_number(session, tenant_id, "TKT", opened),
        subject=ticket.subject,
        description=ticket.description,
        status=ticket.status,
        priority=ticket.priority,
        type=ticket.type,
        tags=list(ticket.tags),
        source=ticket.channel,
        person_id=people.get(ticket.customer),
        company_id=company_id,
        site_id=site.id if site else None,
        assignee_id=staff.get(ticket.assignee),
        created_at=opened,
        updated_at=closed or opened,
        first_response_at=now - timedelta(hours=public[0].hours_ago) if public else None,
        resolved_at=closed,
        closed_at=closed if ticket.status != "resolved" else None,
    )
    session.add(row)
    await session.flush()
    for comment in ticket.comments:
        session.add(_comment(row, comment, staff, now))
    await session.flush()


def _comment(
    row: Ticket, comment: DemoComment, staff: Mapping[str, UUID], now: datetime
) -> TicketComment:
    return TicketComment(
        id=new_id(),
        tenant_id=row.tenant_id,
        ticket_id=row.id,
        author="staff" if comment.author in staff else "customer",
        staff_id=staff.get(comment.author),
        visibility=comment.visibility,
        text=comment.text,
        created_at=now - timedelta(hours=comment.hours_ago),
    )


async def _channels(
    database: Database, accounts: Accounts, tenant_id: UUID, company: DemoCompany
) -> None:
    """Only channels that have a simulator here: a demo company never reaches a real provider.

    Their secrets are made here and now. Safe to run again: an older installation gets the
    channels that have a simulator since.
    """
    async with database.transaction(tenant_id) as session:
        if not (await Tenants(session, tenant_id).settings()).is_demo:
            return
        rows = await ChannelAccounts(session, tenant_id).all()
    present = {row.channel for row in rows if not row.hint.startswith(SIMULATED_PREFIX)}
    made = {name: new_token() for name in _MADE_SECRETS}
    told = {one.channel: dict(one.settings) for one in company.channel_accounts}
    for name, channel in accounts.simulated.items():
        if name in present:
            continue
        asked = channel.settings_model.model_fields
        known = made | told.get(name, {}) | dict(simulated_settings(name))
        fields = {key: value for key, value in known.items() if key in asked}
        row = await accounts.configure(tenant_id, channel, fields, None)
        async with database.transaction(tenant_id) as session:
            await ChannelAccounts(session, tenant_id).go_live(row.id, "automatic", utc_now())
    accounts.forget()


def international(phone: str) -> str:
    """07700 900210 as 447700900210."""
    digits = "".join(character for character in phone if character.isdigit())
    return f"44{digits[1:]}" if digits.startswith("0") else digits
