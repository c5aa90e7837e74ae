"""Rows of answered requests that carried a key of the client's."""

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned


class AnsweredRequest(TenantOwned, Base):
    """`fingerprint`: a hash of who asked what. `answer` is sealed: it may hold a new API key."""

    __tablename__ = "idempotency_keys"
    key: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index("ix_idempotency_keys_age", "tenant_id", "created_at"),
    )
