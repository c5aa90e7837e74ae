"""Rows of products, suppliers, their prices, day rates and labour norms."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.following import Changing
from domain.types import utc_now


class Supplier(Changing, TenantOwned, Base):
    """`is_own_products`: the company's own goods, hire and hosting."""

    __tablename__ = "suppliers"
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    is_own_products: Mapped[bool] = mapped_column(default=False)
    is_verified: Mapped[bool] = mapped_column(default=False)
    lead_time_days: Mapped[int | None]
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)


class ProductRecord(TenantOwned, Base):
    """Prices net of tax per `unit`; `tax_rate` a fraction. `retired_at`: no longer sold."""

    __tablename__ = "products"
    code: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default="each")
    cost_price: Mapped[Decimal | None]
    base_price: Mapped[Decimal | None]
    floor_price: Mapped[Decimal | None]
    pack_size: Mapped[Decimal | None]
    supplier: Mapped[str] = mapped_column(default="")
    part_number: Mapped[str] = mapped_column(default="")
    is_service: Mapped[bool] = mapped_column(default=False)
    tax_rate: Mapped[Decimal] = mapped_column(default=Decimal("0.20"))
    currency: Mapped[str] = mapped_column(default="GBP")
    revision: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        Index("ix_products_updated", "tenant_id", "updated_at", "id"),
        Index("ix_products_category", "tenant_id", "category", "code"),
    )


class SupplierPriceRecord(TenantOwned, Base):
    """What a supplier asks for one unit; both dates included, None without end."""

    __tablename__ = "supplier_prices"
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("suppliers.id", ondelete="CASCADE"))
    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    cost: Mapped[Decimal]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    is_verified: Mapped[bool] = mapped_column(default=False)


class DayRate(Changing, TenantOwned, Base):
    """A sell price of a day's work; the default one prices norms."""

    __tablename__ = "day_rates"
    name: Mapped[str]
    people: Mapped[int] = mapped_column(default=2)
    price: Mapped[Decimal]
    hours_per_day: Mapped[Decimal] = mapped_column(default=Decimal(8))
    overtime_factor: Mapped[Decimal] = mapped_column(default=Decimal("1.5"))
    is_default: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)


class NormRecord(TenantOwned, Base):
    """Hours a kind of work takes; see domain.catalogue.product.Norm."""

    __tablename__ = "labour_norms"
    code: Mapped[str]
    applies_to: Mapped[str] = mapped_column(default="")
    per_unit_hours: Mapped[Decimal] = mapped_column(default=Decimal(0))
    fixed_hours: Mapped[Decimal] = mapped_column(default=Decimal(0))
    description: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)
