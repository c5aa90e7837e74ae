"""Rows of workflow rules and what they did, of webhooks and what was delivered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.types import utc_now


class WorkflowRule(TenantOwned, Base):
    """`place`: rules run in this order; `version` grows with every change of what it says."""

    __tablename__ = "workflow_rules"
    name: Mapped[str]
    event: Mapped[str]
    conditions: Mapped[dict[str, Any]]
    actions: Mapped[list[dict[str, Any]]]
    place: Mapped[int]
    is_on: Mapped[bool] = mapped_column(default=False)
    stops_here: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (Index("ix_workflow_rules_order", "tenant_id", "event", "place"),)


class WorkflowFiring(TenantOwned, Base):
    """`once`: what it may happen once for; `outcome`: done, failed or stopped."""

    __tablename__ = "workflow_firings"
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("workflow_rules.id", ondelete="CASCADE"))
    rule_version: Mapped[int]
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    event: Mapped[str]
    once: Mapped[str]
    outcome: Mapped[str]
    changed: Mapped[list[str]] = mapped_column(default=list)
    error: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        UniqueConstraint("tenant_id", "once"),
        Index("ix_workflow_firings_recent", "tenant_id", "created_at", "id"),
        Index("ix_workflow_firings_rule", "rule_id", "created_at"),
    )


class WebhookSubscription(TenantOwned, Base):
    """`secret`, `old_secret`: sealed; the old one signs too until `old_until`.

    `name`: what rules call it; empty: they do not.
    `failing_since`: when the first of the failures without a success between them was.
    """

    __tablename__ = "webhook_subscriptions"
    name: Mapped[str] = mapped_column(default="", server_default="")
    url: Mapped[str]
    kinds: Mapped[list[str]]
    description: Mapped[str] = mapped_column(default="", server_default="")
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_until: Mapped[datetime | None]
    is_on: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        Index(
            "ix_webhook_subscriptions_name",
            "tenant_id",
            "name",
            unique=True,
            postgresql_where=text("name <> ''"),
        ),
    )


class WebhookDelivery(TenantOwned, Base):
    """One event for one subscription. `state`: pending, sending, delivered, failed or
    cancelled (its webhook was switched off)."""

    __tablename__ = "webhook_deliveries"
    subscription_id: Mapped[UUID] = mapped_column(
        ForeignKey("webhook_subscriptions.id", ondelete="CASCADE")
    )
    event_id: Mapped[UUID]
    kind: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    response: Mapped[str] = mapped_column(default="")
    next_attempt_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "subscription_id", "event_id"),
        Index("ix_webhook_deliveries_recent", "tenant_id", "created_at", "id"),
        Index("ix_webhook_deliveries_updated", "tenant_id", "updated_at", "id"),
        Index("ix_webhook_deliveries_due", "tenant_id", "state", "next_attempt_at"),
    )
