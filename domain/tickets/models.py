"""Rows of tickets, their comments and the history of their changes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.types import utc_now


class Ticket(TenantOwned, Base):
    """`status` and its moves: see lifecycle. `version` grows with every change."""

    __tablename__ = "tickets"
    number: Mapped[str]
    conversation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="SET NULL"), index=True
    )
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("tickets.id"))
    """The resolved ticket that this one takes up again after its grace period."""
    subject: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="open")
    priority: Mapped[str] = mapped_column(default="medium")
    type: Mapped[str] = mapped_column(default="support")
    tags: Mapped[list[str]] = mapped_column(default=list)
    source: Mapped[str] = mapped_column(default="")
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    version: Mapped[int] = mapped_column(default=1)
    first_response_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index("ix_tickets_status", "tenant_id", "status", "updated_at"),
        Index("ix_tickets_recent", "tenant_id", "created_at", "id"),
    )


class TicketComment(TenantOwned, Base):
    """`visibility`: internal, system or public."""

    __tablename__ = "ticket_comments"
    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), index=True
    )
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    author: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    visibility: Mapped[str] = mapped_column(default="internal")
    text: Mapped[str]


class TicketChange(TenantOwned, Base):
    """One field that changed, with who and why."""

    __tablename__ = "ticket_changes"
    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), index=True
    )
    field: Mapped[str]
    old: Mapped[str] = mapped_column(default="")
    new: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]
    why: Mapped[str] = mapped_column(default="")


class NumberSeries(TenantOwned, Base):
    """The last number given in a series (TKT, QT, CT) and period: gap-free, one row lock."""

    __tablename__ = "number_series"
    series: Mapped[str]
    period: Mapped[str]
    last: Mapped[int]
    __table_args__ = (UniqueConstraint("tenant_id", "series", "period"),)
