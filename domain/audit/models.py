"""Rows of the audit log."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned


class AuditEntry(TenantOwned, Base):
    """`actor`: `staff:<id>`, `key:<id>`, `command` or `bot`."""

    __tablename__ = "audit_entries"
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    __table_args__ = (Index("ix_audit_entries_recent", "tenant_id", "created_at"),)
