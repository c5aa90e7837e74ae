"""An account whose access is refused is work for a person: one ticket for as long as it lasts."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.events import DomainEvent
from domain.tickets.service import NewTicket, Tickets


async def open_ticket_of_pause(session: AsyncSession, tenant_id: UUID, event: DomainEvent) -> None:
    told = event.payload
    what = f"{told.get('channel', '')} {told.get('account', '')}".strip()
    await Tickets(session, tenant_id).open(
        NewTicket(
            subject=f"{what} sends nothing: its access is refused",
            description=f"{told.get('error', '')} Messages wait, and leave by themselves then.",
            priority="urgent",
            type="technical",
            tags=("delivery",),
        ),
        actor="system",
    )
