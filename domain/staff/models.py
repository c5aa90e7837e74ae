"""Rows of staff members, how channels know them, and what they were asked before an act."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned


class StaffMember(TenantOwned, Base):
    """`role`: admin, staff or readonly.

    `approval_limit`, `sees_margins`: this member's own; none: as the tenant's settings say.
    """

    __tablename__ = "staff_members"
    name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str] = mapped_column(default="staff")
    approval_limit: Mapped[Decimal | None]
    sees_margins: Mapped[bool | None]
    deactivated_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("tenant_id", "email"),)


class StaffIdentity(TenantOwned, Base):
    """What a staff channel calls a member. `value` names the workspace too where there are many."""

    __tablename__ = "staff_identities"
    staff_id: Mapped[UUID] = mapped_column(
        ForeignKey("staff_members.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    value: Mapped[str]
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "value"),)


class StaffQuestion(TenantOwned, Base):
    """An act that waits for a member's yes. `payload` is what was shown: nothing else is done."""

    __tablename__ = "staff_questions"
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"))
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_staff_questions_expiry", "tenant_id", "expires_at"),)
