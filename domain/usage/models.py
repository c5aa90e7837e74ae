"""Rows of daily model usage."""

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned


class UsageDay(TenantOwned, Base):
    """`cost` in US dollars."""

    __tablename__ = "usage_days"
    day: Mapped[date]
    model: Mapped[str]
    turns: Mapped[int] = mapped_column(default=0)
    calls: Mapped[int] = mapped_column(default=0)
    input_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    output_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    cost: Mapped[Decimal] = mapped_column(default=Decimal(0))
    __table_args__ = (UniqueConstraint("tenant_id", "day", "model"),)
