"""Rows of products, suppliers, their prices and price lists, day rates, norms, synonyms."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
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
    """Prices net of tax per `unit`; `tax_rate` a fraction. `retired_at`: no longer sold.

    `bundle_shown`: how a product made of others stands in a quote (line or exploded); empty: it
    is none.
    """

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
    bundle_shown: Mapped[str] = mapped_column(default="", server_default="")
    revision: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        Index("ix_products_updated", "tenant_id", "updated_at", "id"),
        Index("ix_products_category", "tenant_id", "category", "code"),
    )


class SupplierPriceRecord(Changing, TenantOwned, Base):
    """What a supplier asks for one unit; both dates included, None without end.

    `revision`: of the catalogue, since which it is so.
    """

    __tablename__ = "supplier_prices"
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("suppliers.id", ondelete="CASCADE"))
    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    cost: Mapped[Decimal]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    is_verified: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    __table_args__ = (Index("ix_supplier_prices_of", "tenant_id", "supplier_id", "product_id"),)


class DayRate(Changing, TenantOwned, Base):
    """A sell price of a day's work; the default one prices norms."""

    __tablename__ = "day_rates"
    name: Mapped[str]
    people: Mapped[int] = mapped_column(default=2)
    price: Mapped[Decimal]
    hours_per_day: Mapped[Decimal] = mapped_column(default=Decimal(8))
    overtime_factor: Mapped[Decimal] = mapped_column(default=Decimal("1.5"))
    is_default: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        Index(
            "uq_day_rates_default",
            "tenant_id",
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )


class NormRecord(Changing, TenantOwned, Base):
    """Hours a kind of work takes; see domain.catalogue.product.Norm."""

    __tablename__ = "labour_norms"
    code: Mapped[str]
    applies_to: Mapped[str] = mapped_column(default="")
    per_unit_hours: Mapped[Decimal] = mapped_column(default=Decimal(0))
    fixed_hours: Mapped[Decimal] = mapped_column(default=Decimal(0))
    description: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)


class BundlePart(TenantOwned, Base):
    """What one of a bundle holds: a quantity of a product, or of the work of a norm."""

    __tablename__ = "bundle_parts"
    bundle_id: Mapped[UUID] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    position: Mapped[int]
    part_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    norm: Mapped[str] = mapped_column(default="")
    quantity: Mapped[Decimal]
    __table_args__ = (UniqueConstraint("tenant_id", "bundle_id", "position"),)


class SynonymRecord(Changing, TenantOwned, Base):
    """A customer's word for a product, folded: small letters without accents."""

    __tablename__ = "product_synonyms"
    phrase: Mapped[str]
    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), index=True
    )
    author: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "phrase"),)


class PriceChange(TenantOwned, Base):
    """What a product cost and sold for before and after a revision of the catalogue.

    Per unit in `currency`, as computed on that day; None: no source gave a price.
    """

    __tablename__ = "price_changes"
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    revision: Mapped[int]
    cost_before: Mapped[Decimal | None]
    cost_after: Mapped[Decimal | None]
    sell_before: Mapped[Decimal | None]
    sell_after: Mapped[Decimal | None]
    source: Mapped[str] = mapped_column(default="")
    currency: Mapped[str]
    actor: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index("ix_price_changes_of", "tenant_id", "product_id", "created_at", "id"),
        Index("ix_price_changes_revision", "tenant_id", "revision", "product_id"),
    )


class PriceListLayout(Changing, TenantOwned, Base):
    """How a supplier's price lists are to be read, as a person confirmed it."""

    __tablename__ = "price_list_layouts"
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("suppliers.id", ondelete="CASCADE"))
    layout: Mapped[dict[str, Any]] = mapped_column(default=dict)
    confirmed_by: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "supplier_id"),)


class PriceListRecord(Changing, TenantOwned, Base):
    """A price list that was looked at, or imported. `digest`: of the file and its layout.

    `content` is kept until it is imported or has become useless; `found` counts what it changes.
    """

    __tablename__ = "price_lists"
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey("suppliers.id", ondelete="CASCADE"))
    filename: Mapped[str]
    digest: Mapped[str]
    layout: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ends_gone: Mapped[bool] = mapped_column(default=False)
    catalogue_revision: Mapped[int]
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    actor: Mapped[str] = mapped_column(default="")
    imported_at: Mapped[datetime | None]
    imported_revision: Mapped[int | None]
    __table_args__ = (
        Index("ix_price_lists_recent", "tenant_id", "supplier_id", "created_at", "id"),
    )


class QuoteCorrection(TenantOwned, Base):
    """That staff put another product behind the customer's words, or other hours behind a norm.

    `code`: the product or norm that was right; `quantity`: the norm's hours per unit.
    """

    __tablename__ = "quote_corrections"
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"))
    kind: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    code: Mapped[str]
    instead_of: Mapped[str] = mapped_column(default="")
    quantity: Mapped[Decimal | None]
    actor: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        UniqueConstraint("tenant_id", "quote_id", "kind", "words", "code"),
        Index("ix_quote_corrections_same", "tenant_id", "kind", "words", "code"),
    )


class CatalogueProposal(Changing, TenantOwned, Base):
    """A synonym or a norm's hours that corrections speak for; only an accepted one acts.

    `state`: open, accepted or dismissed.
    """

    __tablename__ = "catalogue_proposals"
    kind: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    code: Mapped[str]
    quantity: Mapped[Decimal | None]
    times: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="open")
    decided_by: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "words", "code"),
        Index("ix_catalogue_proposals_open", "tenant_id", "state", "created_at"),
    )
