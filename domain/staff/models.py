"""Rows of staff members."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned


class StaffMember(TenantOwned, Base):
    """`role`: admin, staff or readonly."""

    __tablename__ = "staff_members"
    name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str] = mapped_column(default="staff")
    deactivated_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("tenant_id", "email"),)
