"""Plants the demo company's calendars, its policies, and the clocks of its tickets."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.sla.keeping import Clocks
from domain.sla.policies import DAYS, TEMPLATES
from domain.sla.service import Calendars, NewCalendar, NewPolicy, Policies
from domain.tickets.models import Ticket
from domain.types import utc_now

OFFICE = [["09:00", "12:30"], ["13:30", "17:00"]]
ALWAYS = [["00:00", "24:00"]]


async def plant_service_levels(session: AsyncSession, tenant_id: UUID) -> None:
    """The demo's own tickets have their clocks at once: no event told of their opening."""
    calendars = Calendars(session, tenant_id)
    office = await calendars.add(
        NewCalendar("Office hours", dict.fromkeys(DAYS[:5], OFFICE), country="GB", region="ENG")
    )
    always = await calendars.add(NewCalendar("Round the clock", dict.fromkeys(DAYS, ALWAYS)))
    policies = Policies(session, tenant_id)
    vip = {"tags": ["vip", "outage"]}
    chat = {"channels": ["whatsapp", "telegram"]}
    for name, calendar, template, conditions, position in (
        ("Outages and key accounts", always, "gold", vip, 10),
        ("Chat", office, "extended", chat, 20),
        ("Standard", office, "standard", {}, 100),
    ):
        targets = TEMPLATES[template].targets()
        await policies.add(NewPolicy(name, calendar.id, targets, conditions, position))
    tickets = list(await session.scalars(select(Ticket.id)))
    await Clocks(session, tenant_id).keep(tickets, utc_now())
