"""Writes one line of a ticket's history and the event that goes with it."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.events import Happened, record
from domain.tickets.models import Ticket, TicketChange
from domain.types import new_id, utc_now


class TicketHistory:
    """`kind`: the event, as in ticket.merged; the change of a field is ticket.changed."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    def changed(
        self,
        ticket: Ticket,
        change: tuple[str, Any, Any],
        *,
        actor: str,
        why: str,
        kind: str = "ticket.changed",
    ) -> None:
        """`change`: field, old and new."""
        field, old, new = change[0], shown(change[1]), shown(change[2])
        ticket.version += 1
        ticket.updated_at = utc_now()
        self._session.add(
            TicketChange(
                id=new_id(),
                tenant_id=self._tenant_id,
                ticket_id=ticket.id,
                field=field,
                old=old,
                new=new,
                actor=actor,
                why=why,
            )
        )
        self.happened(kind, ticket, {"field": field, "old": old, "new": new}, actor)

    def happened(self, kind: str, ticket: Ticket, payload: dict[str, Any], actor: str) -> None:
        details = {"number": ticket.number} | payload
        record(self._session, self._tenant_id, Happened(kind, ticket.id, details, actor))


def shown(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)
