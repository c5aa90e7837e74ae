"""Keeps one-time codes: offered, sent, tried."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers import proving
from domain.customers.models import OneTimeCode
from domain.types import new_id, utc_now

Digest = Callable[[UUID, str], bytes]
"""The keyed hash of a code (its row's id, the digits)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is to prove themselves, where, and by which address.

    `is_claim`: an address beside the one that they write from.
    """

    person_id: UUID
    conversation_id: UUID
    address: str
    question_id: UUID | None = None
    kind: str = "email"
    is_claim: bool = False


class OneTimeCodes:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def offer(self, asked: Asked) -> UUID | None:
        """The code's id; None when too many were sent already."""
        now = utc_now()
        by_person = OneTimeCode.person_id == asked.person_id
        if await self._count(by_person, now - timedelta(hours=1)) >= proving.MOST_PER_PERSON:
            return None
        if await self._count(by_person, now - timedelta(days=1)) >= proving.MOST_PER_PERSON_A_DAY:
            return None
        by_address = OneTimeCode.address == asked.address
        if await self._count(by_address, now - timedelta(days=1)) >= proving.MOST_PER_ADDRESS:
            return None
        code = OneTimeCode(
            id=new_id(),
            tenant_id=self._tenant_id,
            person_id=asked.person_id,
            conversation_id=asked.conversation_id,
            kind=asked.kind,
            address=asked.address,
            is_claim=asked.is_claim,
            question_id=asked.question_id,
            expires_at=now + proving.VALID,
        )
        self._session.add(code)
        await self._session.flush()
        return code.id

    async def seal(self, code_id: UUID, address: str, digest: Digest) -> str | None:
        """The digits to be sent, once more valid for ten minutes; None where they must not go:
        the code is used up, or meant for another address."""
        code = await self._session.get(OneTimeCode, code_id, with_for_update=True)
        if code is None or code.used_at is not None or code.address != address:
            return None
        digits = proving.new_code()
        code.digest = digest(code.id, digits)
        code.expires_at = utc_now() + proving.VALID
        return digits

    async def latest(self, conversation_id: UUID, person_id: UUID) -> OneTimeCode | None:
        """The one that is not used yet, of the last day; locked."""
        query = (
            select(OneTimeCode)
            .where(
                OneTimeCode.conversation_id == conversation_id,
                OneTimeCode.person_id == person_id,
                OneTimeCode.used_at.is_(None),
                OneTimeCode.digest.is_not(None),
                OneTimeCode.created_at > utc_now() - timedelta(days=1),
            )
            .order_by(OneTimeCode.created_at.desc())
            .limit(1)
            .with_for_update()
        )
        return (await self._session.scalars(query)).one_or_none()

    async def _count(self, about: object, since: datetime) -> int:
        query = select(func.count()).where(about, OneTimeCode.created_at > since)  # type: ignore[arg-type]
        return await self._session.scalar(query) or 0


def is_right(code: OneTimeCode, digits: str, digest: Digest, now: datetime) -> bool:
    """Counts the try. A code is right once, in time, and within its tries."""
    code.tries += 1
    known = code.digest or b""
    matches = hmac.compare_digest(known, digest(code.id, digits))
    if not matches or code.tries > proving.MOST_TRIES or code.expires_at < now:
        return False
    code.used_at = now
    return True
