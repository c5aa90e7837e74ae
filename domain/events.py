"""What happened in the business: rows appended in the caller's transaction, reacted to later."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned


class DomainEvent(TenantOwned, Base):
    """`kind` is a noun and a past verb: ticket.opened, article.published, message.failed."""

    __tablename__ = "domain_events"
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor: Mapped[str] = mapped_column(default="bot")
    reacted_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_domain_events_recent", "tenant_id", "created_at", "id"),
        Index(
            "ix_domain_events_open",
            "tenant_id",
            "sequence",
            postgresql_where=text("reacted_at is null"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Happened:
    """An event before it is stored."""

    kind: str
    subject_id: UUID
    payload: dict[str, Any]
    actor: str = "bot"


def record(session: AsyncSession, tenant_id: UUID, happened: Happened) -> None:
    """Stored with the caller's transaction; the edge queues one `react` job for all of them.

    While a rule acts, `session.info["cause"]` says which, and what it causes carries it.
    """
    cause = session.info.get("cause")
    session.add(
        DomainEvent(
            tenant_id=tenant_id,
            kind=happened.kind,
            subject_id=happened.subject_id,
            payload=happened.payload | ({"cause": cause} if cause else {}),
            actor=happened.actor,
        )
    )
    session.info["has_events"] = True
