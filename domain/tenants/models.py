"""Rows of tenants, their channel accounts and API keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from domain.database import Base, TenantOwned
from domain.types import new_id, utc_now


class Tenant(Base):
    """A company that uses Frontdesk. Its id is the tenant id of all its rows."""

    __tablename__ = "tenants"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    knowledge_revision: Mapped[int] = mapped_column(default=0)
    catalogue_revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)


class ChannelAccount(TenantOwned, Base):
    """One number, mailbox or bot of a tenant. `secrets` is sealed by the vault.

    `mode`: draft_only (a person approves whatever leaves) or automatic.
    """

    __tablename__ = "channel_accounts"
    channel: Mapped[str]
    hint: Mapped[str]
    """What names the account in a delivery (WhatsApp: phone_number_id)."""
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    mode: Mapped[str] = mapped_column(default="draft_only")
    live_since: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "channel", "hint"),)


class ChannelCursor(TenantOwned, Base):
    """How far an account was read that is asked for news, and how the asking goes.

    `cursor`: text that only the channel reads. `version` grows whenever something is written that
    a poller must not overwrite unknowingly. `next_poll_at`: None while somebody reads; the time
    at which more was asked for meanwhile. `failing_since`: of the trouble that lasts; `told_at`:
    when staff were told of it.
    """

    __tablename__ = "channel_cursors"
    channel_account_id: Mapped[UUID] = mapped_column(
        ForeignKey("channel_accounts.id", ondelete="CASCADE")
    )
    cursor: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)
    next_poll_at: Mapped[datetime | None]
    last_polled_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    is_permanent: Mapped[bool] = mapped_column(default=False)
    told_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id", "channel_account_id"),)


class TenantLogo(TenantOwned, Base):
    """The one logo on a tenant's papers, checked before it was stored."""

    __tablename__ = "tenant_logos"
    content_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (UniqueConstraint("tenant_id"),)


class ChannelPace(TenantOwned, Base):
    """How fast an account may send, shared by all workers, and whether it may at all.

    `tokens`: messages it may send at once, as of `refilled_at`. `paused_at`: since then its
    access is refused; `tried_at`: when that was last tried.
    """

    __tablename__ = "channel_paces"
    channel_account_id: Mapped[UUID] = mapped_column(
        ForeignKey("channel_accounts.id", ondelete="CASCADE")
    )
    tokens: Mapped[float] = mapped_column(default=0.0)
    refilled_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    pause_reason: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("tenant_id", "channel_account_id"),)


class ApiKey(TenantOwned, Base):
    """A key is shown once; the directory holds its keyed hash."""

    __tablename__ = "api_keys"
    name: Mapped[str]
    role: Mapped[str]
    prefix: Mapped[str]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, server_default=func.now())
    """When it was made or revoked: its use changes nothing."""


class DirectoryTenant(Base):
    """Which tenants there are: found before any of them is entered."""

    __tablename__ = "directory_tenants"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)


class DirectoryEntry(Base):
    """A keyed hash (of a phone number id, verify token, API key …) and whose it is."""

    __tablename__ = "directory_entries"
    kind: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)


class Lease(Base):
    """Leadership over a named duty, with a fencing number that only grows."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    fence: Mapped[int] = mapped_column(default=1)
    expires_at: Mapped[datetime]
