"""Rows of companies, sites, people and identities."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.types import utc_now


class Company(TenantOwned, Base):
    """Who buys. `payment_terms` in days."""

    __tablename__ = "companies"
    name: Mapped[str]
    vat_number: Mapped[str] = mapped_column(default="")
    tax_treatment: Mapped[str] = mapped_column(default="standard")
    currency: Mapped[str] = mapped_column(default="GBP")
    language: Mapped[str] = mapped_column(default="")
    payment_terms: Mapped[int] = mapped_column(default=30)
    source: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "source", "external_id"),)


class Site(TenantOwned, Base):
    __tablename__ = "sites"
    company_id: Mapped[UUID] = mapped_column(
        ForeignKey("companies.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")


class Person(TenantOwned, Base):
    """A customer: a person, usually of a company. `opted_out_at`: wrote STOP."""

    __tablename__ = "people"
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str | None]
    opted_out_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "source", "external_id"),)


class Identity(TenantOwned, Base):
    """An address of a person. `proven_at`: the channel or a code showed that it is theirs."""

    __tablename__ = "identities"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[str]
    proven_at: Mapped[datetime | None]
    muted_at: Mapped[datetime | None]
    muted_reason: Mapped[str] = mapped_column(default="")
    opt_in_source: Mapped[str] = mapped_column(default="", server_default="")
    """How they agreed to be written to there, in words: "wrote first"."""
    opt_in_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "value"),
        Index("ix_identities_person", "person_id", text("created_at desc")),
    )


class OneTimeCode(TenantOwned, Base):
    """Six digits sent to an address of a person; only their keyed hash is kept.

    `question`: up to which message (its sequence) the customer's words wait for the proof.
    """

    __tablename__ = "one_time_codes"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str]
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """None until it is sent: the code is made when it leaves, and stands nowhere."""
    question_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_one_time_codes_person", "tenant_id", "person_id", "created_at"),)
