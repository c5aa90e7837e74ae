"""Finds whose a thing is before a tenant is known, by keyed hashes alone."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.tenants.models import DirectoryEntry, DirectoryTenant


@dataclass(frozen=True, slots=True)
class Found:
    tenant_id: UUID
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class TenantName:
    id: UUID
    slug: str


async def register(
    session: AsyncSession, kind: str, digest: bytes, tenant_id: UUID, subject_id: UUID
) -> None:
    await session.execute(
        insert(DirectoryEntry)
        .values(kind=kind, digest=digest, tenant_id=tenant_id, subject_id=subject_id)
        .on_conflict_do_nothing()
    )


async def forget(session: AsyncSession, kind: str, subject_id: UUID) -> None:
    await session.execute(
        delete(DirectoryEntry).where(
            DirectoryEntry.kind == kind, DirectoryEntry.subject_id == subject_id
        )
    )


async def find(session: AsyncSession, kind: str, digest: bytes) -> tuple[Found, ...]:
    rows = await session.execute(
        select(DirectoryEntry.tenant_id, DirectoryEntry.subject_id).where(
            DirectoryEntry.kind == kind, DirectoryEntry.digest == digest
        )
    )
    return tuple(Found(tenant_id, subject_id) for tenant_id, subject_id in rows)


async def has_any(session: AsyncSession, kind: str) -> bool:
    there = select(DirectoryEntry.tenant_id).where(DirectoryEntry.kind == kind).exists()
    return bool(await session.scalar(select(there)))


async def tenants(session: AsyncSession) -> tuple[TenantName, ...]:
    rows = await session.execute(
        select(DirectoryTenant.tenant_id, DirectoryTenant.slug).order_by(DirectoryTenant.slug)
    )
    return tuple(TenantName(tenant_id, slug) for tenant_id, slug in rows)


async def tenant_called(session: AsyncSession, slug: str | None) -> TenantName:
    """The tenant of that name; without a name the only one there is, else `demo`."""
    known = await tenants(session)
    if slug is not None:
        for tenant in known:
            if slug in (tenant.slug, str(tenant.id)):
                return tenant
        raise NotFound("tenant", slug)
    if not known:
        raise Refused(
            "There is no tenant yet: run `frontdesk seed-demo` for the demo company, "
            "or `frontdesk tenant add NAME`."
        )
    if len(known) == 1:
        return known[0]
    for tenant in known:
        if tenant.slug == "demo":
            return tenant
    raise Refused("There are several tenants: say which with --tenant.")
