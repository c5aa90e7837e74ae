"""The way to PostgreSQL: sessions that belong to one tenant, and the directory that does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import DateTime, ForeignKey, MetaData, Numeric, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import Text

from domain.types import new_id, utc_now

APPLICATION_ROLE = "frontdesk_app"

_ENTER_TENANT = text(
    "select set_config('role', :role, true), set_config('app.tenant_id', :tenant_id, true)"
)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declaration
        str: Text,
        datetime: DateTime(timezone=True),
        Decimal: Numeric,
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: ARRAY(Text),
    }


class TenantOwned:
    """A row of one tenant: row-level security shows it to nobody else."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Database:
    """Hands out sessions. Edges (a request, a job, a command) open them; services never do."""

    def __init__(self, url: str, *, pool_size: int = 10, echo: bool = False) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=0,  # a connection opened for one moment of load costs more than waiting
            pool_pre_ping=False,
            pool_recycle=1800,
            echo=echo,
        )
        self._pool = AsyncConnectionPool(
            plain_url(url),
            min_size=0,
            max_size=pool_size,
            open=False,
            kwargs={"autocommit": True},
            timeout=10,
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID) -> AsyncIterator[AsyncSession]:
        """One transaction on one tenant's rows; commits at the end, rolls back on an error."""
        async with self._sessions.begin() as session:
            await session.execute(
                _ENTER_TENANT, {"role": APPLICATION_ROLE, "tenant_id": str(tenant_id)}
            )
            yield session

    @asynccontextmanager
    async def directory(self) -> AsyncIterator[AsyncSession]:
        """One transaction before a tenant is known: no tenant's row is visible in it."""
        async with self._sessions.begin() as session:
            await session.execute(_ENTER_TENANT, {"role": APPLICATION_ROLE, "tenant_id": ""})
            yield session

    @asynccontextmanager
    async def pipeline(self, tenant_id: UUID) -> AsyncIterator[AsyncConnection[tuple[Any, ...]]]:
        """Statements of one tenant sent together and committed together: one round trip.

        For what is only written: a result read inside costs a round trip of its own.
        """
        await self._pool.open()
        async with self._pool.connection() as connection, connection.pipeline():
            await connection.execute(
                "select set_config('role', %s, true), set_config('app.tenant_id', %s, true)",
                (APPLICATION_ROLE, str(tenant_id)),
            )
            yield connection

    async def close(self) -> None:
        await self._pool.close()
        await self.engine.dispose()


def plain_url(url: str) -> str:
    """As psycopg takes it, without SQLAlchemy's driver name."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def sqlalchemy_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url
