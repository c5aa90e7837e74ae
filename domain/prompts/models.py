"""Rows of prompt versions."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.following import Changing


class PromptVersion(Changing, TenantOwned, Base):
    """A body never changes once saved. Turns use the current version; none: the file.

    `published_at`: when it last came into force; none: a draft.
    """

    __tablename__ = "prompt_versions"
    name: Mapped[str]
    version: Mapped[int]
    body: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None]
    is_current: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        UniqueConstraint("tenant_id", "name", "version"),
        Index(
            "uq_prompt_versions_current",
            "tenant_id",
            "name",
            unique=True,
            postgresql_where=text("is_current"),
        ),
    )
