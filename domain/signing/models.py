"""Rows of links for customers, of signatures under way, and of what was accepted or signed."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned


class SigningLink(TenantOwned, Base):
    """An address at which a customer finds a quote or a contract, whichever is set.

    What stands in the address is derived from the id and stored nowhere; the directory holds its
    keyed hash. It belongs to the quote and not to a revision: it always shows the newest one.
    """

    __tablename__ = "signing_links"
    quote_id: Mapped[UUID | None] = mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"))
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    made_by: Mapped[str] = mapped_column(default="")
    revoked_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("num_nonnulls(quote_id, contract_id) = 1", name="one_thing"),
        Index(
            "uq_signing_links_quote",
            "tenant_id",
            "quote_id",
            unique=True,
            postgresql_where=sql("quote_id is not null and revoked_at is null"),
        ),
        Index(
            "uq_signing_links_contract",
            "tenant_id",
            "contract_id",
            unique=True,
            postgresql_where=sql("contract_id is not null and revoked_at is null"),
        ),
    )


class SigningRequest(TenantOwned, Base):
    """What somebody is about to sign, until the code that was mailed to them is typed in.

    `shown`: the hash of what they saw; `revision`: of the quote; 0 for a contract.
    """

    __tablename__ = "signing_requests"
    link_id: Mapped[UUID] = mapped_column(ForeignKey("signing_links.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(default=0)
    shown: Mapped[str]
    name: Mapped[str]
    role: Mapped[str] = mapped_column(default="")
    email: Mapped[str]
    purchase_order: Mapped[str] = mapped_column(default="")
    code_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("one_time_codes.id", ondelete="SET NULL")
    )
    __table_args__ = (Index("ix_signing_requests_link", "link_id", "created_at"),)


class QuoteAcceptance(TenantOwned, Base):
    """That a quote was accepted: which revision, on which paper, by whom; never changed after.

    `address`: the one it came from on the network. `is_code_proven`: whether a code that was
    mailed to `email` came back.
    """

    __tablename__ = "quote_acceptances"
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"))
    revision: Mapped[int]
    paper_sha256: Mapped[str]
    total: Mapped[Decimal]
    currency: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    email: Mapped[str]
    purchase_order: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
    is_code_proven: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (UniqueConstraint("tenant_id", "quote_id"),)


class ContractSignature(TenantOwned, Base):
    """That a contract was signed on its page, as `digest` says it; never changed after."""

    __tablename__ = "contract_signatures"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    digest: Mapped[str]
    paper_sha256: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    email: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")
    is_code_proven: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (UniqueConstraint("tenant_id", "contract_id"),)


class ContractPaper(TenantOwned, Base):
    """The PDF of a contract as it was signed, kept once and never changed; `sha256` in hex."""

    __tablename__ = "contract_papers"
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    digest: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    frozen_by: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "contract_id"),)
