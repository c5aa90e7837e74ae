"""Rows of articles, their versions and the passages that are searched."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.types import utc_now


class Article(TenantOwned, Base):
    """`status`: draft, published or archived. Only published articles have passages.

    `revision`: the tenant's knowledge revision at the last change, for catching up an index.
    """

    __tablename__ = "articles"
    source: Mapped[str] = mapped_column(default="")
    external_id: Mapped[str | None]
    title: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=0)
    is_featured: Mapped[bool] = mapped_column(default=False)
    view_count: Mapped[int] = mapped_column(default=0)
    helpful_count: Mapped[int] = mapped_column(default=0)
    not_helpful_count: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "source", "external_id"),
        Index("ix_articles_revision", "tenant_id", "revision"),
        Index("ix_articles_updated", "tenant_id", "updated_at", "id"),
    )


class ArticleVersion(TenantOwned, Base):
    """The text of an article as it once was; never changed after."""

    __tablename__ = "article_versions"
    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    version: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "article_id", "version"),)


class Passage(TenantOwned, Base):
    """A searchable piece of a published article's current version."""

    __tablename__ = "passages"
    article_id: Mapped[UUID] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    version: Mapped[int]
    position: Mapped[int]
    text: Mapped[str]
    __table_args__ = (UniqueConstraint("tenant_id", "article_id", "position"),)
