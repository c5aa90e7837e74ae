"""Rows of staff members, how channels know them, where they work, and what they were asked."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.following import Changing
from domain.types import utc_now


class StaffMember(Changing, TenantOwned, Base):
    """`role`: admin, staff or readonly.

    `approval_limit`, `sees_margins`: this member's own; none: as the tenant's settings say.
    `muted`: kinds of notices that this member does not want, `all` among them.
    """

    __tablename__ = "staff_members"
    name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str] = mapped_column(default="staff")
    approval_limit: Mapped[Decimal | None]
    sees_margins: Mapped[bool | None]
    muted: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    deactivated_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("tenant_id", "email"),)


class StaffIdentity(TenantOwned, Base):
    """What a staff channel calls a member. `value` names the workspace too where there are many."""

    __tablename__ = "staff_identities"
    staff_id: Mapped[UUID] = mapped_column(
        ForeignKey("staff_members.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    value: Mapped[str]
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "value"),)


class StaffQuestion(TenantOwned, Base):
    """An act that waits for a member's yes. `payload` is what was shown: nothing else is done."""

    __tablename__ = "staff_questions"
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"))
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_staff_questions_expiry", "tenant_id", "expires_at"),)


class StaffWorkspace(TenantOwned, Base):
    """Where a tenant's staff work (a Slack workspace, `kind` slack). `token` is sealed.

    Several tenants may work in one workspace; each has a row of its own.
    """

    __tablename__ = "staff_workspaces"
    kind: Mapped[str]
    team: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    bot_user: Mapped[str] = mapped_column(default="")
    token: Mapped[bytes] = mapped_column(LargeBinary)
    revoked_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "team"),)


class StaffThread(TenantOwned, Base):
    """A conversation (or a ticket without one) as a thread in a staff channel.

    `room`: `T1/C1`; `root`: the thread's first message there, empty until it is posted; `head`:
    what the root shows now. `is_due`: something is not shown yet; one job at a time has the lease.
    """

    __tablename__ = "staff_threads"
    conversation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    room: Mapped[str]
    root: Mapped[str] = mapped_column(default="")
    head: Mapped[str] = mapped_column(default="")
    is_due: Mapped[bool] = mapped_column(default=True)
    leased_until: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("tenant_id", "conversation_id"),
        UniqueConstraint("tenant_id", "ticket_id"),
        Index("ix_staff_threads_root", "tenant_id", "room", "root"),
        Index(
            "ix_staff_threads_due",
            "tenant_id",
            "updated_at",
            postgresql_where=sql("is_due"),
        ),
    )


class StaffLine(TenantOwned, Base):
    """One message in a thread. `key`: what it shows; `stamp`: its name there; `drawn`: its hash."""

    __tablename__ = "staff_lines"
    thread_id: Mapped[UUID] = mapped_column(ForeignKey("staff_threads.id", ondelete="CASCADE"))
    key: Mapped[str]
    stamp: Mapped[str] = mapped_column(default="")
    drawn: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "thread_id", "key"),)


class StaffNotice(TenantOwned, Base):
    """Something staff should know. `staff_id`: whom it concerns; none: the room.

    `about` and the kind name it once; `command`: what the desk would show of it.
    """

    __tablename__ = "staff_notices"
    staff_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="CASCADE")
    )
    kind: Mapped[str]
    about: Mapped[str]
    text: Mapped[str]
    command: Mapped[str] = mapped_column(default="")
    told_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "kind", "about", "staff_id", postgresql_nulls_not_distinct=True
        ),
        Index(
            "ix_staff_notices_untold",
            "tenant_id",
            "created_at",
            postgresql_where=sql("told_at is null"),
        ),
    )


class StaffClaim(Base):
    """The keyed hash of a delivery that was taken; the same one is not taken again."""

    __tablename__ = "staff_claims"
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
