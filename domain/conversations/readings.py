"""What was read of attachments: kept once a file, and shared by equal files of a tenant."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Attachment, AttachmentReading
from domain.files.content import FileText, Trouble, as_json, from_json
from domain.types import new_id, utc_now

FILE, VISION, HEARING = "file", "vision", "hearing"


@dataclass(frozen=True, slots=True)
class FileReading:
    """`content` or, where nothing could be read, `trouble` with a `reason` for staff.

    `means`: FILE (by code), VISION or HEARING, which name the `model`.
    """

    content: FileText | None = None
    trouble: Trouble | None = None
    reason: str = ""
    means: str = FILE
    model: str = ""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """An attachment with its reading, if it has one."""

    row: Attachment
    reading: FileReading | None


class Readings:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def of_equal(self, sha256: str, means: Collection[str]) -> FileReading | None:
        """What another attachment with the same bytes was read as."""
        query = (
            select(AttachmentReading)
            .where(AttachmentReading.sha256 == sha256, AttachmentReading.means.in_(means))
            .order_by(AttachmentReading.created_at.desc())
            .limit(1)
        )
        known = (await self._session.scalars(query)).first()
        return _reading(known) if known else None

    async def keep(self, attachment_id: UUID, sha256: str, reading: FileReading) -> None:
        """The first reading stays, so that all turns see the same."""
        values: dict[str, Any] = {
            "id": new_id(),
            "tenant_id": self._tenant_id,
            "created_at": utc_now(),
            "attachment_id": attachment_id,
            "sha256": sha256,
            "means": reading.means,
            "model": reading.model,
            "trouble": reading.trouble.value if reading.trouble else "",
            "reason": reading.reason,
            "content": as_json(reading.content) if reading.content else {},
        }
        statement = insert(AttachmentReading).values(values)
        await self._session.execute(
            statement.on_conflict_do_nothing(index_elements=["tenant_id", "attachment_id"])
        )


async def known_files(session: AsyncSession, attachment_ids: Collection[UUID]) -> list[KnownFile]:
    """In the order of the files; one statement."""
    query = (
        select(Attachment, AttachmentReading)
        .outerjoin(AttachmentReading, AttachmentReading.attachment_id == Attachment.id)
        .where(Attachment.id.in_(attachment_ids))
        .order_by(Attachment.created_at, Attachment.id)
    )
    rows = await session.execute(query)
    return [KnownFile(row, _reading(known) if known else None) for row, known in rows]


def _reading(row: AttachmentReading) -> FileReading:
    return FileReading(
        content=None if row.trouble else from_json(row.content),
        trouble=Trouble(row.trouble) if row.trouble else None,
        reason=row.reason,
        means=row.means,
        model=row.model,
    )
