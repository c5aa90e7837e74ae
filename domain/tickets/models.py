"""Rows of tickets and all that hangs on them: comments, history, links, merges, teams, promises."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.following import Changing
from domain.types import utc_now

_IS_RESOLVED = sql("resolved_at is not null")
_HAS_MERGED = sql("merged_into_id is not null")
_IS_SNOOZED = sql("snoozed_until is not null")
_IS_OPEN = sql("state = 'open'")
_IS_OWED = sql("follow_up_at is not null and follow_up_told_at is null")


class Ticket(TenantOwned, Base):
    """`status` and its moves: see lifecycle. `version` grows with every change.

    `merged_into_id`: what is said to it goes there. `snoozed_until`: out of sight until then.
    `follow_up_told_at`, once set, says that staff were reminded. `satisfaction`: 1 to 5.
    """

    __tablename__ = "tickets"
    number: Mapped[str]
    conversation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="SET NULL"), index=True
    )
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("tickets.id"))
    """The resolved ticket that this one takes up again after its grace period."""
    subject: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="open")
    priority: Mapped[str] = mapped_column(default="medium")
    type: Mapped[str] = mapped_column(default="support")
    tags: Mapped[list[str]] = mapped_column(default=list)
    source: Mapped[str] = mapped_column(default="")
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    watcher_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("tickets.id"))
    snoozed_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    follow_up_note: Mapped[str] = mapped_column(default="", server_default="")
    follow_up_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    follow_up_told_at: Mapped[datetime | None]
    next_action: Mapped[str] = mapped_column(default="", server_default="")
    next_action_due: Mapped[datetime | None]
    next_action_told_at: Mapped[datetime | None]
    satisfaction: Mapped[int | None]
    satisfaction_comment: Mapped[str] = mapped_column(default="", server_default="")
    satisfaction_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    first_response_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        Index(
            "ix_tickets_next_action",
            "tenant_id",
            "next_action_due",
            postgresql_where=sql("next_action_due is not null and next_action_told_at is null"),
        ),
        UniqueConstraint("tenant_id", "number"),
        Index("ix_tickets_status", "tenant_id", "status", "updated_at"),
        Index("ix_tickets_recent", "tenant_id", "created_at", "id"),
        Index("ix_tickets_updated", "tenant_id", "updated_at", "id"),
        Index("ix_tickets_state_recent", "tenant_id", "status", "created_at", "id"),
        Index("ix_tickets_assignee", "tenant_id", "assignee_id", "created_at", "id"),
        Index("ix_tickets_team", "tenant_id", "team_id", "created_at", "id"),
        Index("ix_tickets_resolved", "tenant_id", "resolved_at", postgresql_where=_IS_RESOLVED),
        Index("ix_tickets_merged", "merged_into_id", postgresql_where=_HAS_MERGED),
        Index("ix_tickets_snoozed", "tenant_id", "snoozed_until", postgresql_where=_IS_SNOOZED),
        Index("ix_tickets_follow_up", "tenant_id", "follow_up_at", postgresql_where=_IS_OWED),
    )


class SatisfactionSurvey(TenantOwned, Base):
    """That a customer was asked how a ticket went: once for each, by the unique key.

    `state`: asked, answered or skipped (`reason`). The score stands on the ticket as well.
    """

    __tablename__ = "satisfaction_surveys"
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    channel: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    score: Mapped[int | None]
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("tenant_id", "ticket_id"),
        Index("ix_satisfaction_surveys_asked", "tenant_id", "asked_at"),
    )


class TicketComment(Changing, TenantOwned, Base):
    """`visibility`: internal, system or public."""

    __tablename__ = "ticket_comments"
    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), index=True
    )
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    author: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    visibility: Mapped[str] = mapped_column(default="internal")
    text: Mapped[str]


class TicketChange(TenantOwned, Base):
    """One field that changed, with who and why."""

    __tablename__ = "ticket_changes"
    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), index=True
    )
    field: Mapped[str]
    old: Mapped[str] = mapped_column(default="")
    new: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]
    why: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index(
            "ix_ticket_changes_given",
            "tenant_id",
            "new",
            "created_at",
            postgresql_where=sql("field = 'assignee_id'"),
        ),
    )


class NumberSeries(TenantOwned, Base):
    """The last number given in a series (TKT, QT, CT) and period: gap-free, one row lock."""

    __tablename__ = "number_series"
    series: Mapped[str]
    period: Mapped[str]
    last: Mapped[int]
    __table_args__ = (UniqueConstraint("tenant_id", "series", "period"),)


class TicketLink(TenantOwned, Base):
    """`kind`: related, duplicate, blocks or follows, read from the first ticket to the other."""

    __tablename__ = "ticket_links"
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    created_by: Mapped[str]
    __table_args__ = (UniqueConstraint("tenant_id", "ticket_id", "other_id", "kind"),)


class TicketMerge(TenantOwned, Base):
    """What a merge changed, so that it can be taken back exactly."""

    __tablename__ = "ticket_merges"
    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), index=True
    )
    target_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    merged_by: Mapped[str]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="")


class Team(Changing, TenantOwned, Base):
    __tablename__ = "teams"
    name: Mapped[str]
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)


class TeamMember(TenantOwned, Base):
    __tablename__ = "team_members"
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"))
    __table_args__ = (UniqueConstraint("tenant_id", "team_id", "staff_id"),)


class Macro(TenantOwned, Base):
    """A canned reply: words with variables, and what is changed when they are sent.

    `actions`: as in `working.macros.Actions`.
    """

    __tablename__ = "macros"
    name: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    actions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)


class SavedView(Changing, TenantOwned, Base):
    """`filters`: as in `working.views.Filters`. `owner_id`: whose; none: everybody's."""

    __tablename__ = "saved_views"
    name: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owner_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("staff_members.id", ondelete="CASCADE")
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "owner_id", "name", postgresql_nulls_not_distinct=True),
    )


class TicketArticle(Changing, TenantOwned, Base):
    """`kind`: suggested, linked or resolved. `relevance`: 0 to 100."""

    __tablename__ = "ticket_articles"
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    article_id: Mapped[UUID] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    relevance: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[str]
    __table_args__ = (UniqueConstraint("tenant_id", "ticket_id", "article_id"),)


class TicketPromise(Changing, TenantOwned, Base):
    """`state`: open, kept, broken or withdrawn. `number` counts up in the tenant.

    `reminded_at`, `broken_at`: when staff were told, once each.
    """

    __tablename__ = "ticket_promises"
    number: Mapped[int]
    ticket_id: Mapped[UUID] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), index=True
    )
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    text: Mapped[str]
    made_by: Mapped[str]
    due_at: Mapped[datetime]
    due_day: Mapped[date]
    state: Mapped[str] = mapped_column(default="open")
    reminded_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "message_id", "due_at"),
        Index("ix_ticket_promises_due", "tenant_id", "due_at", postgresql_where=_IS_OPEN),
    )


class StaffPresence(TenantOwned, Base):
    """Who looked at a ticket or conversation, or began to answer it, and when last."""

    __tablename__ = "staff_presences"
    subject_id: Mapped[UUID]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id", ondelete="CASCADE"))
    activity: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("tenant_id", "subject_id", "staff_id"),)
