"""What round robin knows of each member: how much they have, and when they last got something."""

from datetime import timedelta

from domain.staff.models import StaffMember
from domain.tickets.models import TicketChange
from domain.tickets.service import NewTicket, Tickets
from domain.types import new_id, utc_now
from domain.workflows.facts import TicketFacts
from tests.conftest import Entered


async def member(tenant: Entered, name: str) -> StaffMember:
    made = StaffMember(
        id=new_id(), tenant_id=tenant.tenant_id, name=name, email=f"{name}@x.example", role="staff"
    )
    tenant.session.add(made)
    await tenant.session.flush()
    return made


async def test_the_last_assignment_counts_however_many_there_were(tenant: Entered) -> None:
    anna, ben = await member(tenant, "anna"), await member(tenant, "ben")
    service = Tickets(tenant.session, tenant.tenant_id)
    ticket = await service.open(NewTicket("Camera"))
    now = utc_now()
    for days in (3, 1, 2):
        for field, new in (("assignee_id", str(anna.id)), ("status", "open")):
            tenant.session.add(
                TicketChange(
                    tenant_id=tenant.tenant_id,
                    ticket_id=ticket.id,
                    field=field,
                    new=new,
                    actor="test",
                    created_at=now - timedelta(days=days),
                )
            )
    ticket.assignee_id = anna.id
    await tenant.session.flush()
    loads = {
        one.staff_id: one for one in await TicketFacts(tenant.session, tenant.tenant_id).loads()
    }
    assert loads[anna.id].last_assigned_at == now - timedelta(days=1)
    assert (loads[anna.id].open_tickets, loads[ben.id].open_tickets) == (1, 0)
    assert loads[ben.id].last_assigned_at is None
