"""Links between tickets, shown from both ends."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.tickets import lifecycle
from domain.tickets.history import TicketHistory
from domain.tickets.models import Ticket, TicketLink
from domain.types import new_id, utc_now

KINDS = ("related", "duplicate", "blocks", "follows")
FROM_THE_OTHER = {
    "related": "related",
    "duplicate": "duplicated by",
    "blocks": "blocked by",
    "follows": "followed by",
}


@dataclass(frozen=True, slots=True)
class Linked:
    """`kind` as this ticket sees it: blocks, blocked by, …"""

    id: UUID
    kind: str
    ticket: Ticket
    created_at: datetime


class TicketLinks:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def add(self, ticket: Ticket, other: Ticket, kind: str, *, actor: str) -> UUID:
        """The same link twice is one. Raises Refused."""
        lifecycle.require("link", kind, KINDS)
        if ticket.id == other.id:
            raise Refused(f"{ticket.number} cannot be linked to itself.")
        if await self._between(other, ticket, kind) is not None and kind != "related":
            raise Refused(f"{other.number} {kind} {ticket.number} already: not both ways.")
        known = await self._between(ticket, other, kind) or (
            await self._between(other, ticket, kind) if kind == "related" else None
        )
        if known is not None:
            return known
        link_id = new_id()
        await self._session.execute(
            insert(TicketLink)
            .values(
                id=link_id,
                tenant_id=self._tenant_id,
                ticket_id=ticket.id,
                other_id=other.id,
                kind=kind,
                created_by=actor,
                created_at=utc_now(),
            )
            .on_conflict_do_nothing()
        )
        history = TicketHistory(self._session, self._tenant_id)
        told = ("link", None, f"{kind} {other.number}")
        history.changed(ticket, told, actor=actor, why="", kind="ticket.linked")
        return link_id

    async def of(self, ticket_id: UUID) -> list[Linked]:
        """Oldest first; `follows` of a ticket opened after a grace period as well."""
        query = (
            select(TicketLink, Ticket)
            .join(
                Ticket,
                or_(
                    (TicketLink.ticket_id == ticket_id) & (Ticket.id == TicketLink.other_id),
                    (TicketLink.other_id == ticket_id) & (Ticket.id == TicketLink.ticket_id),
                ),
            )
            .where(
                TicketLink.tenant_id == self._tenant_id,
                or_(TicketLink.ticket_id == ticket_id, TicketLink.other_id == ticket_id),
            )
            .order_by(TicketLink.created_at, TicketLink.id)
        )
        return [
            Linked(link.id, _seen(link, ticket_id), other, link.created_at)
            for link, other in await self._session.execute(query)
        ]

    async def remove(self, ticket: Ticket, link_id: UUID, *, actor: str) -> None:
        link = await self._session.get(TicketLink, link_id)
        if link is None or ticket.id not in (link.ticket_id, link.other_id):
            raise NotFound("link", link_id)
        await self._session.delete(link)
        history = TicketHistory(self._session, self._tenant_id)
        other_id = link.other_id if link.ticket_id == ticket.id else link.ticket_id
        other = await self._session.get_one(Ticket, other_id)
        told = ("link", f"{_seen(link, ticket.id)} {other.number}", None)
        history.changed(ticket, told, actor=actor, why="", kind="ticket.unlinked")
        await self._session.flush()

    async def _between(self, ticket: Ticket, other: Ticket, kind: str) -> UUID | None:
        query = select(TicketLink.id).where(
            TicketLink.tenant_id == self._tenant_id,
            TicketLink.ticket_id == ticket.id,
            TicketLink.other_id == other.id,
            TicketLink.kind == kind,
        )
        return await self._session.scalar(query)


def _seen(link: TicketLink, ticket_id: UUID) -> str:
    return link.kind if link.ticket_id == ticket_id else FROM_THE_OTHER[link.kind]
