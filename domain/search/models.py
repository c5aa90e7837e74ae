"""Rows of the full-text index: the words of every ticket, comment and message."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.following import Changing


class SearchDocument(Changing, TenantOwned, Base):
    """Kept by triggers; `id` is that of what it is about. `kind`: ticket, comment or message.

    `words` also holds `t:<tenant id>`, so that the index of all tenants is searched for one, and
    `#<tag>` for every tag. Read through the function `search_documents_found` only: under
    row-level security PostgreSQL uses no GIN index for a query that is not the policy's own
    (`@@` is not leakproof), and would read all rows of the tenant.
    """

    __tablename__ = "search_documents"
    kind: Mapped[str]
    ticket_id: Mapped[UUID | None]
    conversation_id: Mapped[UUID | None]
    at: Mapped[datetime]
    words: Mapped[Any] = mapped_column(TSVECTOR)
    __table_args__ = (
        Index("ix_search_documents_words", "words", postgresql_using="gin"),
        Index("ix_search_documents_updated", "tenant_id", "updated_at", "id"),
        Index("ix_search_documents_recent", "tenant_id", "at", "id"),
    )
