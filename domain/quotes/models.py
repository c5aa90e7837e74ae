"""Rows of quotes, their lines, and the log of what happened to them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.following import Changing
from domain.types import utc_now


class Quote(TenantOwned, Base):
    """`request`: all the customer's words so far. `open_questions`: what is still to be asked.

    `step`: which reader drafted it (model or extractive), shown with the draft.
    """

    __tablename__ = "quotes"
    number: Mapped[str]
    title: Mapped[str]
    request: Mapped[str]
    status: Mapped[str] = mapped_column(default="draft")
    conversation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="SET NULL"), index=True
    )
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"))
    location: Mapped[str] = mapped_column(default="")
    deadline: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    tier_type: Mapped[str] = mapped_column(default="single")
    currency: Mapped[str] = mapped_column(default="GBP")
    subtotal: Mapped[Decimal] = mapped_column(default=Decimal(0))
    tax: Mapped[Decimal] = mapped_column(default=Decimal(0))
    total: Mapped[Decimal] = mapped_column(default=Decimal(0))
    open_questions: Mapped[list[str]] = mapped_column(default=list)
    catalogue_revision: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(default="extractive")
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every change of the draft, also within a revision."""
    revision: Mapped[int] = mapped_column(default=1)
    """What the customer was sent: 1, 2, …; the number stays."""
    customer_reference: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]
    valid_until: Mapped[date | None]
    """The last day on which what was sent can be accepted."""
    tax_treatment: Mapped[str] = mapped_column(default="")
    """The customer's when it was drafted; empty in quotes from before treatments."""
    exchange_from: Mapped[str] = mapped_column(default="")
    exchange_rate: Mapped[Decimal | None]
    exchange_rate_on: Mapped[date | None]
    """One `exchange_from` was `exchange_rate` of `currency`, since that day; None: no exchange."""
    staff_questions: Mapped[list[str]] = mapped_column(default=list)
    """What staff have to settle before it can be approved or sent; the customer sees none."""
    approved_version: Mapped[int | None]
    """The version that was approved: a later one has to be approved again."""
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    approved_at: Mapped[datetime | None]
    refused_version: Mapped[int | None]
    """The version whose approval was refused; `refusal`: why, and by whom in the log."""
    refusal: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index("ix_quotes_updated", "tenant_id", "updated_at", "id"),
        Index("ix_quotes_recent", "tenant_id", "created_at", "id"),
    )


class QuoteLineRecord(TenantOwned, Base):
    """A priced line with the words or the rule it comes from, and the source of its price."""

    __tablename__ = "quote_lines"
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"))
    position: Mapped[int]
    code: Mapped[str]
    description: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    unit_price: Mapped[Decimal]
    unit_cost: Mapped[Decimal | None]
    discount: Mapped[Decimal] = mapped_column(default=Decimal(0))
    tax_rate: Mapped[Decimal]
    tax_treatment: Mapped[str] = mapped_column(default="")
    total: Mapped[Decimal]
    category: Mapped[str] = mapped_column(default="")
    supplier: Mapped[str] = mapped_column(default="")
    site: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(default="")
    rule: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    price_source: Mapped[str] = mapped_column(default="")
    is_optional: Mapped[bool] = mapped_column(default=False)
    is_alternate: Mapped[bool] = mapped_column(default=False)
    tier: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "quote_id", "position"),)


class QuoteDocument(TenantOwned, Base):
    """`document_type`: parts_list, technical, overview or build; `version` the present one."""

    __tablename__ = "quote_documents"
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"))
    document_type: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "quote_id", "document_type"),)


class QuoteDocumentVersion(TenantOwned, Base):
    """A document as it once was; never changed after. `content` is JSON text."""

    __tablename__ = "quote_document_versions"
    document_id: Mapped[UUID] = mapped_column(ForeignKey("quote_documents.id", ondelete="CASCADE"))
    version: Mapped[int]
    content: Mapped[str]
    changes_summary: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "document_id", "version"),)


class QuoteRevision(TenantOwned, Base):
    """What the customer was sent as revision n, and what became of it.

    Written when it is sent; after that only its state, its stamps and who decided may change
    (the application has no right to the rest). `lines`: as `lifecycle/snapshots.py` keeps them,
    with what only staff may see. `documents`: type → content of the customer's three.
    `document_versions`: type → version of all four.
    """

    __tablename__ = "quote_revisions"
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"))
    revision: Mapped[int]
    status: Mapped[str] = mapped_column(default="sent")
    """sent, viewed, accepted, rejected, expired, cancelled or superseded."""
    approval: Mapped[str] = mapped_column(default="not_required")
    """As it was sent: approved or not_required."""
    quote_version: Mapped[int]
    title: Mapped[str]
    request: Mapped[str] = mapped_column(default="")
    location: Mapped[str] = mapped_column(default="")
    deadline: Mapped[str] = mapped_column(default="")
    customer_reference: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    tier_type: Mapped[str] = mapped_column(default="single")
    currency: Mapped[str]
    subtotal: Mapped[Decimal]
    tax: Mapped[Decimal]
    total: Mapped[Decimal]
    catalogue_revision: Mapped[int] = mapped_column(default=0)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    documents: Mapped[dict[str, Any]] = mapped_column(default=dict)
    document_versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sent_at: Mapped[datetime]
    valid_until: Mapped[date | None]
    """The last day on which it can be accepted."""
    viewed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    """When it was accepted, rejected, cancelled, or ended by time or a newer one."""
    decided_by: Mapped[str] = mapped_column(default="")
    """In words: a name, a role, an address, or who recorded it."""
    reason: Mapped[str] = mapped_column(default="")
    reminded_at: Mapped[datetime | None]
    followed_up_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "quote_id", "revision"),
        Index(
            "ix_quote_revisions_open",
            "tenant_id",
            "valid_until",
            postgresql_where=text("status in ('sent', 'viewed')"),
        ),
    )


class QuotePaper(TenantOwned, Base):
    """The PDF of a revision as it was sent, kept once and never changed; `sha256` in hex.

    `quote_version`, `document_versions`: what it was made from.
    """

    __tablename__ = "quote_papers"
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"))
    revision: Mapped[int]
    quote_version: Mapped[int]
    document_versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    frozen_by: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "quote_id", "revision"),)


class QuoteLogEntry(TenantOwned, Base):
    """Who did what to a quote, when and why."""

    __tablename__ = "quote_log"
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"), index=True)
    action: Mapped[str]
    actor: Mapped[str]
    comment: Mapped[str] = mapped_column(default="")


class ExchangeRate(Changing, TenantOwned, Base):
    """One `from_currency` is `rate` of `to_currency`, from `valid_from` until a later row.

    `note`: where the rate comes from.
    """

    __tablename__ = "exchange_rates"
    from_currency: Mapped[str]
    to_currency: Mapped[str]
    rate: Mapped[Decimal]
    valid_from: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "from_currency", "to_currency", "valid_from", name="uq_exchange_rates_day"
        ),
        Index("ix_exchange_rates_updated", "tenant_id", "updated_at", "id"),
    )
