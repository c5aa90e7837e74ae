"""Plants what the demo company's staff have made for themselves: macros, views, a promise."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.tickets.lifecycle import FINISHED
from domain.tickets.models import Ticket
from domain.tickets.promises import Promise
from domain.tickets.working.ledger import PromiseLedger
from domain.tickets.working.macros import Macros
from domain.tickets.working.views import SavedViews
from domain.types import utc_now

MACROS = (
    (
        "visit booked",
        "Hello {customer}, an engineer will visit you about {number}. We write again on the "
        "morning of the visit.",
        {"status": "waiting_customer", "add_tags": ["visit"]},
    ),
    (
        "serial number",
        "Hello {customer}, please send us the serial number: it is on the sticker below the "
        "device, and begins with SN.",
        {"status": "waiting_customer"},
    ),
    (
        "solved",
        "Hello {customer}, {number} is solved as far as we can see. Just write back if it is not.",
        {"status": "resolved"},
    ),
)
VIEWS = (
    ("Urgent", {"priorities": ["urgent", "high"]}),
    ("Nobody's", {"assignee": "nobody"}),
    ("Waiting for customers", {"statuses": ["waiting_customer"]}),
)


async def plant_desk(session: AsyncSession, tenant_id: UUID) -> None:
    for name, text, actions in MACROS:
        await Macros(session, tenant_id).save(name, text, actions, actor="demo")
    for name, filters in VIEWS:
        await SavedViews(session, tenant_id).save(name, filters, None)
    query = select(Ticket).where(Ticket.status.not_in(FINISHED), Ticket.assignee_id.is_not(None))
    ticket = await session.scalar(query.order_by(Ticket.created_at).limit(1))
    if ticket is not None:
        due = utc_now() + timedelta(days=1)
        promise = Promise("We send you the quote for the second camera.", due, due.date())
        actor = f"staff:{ticket.assignee_id}"
        await PromiseLedger(session, tenant_id).add(ticket, promise, actor=actor)
