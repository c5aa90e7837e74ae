"""Rows of prompt versions."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned


class PromptVersion(TenantOwned, Base):
    """`published_at` of the latest published version is what turns use; none: the file."""

    __tablename__ = "prompt_versions"
    name: Mapped[str]
    version: Mapped[int]
    body: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    author: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None]
    is_current: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (UniqueConstraint("tenant_id", "name", "version"),)
