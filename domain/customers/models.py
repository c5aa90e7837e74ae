"""Rows of companies, sites, people and identities."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.following import Changing
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
    merged_into_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("companies.id", ondelete="SET NULL")
    )
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "source", "external_id"),
        Index("ix_companies_updated", "tenant_id", "updated_at", "id"),
    )


class Site(Changing, TenantOwned, Base):
    __tablename__ = "sites"
    company_id: Mapped[UUID] = mapped_column(
        ForeignKey("companies.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")


class Person(TenantOwned, Base):
    """A customer: a person, usually of a company. `opted_out_at`: since when some address
    of theirs has opted out; which, and on what channel, is in `opt_outs`.

    `merged_into_id`: turned out to be that one, who has all that was theirs; this row stays, so
    that what was said keeps its speaker and the merge can be taken back.
    """

    __tablename__ = "people"
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str] = mapped_column(default="")
    named_by: Mapped[str] = mapped_column(default="", server_default="")
    """`staff`: a person or another system gave the name, and no provider changes it."""
    language: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str | None]
    opted_out_at: Mapped[datetime | None]
    merged_into_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL")
    )
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "source", "external_id"),
        Index("ix_people_updated", "tenant_id", "updated_at", "id"),
        Index(
            "ix_people_merged_into",
            "merged_into_id",
            postgresql_where=text("merged_into_id is not null"),
        ),
    )


class Identity(TenantOwned, Base):
    """An address of a person. `proven_at`: the channel or a code showed that it is theirs."""

    __tablename__ = "identities"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[str]
    proven_at: Mapped[datetime | None]
    muted_at: Mapped[datetime | None]
    muted_reason: Mapped[str] = mapped_column(default="")
    beside: Mapped[str] = mapped_column(default="", server_default="")
    """The known address that came with it in one message: whose that is, this is theirs too."""
    opt_in_source: Mapped[str] = mapped_column(default="", server_default="")
    """How they agreed to be written to there, in words: "wrote first"."""
    opt_in_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "value"),
        Index("ix_identities_person", "person_id", text("created_at desc")),
    )


class OptOut(TenantOwned, Base):
    """An address of a channel to which nothing automatic goes: its owner wrote STOP.

    `source`: customer, staff:…, key:…, or provider. `ended_at`: when it was taken back, by whom.
    """

    __tablename__ = "opt_outs"
    channel: Mapped[str]
    address: Mapped[str]
    source: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index(
            "ix_opt_outs_open",
            "tenant_id",
            "channel",
            "address",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )


class OneTimeCode(TenantOwned, Base):
    """Six digits sent to an address; only their keyed hash is kept.

    `question_id`: the message that waits for the proof. `is_claim`: the address is one more that
    the person says is theirs; else the one they write from, which the channel does not prove.
    """

    __tablename__ = "one_time_codes"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(default="email", server_default="email")
    address: Mapped[str]
    is_claim: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """None until it is sent: the code is made when it leaves, and stands nowhere."""
    question_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_one_time_codes_person", "tenant_id", "person_id", "created_at"),
        Index("ix_one_time_codes_address", "tenant_id", "address", "created_at"),
    )


class CustomerMerge(Changing, TenantOwned, Base):
    """One record that went into another, and what is needed to take that back.

    `kind`: person or company. `moved`: ids by `table.column` of the rows that changed hands;
    `filled`: fields of the target that were empty and got the source's value. No foreign keys:
    the history outlives an erased customer.
    """

    __tablename__ = "customer_merges"
    kind: Mapped[str]
    source_id: Mapped[UUID]
    target_id: Mapped[UUID]
    evidence: Mapped[str]
    why: Mapped[str] = mapped_column(default="")
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    filled: Mapped[dict[str, Any]] = mapped_column(default=dict)
    merged_by: Mapped[str]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index("ix_customer_merges_source", "tenant_id", "source_id", "created_at"),
        Index("ix_customer_merges_target", "tenant_id", "target_id", "created_at"),
    )


class CustomerLink(Changing, TenantOwned, Base):
    """Two people who may be one, and why; it opens nothing by itself.

    `evidence`: code, staff, order_number, same_sender or shared_address. `state`: suggested,
    confirmed or undone. `address`: the one that it is about, if it is about one. `other_id` is
    empty where only the address is known to belong to the person.
    """

    __tablename__ = "customer_links"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    other_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    evidence: Mapped[str]
    why: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="suggested")
    merge_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("customer_merges.id", ondelete="SET NULL")
    )
    made_by: Mapped[str]
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_customer_links_person", "person_id"),
        Index("ix_customer_links_other", "other_id"),
        Index(
            "ix_customer_links_suggested",
            "tenant_id",
            "id",
            postgresql_where=text("state = 'suggested'"),
        ),
    )
