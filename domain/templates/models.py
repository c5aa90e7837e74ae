"""Rows of message templates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.types import utc_now


class MessageTemplate(TenantOwned, Base):
    """A template of a channel account in one language.

    `state`: draft, submitted, approved, rejected, paused or disabled, with the provider's
    `reason`. `history`: [{at, field, old, new, why}], among it a change of category, which
    changes the price.
    """

    __tablename__ = "message_templates"
    channel_account_id: Mapped[UUID] = mapped_column(
        ForeignKey("channel_accounts.id", ondelete="CASCADE")
    )
    name: Mapped[str]
    language: Mapped[str]
    category: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="")
    body: Mapped[str]
    buttons: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(default="draft")
    reason: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str] = mapped_column(default="")
    quality: Mapped[str] = mapped_column(default="")
    history: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    synced_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "channel_account_id", "name", "language"),)
