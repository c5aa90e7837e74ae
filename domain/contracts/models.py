"""Rows of contracts, their charges and versions, templates, services used, and the log."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.types import utc_now


class ContractTemplate(TenantOwned, Base):
    """`sections`: as of `version`; former ones stand in the versions."""

    __tablename__ = "contract_templates"
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    version: Mapped[int] = mapped_column(default=1)
    sections: Mapped[list[dict[str, Any]]]
    is_on: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)


class ContractTemplateVersion(TenantOwned, Base):
    """A template as it once was; never changed after."""

    __tablename__ = "contract_template_versions"
    template_id: Mapped[UUID] = mapped_column(
        ForeignKey("contract_templates.id", ondelete="CASCADE")
    )
    version: Mapped[int]
    sections: Mapped[list[dict[str, Any]]]
    note: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "template_id", "version"),)


class Contract(TenantOwned, Base):
    """`kind`: sale, service or support. `annual_value` and `once_value` are net of tax.

    `sections`: the text as it stands, filled in. `digest`: SHA-256 of what is to be signed.
    `included_services`: `{name, amount, unit, per}`, `per` month or year; their use is counted.
    `cancels_on`: its last day, where notice was given. `renews_id`: the contract it follows.
    """

    __tablename__ = "contracts"
    number: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(default="service")
    status: Mapped[str] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id", ondelete="SET NULL"))
    quote_id: Mapped[UUID | None] = mapped_column(ForeignKey("quotes.id", ondelete="SET NULL"))
    renews_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("contracts.id", ondelete="SET NULL"), index=True
    )
    template_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("contract_templates.id", ondelete="SET NULL"), index=True
    )
    template_version: Mapped[int] = mapped_column(default=0)
    sections: Mapped[list[dict[str, Any]]]
    currency: Mapped[str] = mapped_column(default="GBP")
    annual_value: Mapped[Decimal] = mapped_column(default=Decimal(0))
    once_value: Mapped[Decimal] = mapped_column(default=Decimal(0))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    term_months: Mapped[int] = mapped_column(default=12)
    renewal: Mapped[str] = mapped_column(default="manual")
    renewal_notice_days: Mapped[int] = mapped_column(default=90)
    cancellation_notice_days: Mapped[int] = mapped_column(default=30)
    cancels_on: Mapped[date | None]
    sla_policy_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("sla_policies.id", ondelete="SET NULL"), index=True
    )
    included_services: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    digest: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime | None]
    signatory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`{name, role, email, proof}` of who signed for the customer."""
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index("ix_contracts_recent", "tenant_id", "created_at", "id"),
        Index("ix_contracts_ends", "tenant_id", "status", "ends_on"),
        Index(
            "uq_contracts_quote",
            "tenant_id",
            "quote_id",
            unique=True,
            postgresql_where=sql("quote_id is not null and status <> 'cancelled'"),
        ),
    )


class ContractLine(TenantOwned, Base):
    """A charge. `total` is net and for one `interval`: once, monthly, quarterly or yearly."""

    __tablename__ = "contract_lines"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(default="")
    description: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str] = mapped_column(default="")
    unit_price: Mapped[Decimal]
    unit_cost: Mapped[Decimal | None]
    discount: Mapped[Decimal] = mapped_column(default=Decimal(0))
    tax_rate: Mapped[Decimal]
    total: Mapped[Decimal]
    category: Mapped[str] = mapped_column(default="")
    interval: Mapped[str] = mapped_column(default="once")
    __table_args__ = (UniqueConstraint("tenant_id", "contract_id", "position"),)


class ContractVersion(TenantOwned, Base):
    """A contract as it once was; never changed after. `content` is JSON text."""

    __tablename__ = "contract_versions"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    version: Mapped[int]
    content: Mapped[str]
    changes_summary: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "contract_id", "version"),)


class ContractUse(TenantOwned, Base):
    """Something of what is included that was used up; `ticket_id` says for what."""

    __tablename__ = "contract_uses"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    service: Mapped[str]
    amount: Mapped[Decimal]
    used_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    actor: Mapped[str] = mapped_column(default="")
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("tickets.id", ondelete="SET NULL"))
    __table_args__ = (Index("ix_contract_uses_of", "tenant_id", "contract_id", "used_on"),)


class ContractLogEntry(TenantOwned, Base):
    """Who did what to a contract, when and why."""

    __tablename__ = "contract_log"
    contract_id: Mapped[UUID] = mapped_column(
        ForeignKey("contracts.id", ondelete="CASCADE"), index=True
    )
    action: Mapped[str]
    actor: Mapped[str]
    comment: Mapped[str] = mapped_column(default="")


class ContractQuote(TenantOwned, Base):
    """A quote that was made from a contract, to renew or to extend it."""

    __tablename__ = "contract_quotes"
    contract_id: Mapped[UUID] = mapped_column(
        ForeignKey("contracts.id", ondelete="CASCADE"), index=True
    )
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"))
    __table_args__ = (UniqueConstraint("tenant_id", "quote_id"),)
