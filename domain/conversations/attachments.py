"""Files of messages as chunked rows: one backup holds them, any host can serve them."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Attachment, AttachmentChunk, Message
from domain.errors import NotFound
from domain.types import new_id, utc_now

CHUNK = 1024 * 1024
MAX_ATTEMPTS = 6

_COPY = text("""
    insert into attachment_chunks (id, tenant_id, attachment_id, position, content, created_at)
    select gen_random_uuid(), tenant_id, :target, position, content, now()
      from attachment_chunks where attachment_id = :source
""")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of a message: with its content, with the reason why not, or yet to be fetched."""

    message_id: UUID
    filename: str
    content_type: str
    size: int | None = None
    sha256: str | None = None
    reference: str | None = None
    is_inline: bool = False
    content: bytes | None = None
    refusal: str = ""

    @property
    def state(self) -> str:
        if self.refusal:
            return "refused"
        return "waiting" if self.content is None else "stored"


class Attachments:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    def add(self, message_id: UUID, filename: str, content_type: str) -> Attachment:
        attachment = Attachment(
            id=new_id(),
            tenant_id=self._tenant_id,
            message_id=message_id,
            filename=filename,
            content_type=content_type,
        )
        self._session.add(attachment)
        return attachment

    async def add_all(self, files: Sequence[NewFile]) -> list[UUID]:
        """Two statements for all of them; their ids, in order."""
        ids = [new_id() for _ in files]
        rows = [self._row(id_, file) for id_, file in zip(ids, files, strict=True)]
        pieces = [
            {
                "id": new_id(),
                "tenant_id": self._tenant_id,
                "attachment_id": id_,
                "position": position,
                "content": piece,
                "created_at": utc_now(),
            }
            for id_, file in zip(ids, files, strict=True)
            for position, piece in enumerate(_pieces(file.content or b""))
        ]
        if rows:
            await self._session.execute(insert(Attachment), rows)
        if pieces:
            await self._session.execute(insert(AttachmentChunk), pieces)
        return ids

    def _row(self, attachment_id: UUID, file: NewFile) -> dict[str, Any]:
        content = file.content
        return {
            "id": attachment_id,
            "tenant_id": self._tenant_id,
            "message_id": file.message_id,
            "filename": file.filename,
            "content_type": file.content_type,
            "size": file.size if content is None else len(content),
            "sha256": file.sha256 if content is None else hashlib.sha256(content).hexdigest(),
            "reference": file.reference,
            "is_inline": file.is_inline,
            "state": file.state,
            "reason": file.refusal,
            "attempts": 0,
            "created_at": utc_now(),
        }

    async def get(self, attachment_id: UUID, *, for_change: bool = False) -> Attachment:
        attachment = await self._session.get(Attachment, attachment_id, with_for_update=for_change)
        if attachment is None:
            raise NotFound("attachment", attachment_id)
        return attachment

    async def store(self, attachment_id: UUID, content: bytes | Iterable[bytes]) -> None:
        """Replaces what is there, so that a repeated download does no harm.

        Pieces of at most `CHUNK` bytes are written one by one: a large file is never in memory.
        """
        attachment = await self.get(attachment_id, for_change=True)
        await self._session.execute(
            delete(AttachmentChunk).where(AttachmentChunk.attachment_id == attachment_id)
        )
        size, digest = 0, hashlib.sha256()
        pieces = _pieces(content) if isinstance(content, bytes) else content
        for position, piece in enumerate(pieces):
            size += len(piece)
            digest.update(piece)
            row = {
                "id": new_id(),
                "tenant_id": self._tenant_id,
                "attachment_id": attachment_id,
                "position": position,
                "content": piece,
                "created_at": utc_now(),
            }
            await self._session.execute(insert(AttachmentChunk), row)
        attachment.size, attachment.sha256 = size, digest.hexdigest()
        attachment.state, attachment.reason = "stored", ""
        await self._session.flush()

    async def copy(self, attachment_id: UUID, message_id: UUID) -> Attachment:
        """The same file once more, as another message's. Raises NotFound."""
        source = await self.get(attachment_id)
        row = self.add(message_id, source.filename, source.content_type)
        row.size, row.sha256, row.state = source.size, source.sha256, source.state
        await self._session.flush()
        await self._session.execute(_COPY, {"source": attachment_id, "target": row.id})
        return row

    async def of_message(self, message_id: UUID) -> list[Attachment]:
        """In the order they were added."""
        query = select(Attachment).where(Attachment.message_id == message_id)
        rows = await self._session.scalars(query.order_by(Attachment.created_at, Attachment.id))
        return list(rows)

    async def of_notes(self, conversation_id: UUID, limit: int) -> list[Attachment]:
        """What staff put into the conversation's notes, newest first."""
        query = (
            select(Attachment)
            .join(Message, Message.id == Attachment.message_id)
            .where(
                Message.conversation_id == conversation_id,
                Message.direction == "note",
                Attachment.state == "stored",
            )
            .order_by(Attachment.created_at.desc(), Attachment.id.desc())
            .limit(limit)
        )
        return list(await self._session.scalars(query))

    async def refuse(self, attachment_id: UUID, reason: str) -> None:
        attachment = await self.get(attachment_id)
        attachment.state, attachment.reason = "refused", reason

    async def note_failure(self, attachment_id: UUID, reason: str) -> None:
        """Tried again by the sweep, then shown as failed."""
        attachment = await self.get(attachment_id)
        attachment.attempts += 1
        attachment.reason = reason
        if attachment.attempts >= MAX_ATTEMPTS:
            attachment.state = "failed"

    async def content(self, attachment_id: UUID) -> AsyncIterator[bytes]:
        chunks = await self._session.stream_scalars(
            select(AttachmentChunk.content)
            .where(AttachmentChunk.attachment_id == attachment_id)
            .order_by(AttachmentChunk.position)
            .execution_options(yield_per=1)
        )
        async for chunk in chunks:
            yield chunk

    async def whole(self, attachment_id: UUID) -> bytes:
        """All of it, at most 25 MB. Raises NotFound."""
        await self.get(attachment_id)
        return b"".join([piece async for piece in self.content(attachment_id)])

    async def waiting(self, older_than: datetime) -> list[UUID]:
        """Files that no job fetched."""
        return list(
            await self._session.scalars(
                select(Attachment.id)
                .where(Attachment.state == "waiting", Attachment.created_at < older_than)
                .limit(200)
            )
        )


def _pieces(content: bytes) -> list[bytes]:
    return [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)]
