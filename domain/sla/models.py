"""Rows of calendars, policies, each ticket's clock, and the alerts that fired."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.following import Changing
from domain.types import utc_now


class BusinessCalendar(TenantOwned, Base):
    """`week`: {"mon": [["09:00", "12:30"], …], …}; `closed`: own dates, as 2026-12-24."""

    __tablename__ = "business_calendars"
    name: Mapped[str]
    zone: Mapped[str] = mapped_column(default="Europe/London")
    country: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    week: Mapped[dict[str, Any]]
    closed: Mapped[list[str]] = mapped_column(default=list)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)


class SlaPolicy(TenantOwned, Base):
    """`targets`: {"high": {"first_response": 120, "resolution": 480}, …} in business minutes.

    `conditions`: {"types": […], "companies": […], "channels": […], "tags": […]}; an empty list
    asks nothing. The lowest `position` that matches is chosen. Percentages are of a target.
    """

    __tablename__ = "sla_policies"
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=100)
    is_on: Mapped[bool] = mapped_column(default=True)
    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("business_calendars.id"), index=True)
    targets: Mapped[dict[str, Any]]
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    warning_percent: Mapped[int] = mapped_column(default=80)
    critical_percent: Mapped[int] = mapped_column(default=95)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)


class SlaClock(TenantOwned, Base):
    """One ticket's times, worked out from its history; only what fired is not to be found there.

    `policy_id` None: the tenant's settings. `own_policy_id`: chosen for this ticket by a person.
    `paused`: [[since, until or null], …]. A due time is None while the clock is paused before it.
    `next_at`: when something is due to fire; None: nothing will until the ticket changes.
    """

    __tablename__ = "sla_clocks"
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    policy_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("sla_policies.id", ondelete="SET NULL"), index=True
    )
    own_policy_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("sla_policies.id", ondelete="SET NULL"), index=True
    )
    policy_name: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    paused: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    first_response_due: Mapped[datetime | None]
    first_response_met: Mapped[datetime | None]
    first_response_noted: Mapped[datetime | None]
    """What of it the ticket was told."""
    first_response_warned_at: Mapped[datetime | None]
    first_response_critical_at: Mapped[datetime | None]
    first_response_breached_at: Mapped[datetime | None]
    resolution_due: Mapped[datetime | None]
    resolution_met: Mapped[datetime | None]
    resolution_warned_at: Mapped[datetime | None]
    resolution_critical_at: Mapped[datetime | None]
    resolution_breached_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "ticket_id"),
        Index(
            "ix_sla_clocks_next",
            "tenant_id",
            "next_at",
            postgresql_where=sql("next_at is not null"),
        ),
        Index(
            "ix_sla_clocks_unnoted",
            "tenant_id",
            postgresql_where=sql("first_response_met is distinct from first_response_noted"),
        ),
        Index("ix_sla_clocks_started", "tenant_id", "started_at"),
    )


class SlaAlert(Changing, TenantOwned, Base):
    """Something that fired: once for each ticket, target and level, by the unique key.

    `target`: first_response or resolution. `level`: warned, critical or breached.
    `due_at`: the deadline as it was then; `created_at`: when it fired.
    """

    __tablename__ = "sla_alerts"
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    target: Mapped[str]
    level: Mapped[str]
    due_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        UniqueConstraint("tenant_id", "ticket_id", "target", "level"),
        Index("ix_sla_alerts_recent", "tenant_id", "level", "created_at"),
    )
