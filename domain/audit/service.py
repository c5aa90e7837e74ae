"""Writes the audit log in the caller's transaction."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit.models import AuditEntry


def note(
    session: AsyncSession,
    tenant_id: UUID,
    actor: str,
    action: str,
    subject: str = "",
    **details: Any,
) -> None:
    session.add(
        AuditEntry(
            tenant_id=tenant_id, actor=actor, action=action, subject=subject, details=details
        )
    )
