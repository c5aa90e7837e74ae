"""Remembers the answer to a keyed request in the transaction of its effect, for a day.

The draft standard of the Idempotency-Key header: same key and same request → same answer;
another request under the key → refused; while the first one runs → conflict.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, Refused
from domain.idempotency.models import AnsweredRequest
from domain.types import new_id, utc_now

KEPT = timedelta(hours=24)

# Held until the transaction ends: whoever comes meanwhile is told so, and does not wait.
_ALONE = text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")


class RequestUnderWay(Conflict):
    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is under way: try again in a second.")


class KeyReused(Refused):
    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key came with another request before: use a new key for a new one."
        )


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """What the client calls the request, and a hash of who asked what."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    sealed: bytes


class AnsweredRequests:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def begin(self, request: KeyedRequest) -> Answer | None:
        """The answer given before. Raises RequestUnderWay or KeyReused."""
        name = f"idempotency:{self._tenant_id}:{request.key}"
        if not await self._session.scalar(_ALONE, {"name": name}):
            raise RequestUnderWay
        await self.forget_old()
        known = await self._session.scalar(
            select(AnsweredRequest).where(
                AnsweredRequest.tenant_id == self._tenant_id, AnsweredRequest.key == request.key
            )
        )
        if known is None:
            return None
        if known.fingerprint != request.fingerprint:
            raise KeyReused
        return Answer(known.status, known.answer)

    async def forget_old(self) -> None:
        await self._session.execute(
            delete(AnsweredRequest).where(
                AnsweredRequest.tenant_id == self._tenant_id,
                AnsweredRequest.created_at < utc_now() - KEPT,
            )
        )

    async def remember(self, request: KeyedRequest, answer: Answer) -> None:
        self._session.add(
            AnsweredRequest(
                id=new_id(),
                tenant_id=self._tenant_id,
                key=request.key,
                fingerprint=request.fingerprint,
                status=answer.status,
                answer=answer.sealed,
            )
        )
        await self._session.flush()
